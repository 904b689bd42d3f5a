import { Buffer } from 'node:buffer'
import type { GatewayError } from '../../../lib/errors.ts'
import { isObject } from '../../../lib/json.ts'
import type { Finish, Usage } from '../canonical.ts'
import { decodeErrorBody } from '../errors.ts'
import { notJson } from '../upstream-text.ts'
import { decodeFinish } from './finish.ts'
import { nextMark } from './mark-scan.ts'
import { decodeUsage } from './usage.ts'

/** What a passed-through stream said of itself. */
export interface MeterReading {
  readonly usage?: Usage
  /** Of the first choice that finished, by its `finish_reason` alone. */
  readonly finish?: Finish
  /** `[DONE]` came, or every answer asked for has a finish reason. */
  readonly complete: boolean
  /** An error event in the stream. */
  readonly error?: GatewayError
}

/** Reads usage, finish and errors from a stream that is handed on as it is. */
export interface StreamMeter {
  readonly push: (chunk: Uint8Array) => void
  /** The error event that has been seen so far, before the stream has ended. */
  readonly error?: () => GatewayError | undefined
  readonly end: () => MeterReading
}

/** Beyond this an unfinished line is given up: nothing that is metered is so long. */
const MAX_LINE_BYTES = 1_048_576
const LF = 10

/**
 * Meters a chat completions stream without parsing its deltas: only lines that bear a mark are read as JSON. `answers` is the
 * call's `n`. Cost is one pass over part of the bytes.
 */
export function openaiChatMeter(answers = 1): StreamMeter {
  const state: MeterState = { finished: new Set(), done: false }
  const waiting: Uint8Array[] = []
  let waitingBytes = 0

  const wait = (bytes: Uint8Array) => {
    waitingBytes += bytes.length
    // The chunk's memory is the transport's: what waits for the next chunk is copied.
    if (waitingBytes <= MAX_LINE_BYTES) waiting.push(bytes.slice())
  }
  const flush = (bytes: Uint8Array) => {
    const whole = waiting.length === 0 ? bytes : Buffer.concat([...waiting, bytes])
    waiting.length = waitingBytes = 0
    scanLines(whole, state)
  }
  return {
    push: (chunk) => {
      const end = chunk[chunk.length - 1] === LF ? chunk.length : chunk.lastIndexOf(LF) + 1
      if (end > 0) flush(end === chunk.length ? chunk : chunk.subarray(0, end))
      if (end < chunk.length) wait(chunk.subarray(end))
    },
    error: () => state.error,
    end: () => {
      flush(new Uint8Array(0))
      const isComplete = state.error === undefined && (state.done || state.finished.size >= answers)
      return { usage: state.usage, finish: state.finish, complete: isComplete, error: state.error }
    },
  }
}

interface MeterState {
  readonly finished: Set<number>
  done: boolean
  usage?: Usage
  finish?: Finish
  error?: GatewayError
}

/** Reads the lines that bear a mark; all others are passed over. */
function scanLines(bytes: Uint8Array, state: MeterState): void {
  for (let mark = nextMark(bytes, 0); mark >= 0; ) {
    const start = bytes.lastIndexOf(LF, mark) + 1
    const found = bytes.indexOf(LF, mark)
    const end = found < 0 ? bytes.length : found
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString()
    for (const line of text.split('\r')) readLine(line, state)
    mark = nextMark(bytes, end)
  }
}

function readLine(line: string, state: MeterState): void {
  if (!line.startsWith('data:')) return
  const text = line.slice(5).trim()
  if (text.startsWith('[DONE]')) state.done = true
  else if (!state.done) readChunk(text, state)
}

function readChunk(text: string, state: MeterState): void {
  let chunk: unknown
  try {
    chunk = JSON.parse(text)
  } catch {
    state.error ??= notJson(text)
    return
  }
  if (!isObject(chunk)) return
  if (chunk.error !== undefined && chunk.error !== null) state.error ??= decodeErrorBody(chunk)
  state.usage = decodeUsage(chunk) ?? state.usage
  for (const choice of Array.isArray(chunk.choices) ? chunk.choices : []) {
    if (!isObject(choice) || typeof choice.finish_reason !== 'string') continue
    state.finished.add(typeof choice.index === 'number' ? choice.index : 0)
    state.finish ??= decodeFinish(choice.finish_reason, { hasToolCalls: false, hasRefusal: false })
  }
}
