import { GatewayError } from '../../../lib/errors.ts'
import { isObject } from '../../../lib/json.ts'
import { type SseEvent, sseSplitter } from '../../../lib/sse.ts'
import type { Finish, Usage } from '../canonical.ts'
import { notJson } from '../upstream-text.ts'
import { decodeFailure } from './errors.ts'
import { readFinish } from './finish.ts'
import { readUsage } from './usage.ts'

/** What a stream cost and how it ended, for streams whose text nobody has to look at. */
export interface GeminiMeter {
  /** Looks at the next bytes; throws nothing, keeps at most one unfinished event and the last that counted. */
  readonly push: (chunk: Uint8Array) => void
  /** The error that has been seen so far, before the stream has ended. */
  readonly error: () => GatewayError | undefined
  readonly end: () => MeterReading
}

/** The result of a {@link GeminiMeter}. */
export interface MeterReading {
  readonly usage?: Usage
  readonly finish?: Finish
  /** Whether the stream ended as it should: with a finish reason, or with a blocked prompt. */
  readonly complete: boolean
  readonly error?: GatewayError
}

const FINISH = /"finishReason"\s*:\s*"([A-Z_]+)"/
const CALL = /"functionCall"\s*:/
const BLOCKED = /"blockReason"\s*:/
const ERROR = /^\s*\{\s*"error"\s*:/

/** Meters a stream by searching its text; only the last event with usage is parsed. */
export function geminiMeter(): GeminiMeter {
  const splitter = sseSplitter({ maxEventBytes: 32 * 1_048_576 })
  let withUsage = ''
  let reason: string | undefined
  let isBlocked = false
  let callsTools = false
  let error: GatewayError | undefined

  const see = ({ data }: SseEvent) => {
    // Plain searches first: they cost a tenth of an expression's, and most chunks hold none of the words.
    if (data.includes('"usageMetadata"')) withUsage = data
    if (data.includes('"finishReason"')) reason = FINISH.exec(data)?.[1] ?? reason
    if (!callsTools && data.includes('"functionCall"')) callsTools = CALL.test(data)
    if (!isBlocked && data.includes('"blockReason"')) isBlocked = BLOCKED.test(data)
    if (data.includes('"error"') && ERROR.test(data)) error = failureOf(data)
  }
  const guarded = (read: () => readonly SseEvent[]) => {
    try {
      read().forEach(see)
    } catch (cause) {
      error ??= cause instanceof GatewayError ? cause : new GatewayError('upstream_invalid', { cause })
    }
  }
  return {
    push: (chunk) => guarded(() => splitter.push(chunk)),
    error: () => error,
    end: () => {
      guarded(splitter.end)
      const last = parsed(withUsage)
      const usage = isObject(last) ? readUsage(last['usageMetadata']) : undefined
      const finish = reason === undefined ? (isBlocked ? 'content-filter' : undefined) : readFinish(reason, callsTools)
      return {
        ...(usage === undefined ? {} : { usage }),
        ...(finish === undefined ? {} : { finish }),
        complete: finish !== undefined && error === undefined,
        ...(error === undefined ? {} : { error }),
      }
    },
  }
}

function failureOf(data: string): GatewayError {
  const body = parsed(data)
  return isObject(body) ? decodeFailure(body) : notJson(data)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
