import type { Decoded } from './named-view.ts'

/** Beyond this a run that has not ended is taken as it is, and let go. */
export const LONGEST_RUN = 16_384
const PROBE = 48
const MOST_DECODED = 65_536
const HEX_ONLY = /^(?:0x)?(?:[0-9A-Fa-f]{2}){8,}$/
const PLAIN_WORD = /^[A-Za-z]?[a-z]*(?:[-_/][A-Za-z]?[a-z]*)*$/
const PAIRS = /(?:(?:0x|\\x)?[0-9A-Fa-f]{2}(?:, ?|[ :;,-])){7,}(?:0x|\\x)?[0-9A-Fa-f]{2}/g
/** What no text that people write has: controls, and bytes that are no UTF-8. */
const UNREADABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffd]/

/** Runs of a text that say something in base64, wrapped over lines too. `runs` is as in `Traits`. */
export function base64Pieces(text: string, runs: readonly number[]): readonly Decoded[] {
  const pieces: Decoded[] = []
  for (let number = 0; number < runs.length; ) {
    const start = runs[number] ?? 0
    let end = runs[number + 1] ?? 0
    number += 2
    // A line of 60 and more goes on in the next.
    while (number < runs.length && end - (runs[number - 2] ?? 0) >= 60 && isLineEnd(text, end, runs[number] ?? 0)) {
      end = runs[number + 1] ?? 0
      number += 2
    }
    const run = text.slice(start, Math.min(end, start + LONGEST_RUN)).replace(/[\s]+/g, '')
    const says = fromBase64(run)
    if (says) pieces.push({ start: start + says.skipped, end, says: says.text })
  }
  return pieces
}

function isLineEnd(text: string, from: number, to: number): boolean {
  return to - from <= 12 && /^\r?\n[ \t]*$/.test(text.slice(from, to))
}

interface FromBase64 {
  readonly text: string
  /** Characters of the run that belong to something else. */
  readonly skipped: number
}

function fromBase64(run: string): FromBase64 | undefined {
  if (run.length < 12 || PLAIN_WORD.test(run)) return undefined
  for (const skipped of beginnings(run)) {
    const own = run.slice(skipped)
    if (own.length < 12 || readable(own.slice(0, PROBE)) === undefined) continue
    const text = readable(own)
    if (text !== undefined) return { text, skipped }
  }
  return undefined
}

/** Where the base64 of a run may begin: at its beginning, or behind a sign of what it stands in (`payload=…`). */
function beginnings(run: string): readonly number[] {
  const places = [0]
  for (const { index } of run.slice(0, 64).matchAll(/[=_/-]/g)) if (places.length < 4) places.push(index + 1)
  return places
}

function readable(base64: string): string | undefined {
  const whole = base64.length - (base64.replace(/=+$/, '').length % 4 === 1 ? 1 : 0)
  const bytes = Buffer.from(base64.slice(0, whole), 'base64').subarray(0, MOST_DECODED)
  if (bytes.length < 8) return undefined
  const wide = bytes[1] === 0 && bytes[3] === 0 && bytes[5] === 0
  return asText(wide ? bytes.toString('utf16le') : bytes.toString('utf8'))
}

function asText(decoded: string): string | undefined {
  // The last character may be cut off.
  const text = decoded.replace(/\ufffd{1,3}$/, '')
  if (text.length < 6 || UNREADABLE.test(text)) return undefined
  return text
}

/** Runs of a text that say something in hexadecimal. */
export function hexPieces(text: string, runs: readonly number[], pairs: boolean): readonly Decoded[] {
  const pieces: Decoded[] = []
  for (let number = 0; number < runs.length; number += 2) {
    const start = runs[number] ?? 0
    const end = runs[number + 1] ?? 0
    const run = text.slice(start, Math.min(end, start + LONGEST_RUN))
    const own = run.slice(
      Math.max(run.lastIndexOf('='), run.lastIndexOf('_'), run.lastIndexOf('/'), run.lastIndexOf('-')) + 1,
    )
    const says = HEX_ONLY.test(own) ? fromHex(own) : undefined
    if (says !== undefined) pieces.push({ start: start + run.length - own.length, end, says })
  }
  if (!pairs) return pieces
  for (const { 0: run, index } of text.matchAll(PAIRS)) {
    const says = fromHex(run)
    if (says !== undefined) pieces.push({ start: index, end: index + run.length, says })
  }
  return pieces
}

function fromHex(run: string): string | undefined {
  const digits = run.replace(/0x|\\x|[^0-9A-Fa-f]/g, '')
  return asText(Buffer.from(digits, 'hex').subarray(0, MOST_DECODED).toString('utf8'))
}

const TAGS = /[\u{e0020}-\u{e007e}]{4,}/gu

/** ASCII that is smuggled in the tag characters of Unicode, which nothing shows. */
export function tagPieces(text: string): readonly Decoded[] {
  return [...text.matchAll(TAGS)].map(({ 0: run, index }) => ({
    start: index,
    end: index + run.length,
    says: [...run].map((tag) => String.fromCharCode((tag.codePointAt(0) ?? 0) - 0xe0000)).join(''),
  }))
}

/** Where a run at the end of an open text begins that may come to say something; the text's length when there is none. */
export function openRunFrom(text: string): number {
  const last = text.length
  const from = Math.max(0, last - LONGEST_RUN)
  let at = last
  while (at > from && /[A-Za-z0-9+/=_-]/.test(text.charAt(at - 1))) at--
  const run = text.slice(at)
  if (run.length < 8 || PLAIN_WORD.test(run) || at === from) return last
  // What already reads as noise (a picture, a digest) need not wait for its end.
  if (run.length >= 32 && fromBase64(run) === undefined && !HEX_ONLY.test(run.slice(0, run.length & ~1))) return last
  return at
}
