/**
 * A run of ASCII letters and digits, in UTF-16 code units: it has a digit, or is one to three capitals one place away from
 * one that has.
 */
export interface Word {
  readonly start: number
  readonly end: number
  /** It has nothing but digits. */
  readonly digits: boolean
}

/** What one pass over a text finds for all recognisers. */
export interface Numbers {
  readonly text: string
  readonly words: readonly Word[]
  /** Places of `@`. */
  readonly ats: readonly number[]
  /** Places of the third of three and more colons or dashes that stand two or three characters apart, or of `::`. */
  readonly colons: readonly number[]
}

const DIGIT = 1
const LETTER = 2
const KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  if (code >= 48 && code <= 57) return DIGIT
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122) ? LETTER : 0
})
const AT = 0x40
const COLON = 0x3a
const DASH = 0x2d

/** Reads a text once: two to three nanoseconds a character. */
export function numbersIn(text: string): Numbers {
  const words: Word[] = []
  const ats: number[] = []
  const colons: number[] = []
  let from = -1
  let kinds = 0
  let lastSign = -9
  let signs = 0
  const { length } = text
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at)
    const kind = code < 128 ? (KINDS[code] as number) : 0
    if (kind !== 0) {
      if (from < 0) from = at
      kinds |= kind
      continue
    }
    if (from >= 0) {
      if (kinds & DIGIT) words.push(wordOf(text, { start: from, end: at, digits: kinds === DIGIT }))
      else if (at - from <= 3 && isPart(text, from, at)) words.push({ start: from, end: at, digits: false })
    }
    from = -1
    kinds = 0
    if (code === AT) ats.push(at)
    else if (code === COLON || code === DASH) {
      const step = at - lastSign
      signs = step <= 5 ? signs + 1 : 1
      lastSign = at
      if (signs === 3 || (code === COLON && step === 1)) colons.push(at)
    }
  }
  if (from >= 0) {
    if (kinds & DIGIT) words.push(wordOf(text, { start: from, end: length, digits: kinds === DIGIT }))
    else if (length - from <= 3 && isPart(text, from, length)) words.push({ start: from, end: length, digits: false })
  }
  return { text, words, ats, colons }
}

/** Whether capitals stand one place away from a digit: `AB 12 34 56 C`. */
function isPart(text: string, from: number, to: number): boolean {
  if (!isDigit(text.charCodeAt(from - 2)) && !isDigit(text.charCodeAt(to + 1))) return false
  for (let at = from; at < to; at++) if (text.charCodeAt(at) > 90) return false
  return true
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

const EXTENDED = /^(\d{3,12})x\d{1,6}$/i

/** `1234x56` is a number with an extension behind it. */
function wordOf(text: string, word: Word): Word {
  if (word.digits || word.end - word.start > 19) return word
  const number = EXTENDED.exec(text.slice(word.start, word.end))?.[1]
  return number === undefined ? word : { start: word.start, end: word.start + number.length, digits: true }
}
