import { Buffer } from 'node:buffer'
import { byteSearch } from '../../../lib/byte-search.ts'
import type { GatewayError } from '../../../lib/errors.ts'
import { isObject } from '../../../lib/json.ts'
import type { Finish, Usage } from '../canonical.ts'
import { decodeErrorBody } from '../errors.ts'
import type { StreamMeter } from '../openai-chat/meter.ts'
import { notJson } from '../upstream-text.ts'
import { finishOf } from './decode-answer.ts'
import { decodeUsage } from './usage.ts'

/** Members of the only events that say how a stream goes; inside a JSON string their quotes would be escaped. */
const MARKS = [byteSearch('"response":'), byteSearch('"type":"error"'), byteSearch('"type": "error"')]
/** Events that carry the response before it has ended. */
const BEGINNING = /"response\.(?:created|in_progress|queued)"/
const LF = 10
/** An ending repeats the whole answer; a longer one is not one. */
const MAX_LINE_BYTES = 32 * 1_048_576

interface State {
  usage?: Usage
  finish?: Finish
  error?: GatewayError
  complete: boolean
}

/** Meters a responses stream without parsing its deltas: only the event that ends it is read as JSON. */
export function openaiResponsesMeter(): StreamMeter {
  const state: State = { complete: false }
  const waiting: Uint8Array[] = []
  let waitingBytes = 0

  const flush = (bytes: Uint8Array) => {
    scan(waiting.length === 0 ? bytes : Buffer.concat([...waiting, bytes]), state)
    waiting.length = waitingBytes = 0
  }
  return {
    push: (chunk) => {
      const end = chunk[chunk.length - 1] === LF ? chunk.length : chunk.lastIndexOf(LF) + 1
      if (end > 0) flush(end === chunk.length ? chunk : chunk.subarray(0, end))
      if (end === chunk.length) return
      waitingBytes += chunk.length - end
      // The chunk's memory is the transport's: what waits for the next chunk is copied.
      if (waitingBytes <= MAX_LINE_BYTES) waiting.push(chunk.slice(end))
    },
    end: () => {
      flush(new Uint8Array(0))
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

function scan(bytes: Uint8Array, state: State): void {
  for (const next of MARKS) {
    for (let at = next(bytes, 0); at >= 0; ) {
      const found = bytes.indexOf(LF, at)
      const end = found < 0 ? bytes.length : found
      const start = bytes.lastIndexOf(LF, at) + 1
      readLine(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString(), state)
      at = next(bytes, end)
    }
  }
}

function readLine(line: string, state: State): void {
  if (!line.startsWith('data:') || BEGINNING.test(line.slice(0, 200))) return
  let event: unknown
  try {
    event = JSON.parse(line.slice(5))
  } catch {
    state.error ??= notJson(line.slice(5))
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
