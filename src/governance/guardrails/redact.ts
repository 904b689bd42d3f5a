import type { Finding } from './engine/rule.ts'

/** What must be masked. */
export interface Mask extends Finding {
  /** A name may stand in its place that leads back to it. */
  readonly reversible?: boolean
}

/** What is written in the place of something; `json`: it stood in a JSON string, escapes and all. */
export type Replace = (mask: Mask, found: string, json: boolean) => string

const removed: Replace = ({ kind }) => placeholder(kind)

/** Takes pieces of one text, in order, and masks spans in them. */
export interface Redactor {
  /** The piece with its spans replaced; offsets are those of the piece. Spans that overlap become one. */
  readonly redact: (piece: string, spans: readonly Mask[]) => string
}

/** What stands where something was: no character of it means anything to JSON. */
export function placeholder(kind: string): string {
  return `[${kind} removed]`
}

/** Overlapping spans as one, of the kind that is surest (of equals the longest, then the first); in order. */
export function merged(spans: readonly Mask[]): readonly Mask[] {
  if (spans.length < 2) return spans
  const result: Mask[] = []
  for (const span of spans.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = result.at(-1)
    if (!last || span.start >= last.end) {
      result.push(span)
      continue
    }
    const both = last.reversible && span.reversible
    const { reversible: _, ...surer } = span.score > last.score ? span : last
    result[result.length - 1] = {
      ...surer,
      start: last.start,
      end: Math.max(last.end, span.end),
      ...(both && { reversible: both }),
    }
  }
  return result
}

/** Masks plain text. */
export function plainRedactor(replace: Replace = removed): Redactor {
  return {
    redact: (piece, spans) => {
      let written = ''
      let done = 0
      for (const mask of merged(spans)) {
        const { start, end } = mask
        written += piece.slice(done, start) + replace(mask, piece.slice(start, end), false)
        done = end
      }
      return written + piece.slice(done)
    },
  }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c

/**
 * Masks JSON, also in pieces, so that it stays JSON: inside strings the text, outside of them the values. What turns out
 * not to be JSON (free text for a tool) is masked as plain text from there on.
 */
export function jsonRedactor(replace: Replace = removed): Redactor {
  const outside = outsideStrings()
  let inString = false
  let escaped = false
  /** The last character before the piece at hand. */
  let before = ''
  const step = (code: number) => {
    if (escaped) escaped = false
    else if (code === QUOTE) inString = !inString
    else if (code === BACKSLASH && inString) escaped = true
    else if (!inString) outside.step(code)
  }
  const pass = (piece: string, from: number, to: number) => {
    for (let at = from; at < to; at++) step(piece.charCodeAt(at))
    return piece.slice(from, to)
  }
  /** Where the string, or what stands between two strings, ends. */
  const turnAt = (piece: string, from: number, to: number) => {
    let at = from
    for (; at < to; at++) {
      const code = piece.charCodeAt(at)
      if (code === QUOTE && !escaped) break
      step(code)
    }
    return at
  }
  const mask = (piece: string, found: Mask) => {
    const { start, end, kind } = found
    let written = ''
    for (let at = start; at < end; ) {
      // INVARIANT: of what is not JSON nothing found is let through, whatever quotation marks stand around it.
      if (outside.broken()) return written + replace(found, piece.slice(at, end), false)
      const within = inString
      const turn = turnAt(piece, at, end)
      if (outside.broken()) continue
      if (within && turn > at) written += replace(found, piece.slice(at, turn), true)
      if (!within) {
        const left = at === 0 ? before : piece.charAt(at - 1)
        // At the end of a piece nobody knows whether the value goes on.
        const whole = turn < piece.length && !SCALAR.test(left) && !SCALAR.test(piece.charAt(turn))
        written += maskedScalars(piece.slice(at, turn), whole, kind)
      }
      at = Math.min(end, turn + 1)
      written += pass(piece, turn, at)
    }
    return written
  }
  return {
    redact: (piece, spans) => {
      let written = ''
      let done = 0
      for (const span of merged(spans)) {
        written += pass(piece, done, span.start) + mask(piece, span)
        done = span.end
      }
      written += pass(piece, done, piece.length)
      if (piece !== '') before = piece.charAt(piece.length - 1)
      return written
    },
  }
}

interface Outside {
  /** The next character that stands outside of strings. */
  readonly step: (code: number) => void
  /** No JSON has what stood there. */
  readonly broken: () => boolean
}

const WORDS: readonly string[] = ['true', 'false', 'null', 'e', 'E']

/** Tells from what stands outside of strings whether a text can still be JSON, whose top is an object or a list. */
function outsideStrings(): Outside {
  let broken = false
  let begun = false
  let word = ''
  return {
    step: (code) => {
      if (broken || code <= 0x20) {
        word = ''
        return
      }
      const character = String.fromCharCode(code)
      if (!begun) broken = character !== '{' && character !== '['
      begun = true
      if (/[0-9{}[\],:+.-]/.test(character)) word = ''
      else {
        word += character
        broken ||= !WORDS.some((known) => known.startsWith(word))
      }
    },
    broken: () => broken,
  }
}

const SCALAR = /[0-9A-Za-z+.-]/

/** Numbers and words outside of strings: whole ones become texts; of parts the digits are blotted out. */
function maskedScalars(part: string, whole: boolean, kind: string): string {
  if (!whole) return part.replace(/[0-9]/g, '1')
  return part.replace(/[0-9A-Za-z+.-]+/g, JSON.stringify(placeholder(kind)))
}
