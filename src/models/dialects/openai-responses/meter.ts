import { Buffer } from 'node:buffer'
import { type GatewayError, toGatewayError } from '../../../lib/errors.ts'
import { isObject } from '../../../lib/json.ts'
import type { Finish, Usage } from '../canonical.ts'
import { decodeErrorBody } from '../errors.ts'
import type { StreamMeter } from '../openai-chat/meter.ts'
import { finishOf } from './decode-answer.ts'
import { decodeUsage } from './usage.ts'

/** How events that say how a stream ended begin; inside a JSON string their quotes would be escaped. */
const MARKS = ['"response.completed"', '"response.incomplete"', '"response.failed"', '"type":"error"'] as const
const LONGEST_MARK = 21
const LF = 10
/** An ending repeats the whole answer; a longer one is not one. */
const MAX_LINE_BYTES = 64 * 1_048_576

interface State {
  usage?: Usage
  finish?: Finish
  error?: GatewayError
  complete: boolean
}

/** Meters a responses stream without parsing its deltas: only the event that ends it is read as JSON. */
export function openaiResponsesMeter(): StreamMeter {
  const state: State = { complete: false }
  let waiting: Buffer[] = []
  let waitingBytes = 0

  const flush = (bytes: Buffer) => {
    const whole = waiting.length === 0 ? bytes : Buffer.concat([...waiting, bytes])
    waiting = []
    waitingBytes = 0
    scan(whole, state)
  }
  return {
    push: (chunk) => {
      const end = chunk[chunk.length - 1] === LF ? chunk.length : chunk.lastIndexOf(LF) + 1
      if (end > 0) flush(Buffer.from(chunk.buffer, chunk.byteOffset, end))
      if (end === chunk.length) return
      waitingBytes += chunk.length - end
      // The chunk's memory is the transport's: what waits for the next chunk is copied.
      if (waitingBytes <= MAX_LINE_BYTES) waiting.push(Buffer.from(chunk.slice(end)))
    },
    error: () => state.error,
    end: () => {
      flush(Buffer.alloc(0))
      const { usage, finish, error, complete } = state
      return {
        ...(usage && { usage }),
        ...(finish && { finish }),
        ...(error && { error }),
        complete: complete && error === undefined,
      }
    },
  }
}

function scan(bytes: Buffer, state: State): void {
  if (bytes.length < LONGEST_MARK - 8) return
  for (const mark of MARKS) {
    for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + mark.length)) {
      const start = bytes.lastIndexOf(LF, at) + 1
      const found = bytes.indexOf(LF, at)
      readLine(bytes.toString('utf8', start, found < 0 ? bytes.length : found), state)
    }
  }
}

function readLine(line: string, state: State): void {
  if (!line.startsWith('data:')) return
  let event: unknown
  try {
    event = JSON.parse(line.slice(5))
  } catch (cause) {
    state.error ??= toGatewayError(cause)
    return
  }
  if (!isObject(event)) return
  const response = isObject(event.response) ? event.response : {}
  if (event.type === 'error') state.error ??= decodeErrorBody({ error: isObject(event.error) ? event.error : event })
  else if (event.type === 'response.failed')
    state.error ??= decodeErrorBody({ error: isObject(response.error) ? response.error : {} })
  else if (event.type === 'response.completed' || event.type === 'response.incomplete') {
    state.complete = true
    state.usage = decodeUsage(response)
    const output = Array.isArray(response.output) ? response.output.filter(isObject) : []
    state.finish = finishOf(
      response,
      output.some((item) => item.type === 'function_call') ? [{ kind: 'tool-call' }] : [],
    )
  }
}
