import type { Tokens } from '../tokens.ts'
import {
  endOfName,
  isCandidate,
  MOST_NAME_FEATURES,
  type NameText,
  nameFeatures,
  standsInside,
} from './name-features.ts'
import { nameLists, type PersonModel } from './person-model.ts'

/** A name in a text, in UTF-16 code units, and how sure: 0 to 1. */
export interface PersonSpan {
  readonly start: number
  readonly end: number
  readonly score: number
}

/** Finds names of persons. */
export type PersonTagger = (text: string, tokens: Tokens) => readonly PersonSpan[]

/** A token is taken for part of a name from here on: likelier than not, before the bias that makes 0.5 a sure name. */
const LIKELY = 1 / 3

/** Makes a tagger of a model: from left to right, each capitalised word by itself and by what stands around it. */
export function personTagger(model: PersonModel): PersonTagger {
  const lists = nameLists(model)
  const ids = new Int32Array(MOST_NAME_FEATURES)
  const { values, scale, bias } = model
  return (text, tokens) => {
    const name: NameText = { text, tokens, lists }
    const spans: { start: number; end: number; score: number; last: number }[] = []
    for (let place = 0; place < tokens.count; place++) {
      if (!isCandidate(name, place)) continue
      const open = spans.at(-1)
      const last = open?.last === place - 1
      const over = !last && open?.last === place - 2 && standsInside(name, place - 1)
      const count = nameFeatures(name, place, { last, over }, ids)
      let sum = 0
      for (let at = 0; at < count; at++) sum += values[ids[at] as number] as number
      const score = 1 / (1 + Math.exp(-(sum * scale + bias)))
      if (score < LIKELY) continue
      const end = endOfName(name, place)
      if (open && (last || over) && joins(text, open.end, tokens.start[place] as number)) {
        Object.assign(open, { end, last: place, score: Math.max(open.score, score) })
      } else spans.push({ start: tokens.start[place] as number, end, score, last: place })
    }
    return spans
  }
}

const FARTHEST = 12

/** Whether two words of names are one name: nothing but blanks, a point of an initial, a hyphen or a small word between. */
function joins(text: string, from: number, to: number): boolean {
  if (to - from > FARTHEST) return false
  return /^\.?[ \t]*-?(?:[\p{Ll}]+[ \t]+)?[ \t]*$/u.test(text.slice(from, to))
}
