import { reversal, rotation } from './bigrams.ts'

/** What a first pass over a text tells of the disguises that it may contain. */
export interface Traits {
  /** `%41` */
  readonly percent: boolean
  /** `&#65;`, `&lt;` */
  readonly entities: boolean
  /** `\u0041`, `\x41` */
  readonly escapes: boolean
  /** `i g n o r e`, `i-g-n-o-r-e` */
  readonly spaced: boolean
  /** `1gn0r3 4ll` */
  readonly leet: boolean
  /** Letters of other alphabets. */
  readonly foreign: boolean
  /** Runs without a break that may be base64 or hexadecimal: where they begin and end, two numbers each. */
  readonly runs: readonly number[]
  /** Pairs of hexadecimal digits with something between them. */
  readonly pairs: boolean
  readonly rotated: boolean
  readonly reversed: boolean
}

/** A run of letters and digits shorter than this says nothing of use. */
export const SHORTEST_RUN = 16
const MOST_RUNS = 256

const OTHER = 0
const LETTER = 1
const DIGIT = 2
/** `+ / = _ -`: may stand in base64. */
const SIGN = 3
/** Space and signs that are put between letters. */
const GAP = 4
const FOREIGN = 5

const CLASSES = classes()
/** Digits and signs that pass for letters. */
const LEET = Uint8Array.from({ length: 128 }, (_, code) => Number('0134578@$!|'.includes(String.fromCharCode(code))))
/** The evidence, in eighths of a bit, that a stretch was turned round or rotated. Chance gives less in a million words. */
const EVIDENCE = 130
const LEET_EVIDENCE = 40
const SPACED_EVIDENCE = 5
const PAIRS_EVIDENCE = 7

function classes(): Uint8Array {
  const table = new Uint8Array(128)
  for (let code = 0; code < 128; code++) {
    const character = String.fromCharCode(code)
    if (/[A-Za-z]/.test(character)) table[code] = LETTER
    else if (/[0-9]/.test(character)) table[code] = DIGIT
    else if (/[+/=_-]/.test(character)) table[code] = SIGN
    else if (/[\s.*|,~:]/.test(character)) table[code] = GAP
  }
  return table
}

/** One pass over a text: about three nanoseconds a character. */
export function traitsOf(text: string): Traits {
  const runs: number[] = []
  let percent = false
  let entities = false
  let escapes = false
  let foreign = false
  let runFrom = -1
  let before = OTHER
  let code = 0
  let previous = 0
  let leet = 0
  let mostLeet = 0
  let spaced = 0
  let spacedAt = 0
  let mostSpaced = 0
  let hexPairs = 0
  let pairAt = 0
  let mostPairs = 0
  const { length } = text
  for (let at = 0; at < length; at++) {
    const twoBefore = previous
    previous = code
    code = text.charCodeAt(at)
    const kind = code < 128 ? (CLASSES[code] as number) : FOREIGN
    if (kind === FOREIGN) foreign = true
    const inRun = kind === LETTER || kind === DIGIT || kind === SIGN
    if (inRun) {
      if (runFrom < 0) runFrom = at
    } else if (runFrom >= 0) {
      if (at - runFrom >= SHORTEST_RUN && runs.length < 2 * MOST_RUNS) runs.push(runFrom, at)
      runFrom = -1
    }
    if (code === 37) percent ||= isHex(text.charCodeAt(at + 1)) && isHex(text.charCodeAt(at + 2))
    else if (code === 38) entities ||= /[#A-Za-z]/.test(text.charAt(at + 1))
    else if (code === 92) escapes ||= /[uxU]/.test(text.charAt(at + 1))
    const mixes = code < 128 && LEET[code] === 1 && (before === LETTER || CLASSES[text.charCodeAt(at + 1)] === LETTER)
    leet = mixes ? leet + 10 : leet > 0 ? leet - 1 : 0
    if (leet > mostLeet) mostLeet = leet
    if (code === twoBefore && code !== previous && (kind === GAP || kind === SIGN)) {
      spaced = at - spacedAt === 2 ? spaced + 1 : 1
      spacedAt = at
      if (spaced > mostSpaced) mostSpaced = spaced
    }
    if (!inRun && isHex(previous) && isHex(twoBefore)) {
      const step = at - pairAt
      hexPairs = step >= 3 && step <= 6 ? hexPairs + 1 : 1
      pairAt = at
      if (hexPairs > mostPairs) mostPairs = hexPairs
    }
    before = kind
  }
  if (runFrom >= 0 && length - runFrom >= SHORTEST_RUN) runs.push(runFrom, length)
  return {
    percent,
    entities,
    escapes,
    foreign,
    spaced: mostSpaced >= SPACED_EVIDENCE,
    leet: mostLeet >= LEET_EVIDENCE,
    runs,
    pairs: mostPairs >= PAIRS_EVIDENCE,
    ...turnsOf(text),
  }
}

/** Column of each ASCII code in the tables of evidence: 0 for what is no letter. */
const LETTERS = Uint8Array.from({ length: 128 }, (_, code) => (CLASSES[code] === LETTER ? (code | 32) - 96 : 0))

/** Whether a stretch of the text makes better words when each letter is taken 13 places further, or from back to front. */
function turnsOf(text: string): Pick<Traits, 'rotated' | 'reversed'> {
  let pair = 0
  let rotated = 0
  let mostRotated = 0
  let reversed = 0
  let mostReversed = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    pair = (pair % 27) * 27 + (code < 128 ? (LETTERS[code] as number) : 0)
    rotated += rotation[pair] as number
    if (rotated < 0) rotated = 0
    else if (rotated > mostRotated) mostRotated = rotated
    reversed += reversal[pair] as number
    if (reversed < 0) reversed = 0
    else if (reversed > mostReversed) mostReversed = reversed
  }
  return { rotated: mostRotated >= EVIDENCE, reversed: mostReversed >= EVIDENCE }
}

function isHex(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70)
}
