import { GatewayError } from '../../../lib/errors.ts'
import { isObject } from '../../../lib/json.ts'
import { sseSplitter } from '../../../lib/sse.ts'
import type { Finish, Usage } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'
import { decodeErrorBody } from '../errors.ts'
import { parseEvent } from '../upstream-text.ts'
import { decodeFinish } from './finish.ts'
import { decodeUsage, mergeUsage } from './usage.ts'

/** What a metered stream amounted to. */
export interface Metered {
  readonly usage?: Usage
  readonly finish?: Finish
  /** `message_stop` was seen. */
  readonly complete: boolean
  /** The error event inside the stream, mapped; or `upstream_invalid` where an event could not be read. */
  readonly error?: GatewayError
}

/** Meters a stream that passes by unchanged. */
export interface Meter {
  /** Looks at the next bytes; keeps no reference to the chunk. Never throws. */
  readonly push: (chunk: Uint8Array) => void
  /** The error that has been seen so far, before the stream has ended. */
  readonly error: () => GatewayError | undefined
  readonly end: () => Metered
}

const LF = 10
const CR = 13
/** The events that matter begin a line with one of these; the hundreds of deltas between them do not. */
const MARKERS = ['event: message_', 'event:message_', 'event: error', 'event:error'].map((text) => Buffer.from(text))
const LONGEST = Math.max(...MARKERS.map((marker) => marker.length))
const LOWER_C = 99
const LOWER_D = 100
const LOWER_E = 101
const LOWER_P = 112
const MOST_BYTES = 1_048_576

/**
 * Counts what Anthropic's stream says of usage, finish and failure without parsing its delta events: a byte search finds
 * the lines `event: message_…` and `event: error` whatever the chunk boundaries, and only those events are read. JSON
 * text holds no bare line ends, so a delta's content can never look like such a line.
 */
export function anthropicMeter(): Meter {
  const reading = meterReading()
  /** Bytes not done with: an event that matters and is not whole, or the start of a line that may become a marker. */
  let held: Buffer | undefined
  let isAtLineStart = true
  let isInEvent = false

  const scan = (bytes: Buffer) => {
    let from = 0
    for (;;) {
      const start = isInEvent ? from : markerAt(bytes, from, isAtLineStart)
      if (start === -1) break
      isInEvent = true
      const end = eventEnd(bytes, start)
      if (end === -1) {
        hold(bytes.subarray(start))
        return
      }
      reading.take(bytes.subarray(start, end))
      isInEvent = false
      isAtLineStart = true
      from = end
    }
    keepTail(bytes, from)
  }
  const hold = (bytes: Buffer) => {
    if (bytes.length > MOST_BYTES) {
      reading.fail(new GatewayError('upstream_invalid', { internalDetail: 'an event of the stream is too long' }))
      isInEvent = false
      held = undefined
    } else held = Buffer.from(bytes)
  }
  /** The last line, when it is not whole and short enough to become a marker, is looked at again with the next bytes. */
  const keepTail = (bytes: Buffer, from: number) => {
    if (bytes.length === from) return
    const last = bytes[bytes.length - 1]
    if (last === LF || last === CR) {
      isAtLineStart = true
      return
    }
    const lineStart = Math.max(bytes.lastIndexOf(LF), bytes.lastIndexOf(CR)) + 1
    const begins = lineStart > from || (lineStart === from && isAtLineStart)
    const isShort = bytes.length - lineStart < LONGEST
    isAtLineStart = begins && isShort
    if (isAtLineStart) held = Buffer.from(bytes.subarray(lineStart))
  }
  return {
    push: (chunk) => {
      const skipped = held === undefined && isAtLineStart ? skipDeltas(chunk) : 0
      if (skipped === chunk.length) return
      const fresh = Buffer.from(chunk.buffer, chunk.byteOffset + skipped, chunk.byteLength - skipped)
      const bytes = held === undefined ? fresh : Buffer.concat([held, fresh])
      held = undefined
      scan(bytes)
    },
    error: reading.error,
    end: () => {
      if (isInEvent && held !== undefined) reading.take(held)
      held = undefined
      isInEvent = false
      return reading.result()
    },
  }
}

/**
 * How many bytes at the start of a chunk are whole events that do not matter, in the form in which nearly all come:
 * two lines and a blank one, `event: content_block_…` or `event: ping`. Two searches for a line end an event, no copy.
 */
function skipDeltas(chunk: Uint8Array): number {
  let from = 0
  while (chunk[from] === LOWER_E && (chunk[from + 7] === LOWER_C || chunk[from + 7] === LOWER_P)) {
    const nameEnd = chunk.indexOf(LF, from)
    const dataEnd = nameEnd === -1 ? -1 : chunk.indexOf(LF, nameEnd + 1)
    if (dataEnd === -1 || chunk[nameEnd + 1] !== LOWER_D || chunk[dataEnd + 1] !== LF) return from
    from = dataEnd + 2
  }
  return from
}

function markerAt(bytes: Buffer, from: number, isFirstLineStart: boolean): number {
  let nearest = -1
  for (const marker of MARKERS) {
    let at = bytes.indexOf(marker, from)
    while (at !== -1 && !startsLine(bytes, at, from, isFirstLineStart)) at = bytes.indexOf(marker, at + 1)
    if (at !== -1 && (nearest === -1 || at < nearest)) nearest = at
  }
  return nearest
}

function startsLine(bytes: Buffer, at: number, from: number, isFirstLineStart: boolean): boolean {
  if (at === from && from === 0) return isFirstLineStart
  const before = bytes[at - 1]
  return before === LF || before === CR || at === 0
}

/** Behind the blank line that ends the event; -1 while it is not there. */
function eventEnd(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(LF, from); at !== -1; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at + 1] === LF) return at + 2
    if (bytes[at + 1] === CR && bytes[at + 2] === LF) return at + 3
  }
  const bare = bytes.indexOf('\r\r', from)
  return bare === -1 ? -1 : bare + 2
}

function meterReading() {
  let usage: JsonObject = {}
  let finish: Finish | undefined
  let complete = false
  let error: GatewayError | undefined
  const count = (wire: unknown) => {
    if (isObject(wire)) usage = mergeUsage(usage, wire)
  }
  const read = (data: JsonObject) => {
    if (data.type === 'message_stop') complete = true
    else if (data.type === 'error') error ??= decodeErrorBody(data)
    else if (data.type === 'message_start') count(isObject(data.message) ? data.message.usage : undefined)
    else if (data.type === 'message_delta') {
      count(data.usage)
      const reason = isObject(data.delta) ? data.delta.stop_reason : undefined
      if (typeof reason === 'string') finish = decodeFinish(reason)
    }
  }
  return {
    fail: (cause: GatewayError) => {
      error ??= cause
    },
    take: (bytes: Buffer) => {
      try {
        for (const { data } of [...sseSplitterOf(bytes)]) {
          const value: unknown = data === '' ? undefined : parseEvent(data)
          if (isObject(value)) read(value)
        }
      } catch (cause) {
        error ??= cause instanceof GatewayError ? cause : new GatewayError('upstream_invalid', { cause })
      }
    },
    error: () => error,
    result: (): Metered => ({
      ...(Object.keys(usage).length === 0 ? {} : { usage: decodeUsage(usage) }),
      ...(finish === undefined ? {} : { finish }),
      complete: complete && error === undefined,
      ...(error === undefined ? {} : { error }),
    }),
  }
}

function sseSplitterOf(bytes: Buffer) {
  const splitter = sseSplitter()
  return [...splitter.push(bytes), ...splitter.end()]
}
