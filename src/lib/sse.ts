import { GatewayError } from './errors.ts'

/** One block of a `text/event-stream` body. */
export interface SseEvent {
  /** The `event:` field; undefined when the block carried none. */
  readonly event: string | undefined
  /** The `data:` lines joined by LF; empty for a block of comments alone. */
  readonly data: string
  /** The block as it came, blank lines around it included: the raws joined are the stream, less BOM and trailing blank lines. */
  readonly raw: string
  /** The `id:` field, when the block carried one. */
  readonly id?: string
}

/** Cuts a byte stream into events; the result never depends on where the chunks were cut. */
export interface SseSplitter {
  /** Takes the next bytes and gives the events they complete, in order. Throws `upstream_invalid` beyond the bound. */
  readonly push: (chunk: Uint8Array) => readonly SseEvent[]
  /** Ends the stream: gives the last block even when its blank line is missing. */
  readonly end: () => readonly SseEvent[]
}

const DEFAULT_MAX_EVENT_BYTES = 1_048_576
const LF = 10
const CR = 13
const BOM = 0xfeff
const NONE: readonly SseEvent[] = Object.freeze([])

/**
 * Makes an {@link SseSplitter} (WHATWG HTML §9.2.6): lines end in LF, CRLF or CR; a leading BOM is dropped; several
 * `data:` lines join by LF. `maxEventBytes` (default 1 MiB) bounds one block, measured in UTF-16 units of its text.
 *
 * Departures from a browser's parser, on purpose: a block without data is still given (a gateway hands comments on),
 * and an unfinished last block is given at the end, because some upstreams forget the last blank line.
 */
export function sseSplitter(options: { readonly maxEventBytes?: number } = {}): SseSplitter {
  const maxLength = options.maxEventBytes ?? DEFAULT_MAX_EVENT_BYTES
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  /** What was searched and belongs to the block that is being read. Only put together when the block ends: looking into it would copy it each time. */
  let scanned = ''
  /** What was not searched yet; only a CR in the last place stays here between two chunks. */
  let pending = ''
  /** The line that is being read has something in it, the block has a line that has. */
  let lineIsEmpty = true
  let hasContent = false
  let sawCr = false
  let started = false

  const add = (decoded: string) => {
    const text = started ? decoded : withoutBom(decoded)
    if (decoded !== '') started = true
    if (!sawCr && text.includes('\r')) sawCr = true
    pending = pending === '' ? text : pending + text
  }
  const cut = (isLast: boolean): readonly SseEvent[] => {
    let events: SseEvent[] | undefined
    const text = pending
    let blockStart = 0
    let lineStart = 0
    let end = text.length
    for (;;) {
      const lineEnd = sawCr ? nextLineEnd(text, lineStart) : text.indexOf('\n', lineStart)
      if (lineEnd === -1) break
      // A CR in the last place may be half of a CRLF: it waits for the next byte.
      if (!isLast && lineEnd === text.length - 1 && text.charCodeAt(lineEnd) === CR) {
        end = lineEnd
        break
      }
      const isBlank = lineEnd === lineStart && lineIsEmpty
      lineStart = afterLineEnd(text, lineEnd)
      lineIsEmpty = true
      if (!isBlank) hasContent = true
      else if (hasContent) {
        if (scanned.length + lineStart - blockStart > maxLength) throw tooLong(maxLength)
        events ??= []
        events.push(readBlock(scanned + text.slice(blockStart, lineStart), sawCr))
        scanned = ''
        blockStart = lineStart
        hasContent = false
      }
    }
    if (lineStart < end) lineIsEmpty = false
    if (scanned.length + text.length - blockStart > maxLength) throw tooLong(maxLength)
    if (blockStart < end) scanned += text.slice(blockStart, end)
    pending = end === text.length ? '' : text.slice(end)
    return events ?? NONE
  }
  return {
    push: (chunk) => {
      add(decoder.decode(chunk, { stream: true }))
      return cut(false)
    },
    end: () => {
      add(decoder.decode())
      const events = cut(true)
      const rest = scanned
      const isUnfinished = hasContent || !lineIsEmpty
      scanned = pending = ''
      lineIsEmpty = true
      hasContent = false
      return isUnfinished ? [...events, readBlock(rest, sawCr)] : events
    },
  }
}

/** One event as text: `event:` when named, then every line of `data`, then the blank line. */
export function sseEvent(data: string, event?: string): string {
  const head = event === undefined ? '' : `event: ${event}\n`
  if (!data.includes('\n') && !data.includes('\r')) return `${head}data: ${data}\n\n`
  return `${head}${prefixLines('data: ', data)}\n`
}

/** A comment as a block of its own: clients ignore it; keep-alives and trailers travel in it. */
export function sseComment(text: string): string {
  return `${prefixLines(': ', text)}\n`
}

function withoutBom(text: string): string {
  return text.charCodeAt(0) === BOM ? text.slice(1) : text
}

function prefixLines(prefix: string, text: string): string {
  let out = ''
  for (const line of text.split(/\r\n|\r|\n/)) out += `${prefix}${line}\n`
  return out
}

function nextLineEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === LF || code === CR) return at
  }
  return -1
}

function afterLineEnd(text: string, lineEnd: number): number {
  const isCrLf = text.charCodeAt(lineEnd) === CR && text.charCodeAt(lineEnd + 1) === LF
  return lineEnd + (isCrLf ? 2 : 1)
}

function readBlock(raw: string, mayHaveCr: boolean): SseEvent {
  let event: string | undefined
  let data: string | undefined
  let id: string | undefined
  for (let at = 0; at < raw.length; ) {
    const found = mayHaveCr ? nextLineEnd(raw, at) : raw.indexOf('\n', at)
    const lineEnd = found === -1 ? raw.length : found
    if (isField(raw, 'data', at, lineEnd)) {
      const value = fieldValue(raw, at + 5, lineEnd)
      data = data === undefined ? value : `${data}\n${value}`
    } else if (isField(raw, 'event', at, lineEnd)) event = fieldValue(raw, at + 6, lineEnd)
    else if (isField(raw, 'id', at, lineEnd)) id = fieldValue(raw, at + 3, lineEnd)
    at = found === -1 ? raw.length : afterLineEnd(raw, found)
  }
  return id === undefined ? { event, data: data ?? '', raw } : { event, data: data ?? '', raw, id }
}

/** A line is a field when its name is followed by a colon or by the end of the line. */
function isField(raw: string, name: string, at: number, lineEnd: number): boolean {
  if (!raw.startsWith(name, at)) return false
  const after = at + name.length
  return after === lineEnd || raw.charCodeAt(after) === 58
}

function fieldValue(raw: string, from: number, lineEnd: number): string {
  if (from >= lineEnd) return ''
  return raw.slice(raw.charCodeAt(from) === 32 ? from + 1 : from, lineEnd)
}

function tooLong(maxLength: number): GatewayError {
  return new GatewayError('upstream_invalid', { internalDetail: `an event of the stream is longer than ${maxLength}` })
}
