import { type GatewayError, toGatewayError } from '../../../lib/errors.ts'
import { isObject } from '../../../lib/json.ts'
import { type SseEvent, sseSplitter } from '../../../lib/sse.ts'
import type { AnswerEvent } from '../canonical.ts'
import type { Frame, JsonObject, StreamDecoder } from '../dialect.ts'
import { decodeErrorBody } from '../errors.ts'
import { parseEvent } from '../upstream-text.ts'
import { finishOf, refuseFailed } from './decode-answer.ts'
import { type ItemReader, itemReader } from './item-reader.ts'
import { decodeUsage } from './usage.ts'

/**
 * R repeats a text up to three times at its end (part, item, response): the last event holds the whole answer, so events
 * are bounded generously, as the gate bounds what it carries.
 */
const MAX_EVENT_BYTES = 32 * 1_048_576

/**
 * Reads a responses stream. It ends cleanly with `response.completed` or `response.incomplete`; `response.failed` and `error`
 * are thrown, by the call after the one that gave the frames before them, so that cutting the bytes elsewhere changes nothing.
 */
export function decodeStream(): StreamDecoder {
  const splitter = sseSplitter({ maxEventBytes: MAX_EVENT_BYTES })
  const state: StreamState = { items: itemReader(), started: false, done: false }
  let failure: GatewayError | undefined

  const read = (events: () => readonly SseEvent[]): readonly Frame[] => {
    if (failure !== undefined) throw failure
    const frames: Frame[] = []
    try {
      for (const event of events()) if (!state.done) frames.push(...readEvent(event, state))
    } catch (cause) {
      if (frames.length === 0) throw cause
      failure = toGatewayError(cause)
    }
    return frames
  }
  return {
    push: (chunk) => read(() => splitter.push(chunk)),
    end: () => {
      const frames = read(() => splitter.end())
      // The frames before an error at the very end are given up: there is no later call that could throw it.
      if (failure !== undefined) throw failure
      return { frames, complete: state.done }
    },
  }
}

interface StreamState {
  readonly items: ItemReader
  started: boolean
  done: boolean
}

const PING: readonly AnswerEvent[] = Object.freeze([Object.freeze({ kind: 'ping' as const })])

function readEvent(event: SseEvent, state: StreamState): readonly Frame[] {
  const raw = wholeEvent(event.raw)
  if (event.data === '') return [{ raw, events: PING }]
  // Servers that are compatible with OpenAI's sometimes end a stream as chat completions do.
  if (event.data.startsWith('[DONE]')) return [{ events: [] }]
  const body = parseEvent(event.data)
  const type = typeof body.type === 'string' ? body.type : (event.event ?? '')
  return [{ raw, events: eventsOf(type, body, state) }]
}

function eventsOf(type: string, body: JsonObject, state: StreamState): readonly AnswerEvent[] {
  switch (type) {
    case 'response.created':
    case 'response.queued':
    case 'response.in_progress':
      return startOf(body, state)
    case 'response.completed':
    case 'response.incomplete': {
      const response = isObject(body.response) ? body.response : {}
      const { items } = state
      state.done = true
      const usage = decodeUsage(response)
      const status = type === 'response.incomplete' ? 'incomplete' : 'completed'
      const finish = finishOf({ status, ...response }, items.opened(), items.hasRefusal())
      return [
        ...startOf(body, state),
        ...items.closeAll(),
        { kind: 'finish', choice: 0, finish },
        ...(usage === undefined ? [] : [{ kind: 'usage' as const, usage }]),
      ]
    }
    case 'response.failed':
      refuseFailed({ ...(isObject(body.response) ? body.response : {}), status: 'failed' })
      return []
    case 'error':
      throw decodeErrorBody({ error: isObject(body.error) ? body.error : body })
    default:
      return state.items.read(type, body)
  }
}

function startOf(body: JsonObject, state: StreamState): readonly AnswerEvent[] {
  const { response } = body
  if (state.started || !isObject(response)) return []
  state.started = true
  const { id, model, created_at: created } = response
  return [
    {
      kind: 'start',
      id: typeof id === 'string' ? id : '',
      model: typeof model === 'string' ? model : '',
      ...(typeof created === 'number' && { createdAt: created * 1000 }),
    },
  ]
}

/** The last event of a stream may lack its blank line; what is written after it must not run into it. */
function wholeEvent(raw: string): string {
  if (/(?:\r\n|\n|\r)(?:\r\n|\n|\r)$/.test(raw)) return raw
  return /[\r\n]$/.test(raw) ? `${raw}\n` : `${raw}\n\n`
}
