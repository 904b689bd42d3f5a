import { reversal, rotation } from './bigrams.ts'
import { type Stretches, stretchGatherer } from './stretches.ts'

/** Where a text may be disguised, by a first pass over it. */
export interface Traits {
  /** `%41` */
  readonly percent: Stretches
  /** `&#65;`, `&lt;` */
  readonly entities: Stretches
  /** `\u0041`, `\x41` */
  readonly escapes: Stretches
  /** `i g n o r e`, `i-g-n-o-r-e` */
  readonly spaced: Stretches
  /** `1gn0r3 4ll` */
  readonly leet: Stretches
  /** Letters of other alphabets, and signs. */
  readonly foreign: Stretches
  /** Runs without a break that may be base64 or hexadecimal. */
  readonly runs: Stretches
  /** Pairs of hexadecimal digits with something between them. */
  readonly pairs: boolean
  readonly rotated: Stretches
  readonly reversed: Stretches
}

/** A run of letters and digits shorter than this says nothing of use. */
export const SHORTEST_RUN = 16
const MOST_RUNS = 512
/** What lies closer together than this is looked at together. */
const NEAR = 400

const OTHER = 0
const LETTER = 1
const DIGIT = 2
/** `+ / = _ -`: may stand in base64. */
const SIGN = 3
/** Space and signs that are put between letters. */
const GAP = 4
/** `% & \`: what encodings begin with. */
const BEGINS = 5
const FOREIGN = 6

const CLASSES = Uint8Array.from({ length: 128 }, (_, code) => classOf(String.fromCharCode(code)))
/** Digits and signs that pass for letters. */
const LEET = Uint8Array.from({ length: 128 }, (_, code) => Number('0134578@$!|'.includes(String.fromCharCode(code))))
const LEET_EVIDENCE = 40
const SPACED_EVIDENCE = 4
const PAIRS_EVIDENCE = 7

function classOf(character: string): number {
  if (/[A-Za-z]/.test(character)) return LETTER
  if (/[0-9]/.test(character)) return DIGIT
  if (/[+/=_-]/.test(character)) return SIGN
  if (/[\s.*|,~:]/.test(character)) return GAP
  return /[%&\\]/.test(character) ? BEGINS : OTHER
}

function gatherers() {
  const gather = () => stretchGatherer(NEAR)
  return {
    percent: gather(),
    entities: gather(),
    escapes: gather(),
    spaced: gather(),
    leet: gather(),
    foreign: gather(),
  }
}

type Gatherers = ReturnType<typeof gatherers>

/** One pass over a text, and another for its pairs of letters: a few nanoseconds a character. */
export function traitsOf(text: string): Traits {
  const found = gatherers()
  const runs: number[] = []
  let runFrom = -1
  let before = OTHER
  let leet = 0
  let leetFrom = 0
  let spaced = 0
  let spacedAt = 0
  let hexPairs = 0
  let mostPairs = 0
  let pairAt = 0
  const { length } = text
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at)
    const kind = code < 128 ? (CLASSES[code] as number) : FOREIGN
    if (kind === LETTER) {
      if (runFrom < 0) runFrom = at
      if (leet > 0) leet--
      before = LETTER
      continue
    }
    if (code < 128 && LEET[code] === 1 && (before === LETTER || CLASSES[text.charCodeAt(at + 1)] === LETTER)) {
      if (leet === 0) leetFrom = at
      leet += 10
      if (leet >= LEET_EVIDENCE) found.leet.add(leetFrom, at)
    } else if (leet > 0) leet--
    before = kind
    if (kind === DIGIT || kind === SIGN) {
      if (runFrom < 0) runFrom = at
      if (kind === DIGIT) continue
    } else {
      if (runFrom >= 0 && at - runFrom >= SHORTEST_RUN && runs.length < 2 * MOST_RUNS) runs.push(runFrom, at)
      runFrom = -1
      if (kind === BEGINS) begins(found, { text, at, code })
      else if (kind === FOREIGN) found.foreign.add(at, at + 1)
      if (isHex(text.charCodeAt(at - 1)) && isHex(text.charCodeAt(at - 2))) {
        hexPairs = at - pairAt >= 3 && at - pairAt <= 6 ? hexPairs + 1 : 1
        pairAt = at
        if (hexPairs > mostPairs) mostPairs = hexPairs
      }
    }
    if ((kind === GAP || kind === SIGN) && code === text.charCodeAt(at - 2) && code !== text.charCodeAt(at - 1)) {
      spaced = at - spacedAt === 2 ? spaced + 1 : 1
      spacedAt = at
      if (spaced >= SPACED_EVIDENCE) found.spaced.add(at - 2 * spaced, at)
    }
  }
  if (runFrom >= 0 && length - runFrom >= SHORTEST_RUN) runs.push(runFrom, length)
  const { percent, entities, escapes, foreign } = found
  return {
    percent: percent.all,
    entities: entities.all,
    escapes: escapes.all,
    foreign: foreign.all,
    spaced: found.spaced.all,
    leet: found.leet.all,
    runs,
    pairs: mostPairs >= PAIRS_EVIDENCE,
    ...turnsOf(text),
  }
}

function begins(found: Gatherers, { text, at, code }: { text: string; at: number; code: number }): void {
  const next = text.charCodeAt(at + 1)
  if (code === 37) {
    if (isHex(next) && isHex(text.charCodeAt(at + 2))) found.percent.add(at, at + 3)
  } else if (code === 38) {
    if (next === 35 || (next < 128 && CLASSES[next] === LETTER)) found.entities.add(at, at + 2)
  } else if (next === 117 || next === 120 || next === 85) found.escapes.add(at, at + 6)
}

/** Column of each ASCII code in the tables of evidence: 0 for what is no letter. */
const LETTERS = Uint8Array.from({ length: 128 }, (_, code) => (CLASSES[code] === LETTER ? (code | 32) - 96 : 0))
/** The evidence, in eighths of a bit, that a stretch was turned round or rotated. Chance gives less in a million words. */
const EVIDENCE = 150

/** Where the text makes better words when each letter is taken 13 places further, or from back to front. */
function turnsOf(text: string): Pick<Traits, 'rotated' | 'reversed'> {
  const rotated = stretchGatherer(NEAR)
  const reversed = stretchGatherer(NEAR)
  let pair = 0
  let turn = 0
  let turnFrom = 0
  let back = 0
  let backFrom = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    pair = (pair % 27) * 27 + (code < 128 ? (LETTERS[code] as number) : 0)
    turn += rotation[pair] as number
    if (turn <= 0) {
      turn = 0
      turnFrom = at
    } else if (turn >= EVIDENCE) {
      rotated.add(turnFrom, at + 1)
      turn = EVIDENCE
    }
    back += reversal[pair] as number
    if (back <= 0) {
      back = 0
      backFrom = at
    } else if (back >= EVIDENCE) {
      reversed.add(backFrom, at + 1)
      back = EVIDENCE
    }
  }
  return { rotated: rotated.all, reversed: reversed.all }
}

function isHex(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70)
}
