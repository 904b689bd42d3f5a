import type { Finding } from '../engine/rule.ts'
import { ALL_CHANNELS, ALL_PHASES, defineDetector } from './detector.ts'

/** What shows nothing and says something, or makes text read otherwise than it stands; the flags of countries' parts are none. */
const KINDS: readonly (readonly [kind: string, pattern: RegExp, score: number])[] = [
  ['TAG_CHARACTERS', /\u{1f3f4}?[\u{e0001}\u{e0020}-\u{e007f}]+/gu, 0.98],
  ['VARIATION_SELECTORS', /[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]{3,}/gu, 0.95],
  ['DIRECTION_OVERRIDE', /[\u202d\u202e]+/g, 0.9],
  ['DIRECTION_CONTROL', /[\u202a-\u202c\u2066-\u2069]+/g, 0.6],
  [
    'ZERO_WIDTH',
    /(?<=[0-9A-Za-z])[\u200b-\u200d\u2060-\u2064\ufeff\u00ad\u180e]+(?=[0-9A-Za-z])|[\u200b\u2060-\u2064\ufeff\u180e]{2,}/g,
    0.7,
  ],
]
/** The flag of a part of a country: England, Texas. */
const FLAG = /^\u{1f3f4}[\u{e0020}-\u{e007e}]{2,6}\u{e007f}$/u
const SUSPECT = /[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]|[\ufe00-\ufe0f]|[\u{e0000}-\u{e01ef}]/u

/** Characters that people do not see and models read. */
export const invisibleTextDetector = defineDetector({
  name: 'invisible-text',
  subject: 'text that nobody can see',
  options: {},
  phases: ALL_PHASES,
  channels: ALL_CHANNELS,
  compile: () => ({ rules: [], longestMatch: 0, findInOriginal }),
})

function findInOriginal(text: string): readonly Finding[] {
  if (!SUSPECT.test(text)) return []
  return KINDS.flatMap(([kind, pattern, score]) =>
    [...text.matchAll(pattern)]
      .filter(({ 0: match }) => !FLAG.test(match))
      .map(({ 0: match, index }) => ({
        start: index,
        end: index + match.length,
        kind,
        score,
      })),
  )
}
