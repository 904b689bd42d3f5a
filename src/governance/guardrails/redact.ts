import type { Finding } from './engine/rule.ts'

/** Takes pieces of one text, in order, and masks spans in them. */
export interface Redactor {
  /** The piece with its spans replaced; offsets are those of the piece. Spans that overlap become one. */
  readonly redact: (piece: string, spans: readonly Finding[]) => string
}

/** What stands where something was: no character of it means anything to JSON. */
export function placeholder(kind: string): string {
  return `[${kind} removed]`
}

/** Overlapping spans as one, of the kind that is surest (of equals the longest, then the first); in order. */
export function merged(spans: readonly Finding[]): readonly Finding[] {
  if (spans.length < 2) return spans
  const result: Finding[] = []
  for (const span of spans.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = result.at(-1)
    if (!last || span.start >= last.end) {
      result.push(span)
      continue
    }
    const surer = span.score > last.score ? span : last
    result[result.length - 1] = { ...surer, start: last.start, end: Math.max(last.end, span.end) }
  }
  return result
}

/** Masks plain text. */
export function plainRedactor(): Redactor {
  return {
    redact: (piece, spans) => {
      let written = ''
      let done = 0
      for (const { start, end, kind } of merged(spans)) {
        written += piece.slice(done, start) + placeholder(kind)
        done = end
      }
      return written + piece.slice(done)
    },
  }
}

/** Masks JSON, also in pieces, so that it stays JSON: inside strings the text, outside of them the values. */
export function jsonRedactor(): Redactor {
  let inString = false
  let escaped = false
  const advance = (piece: string, from: number, to: number) => {
    for (let at = from; at < to; at++) {
      const code = piece.charCodeAt(at)
      if (escaped) escaped = false
      else if (code === 0x22) inString = !inString
      else if (code === 0x5c && inString) escaped = true
    }
    return piece.slice(from, to)
  }
  const maskSpan = (piece: string, { start, end, kind }: Finding) => {
    let written = ''
    let told = false
    for (let at = start; at < end; ) {
      const from = at
      const within = inString
      while (at < end && inString === within) {
        const quote = piece.charCodeAt(at) === 0x22 && !escaped
        if (quote && within) break
        advance(piece, at, ++at)
      }
      // What is masked inside a string is replaced once; the signs between strings stay.
      if (within && at > from && !told) written += placeholder(kind)
      if (within) told ||= at > from
      else written += maskedScalars(piece.slice(from, at), isWhole(piece, from, at), kind)
      if (at < end && inString) written += advance(piece, at, ++at)
      if (!inString) told = false
    }
    return written
  }
  return {
    redact: (piece, spans) => {
      let written = ''
      let done = 0
      for (const span of merged(spans)) {
        written += advance(piece, done, span.start) + maskSpan(piece, span)
        done = span.end
      }
      return written + advance(piece, done, piece.length)
    },
  }
}

const SCALAR = /[0-9A-Za-z+.-]/

function isWhole(piece: string, from: number, to: number): boolean {
  return !SCALAR.test(piece.charAt(from - 1)) && !SCALAR.test(piece.charAt(to))
}

/** Numbers and words outside of strings: a whole one becomes a text, a part of one has its digits blotted out. */
function maskedScalars(part: string, whole: boolean, kind: string): string {
  if (!whole) return part.replace(/[0-9]/g, '1')
  return part.replace(/[0-9A-Za-z+.-]+/g, JSON.stringify(placeholder(kind)))
}
