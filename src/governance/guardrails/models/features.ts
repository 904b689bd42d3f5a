import { characterTable } from './characters.ts'
import {
  AFTER_COLON,
  AFTER_LINE,
  AFTER_QUOTE,
  AFTER_SENTENCE,
  RUN,
  SIGN,
  type Tokens,
  tokenReader,
  WORD,
} from './tokens.ts'
import { wordClasses } from './word-classes.ts'

/** Buckets of hashed features. */
export const BUCKETS = 1 << 18

/** The features of a text, token by token, for training and serving alike. */
export interface Features {
  readonly tokens: Tokens
  /** Bucket numbers; those of token `i` stand from `until[i - 1]` (0 for the first) up to `until[i]`. */
  ids: Int32Array
  until: Int32Array
}

/** Reads a text. The result is overwritten by the next call. */
export type FeatureReader = (text: string) => Features

const MOST_IDS_PER_TOKEN = 12
/** Class tokens that a further one is paired with, and the farthest that they may stand apart. */
const PAIRED = 4
const FARTHEST = 9
const NO_CLASS = 0

const WORD_ID = 0x9e_37_79_b1 | 0
const STEM_ID = 0x85_eb_ca_6b | 0
const PAIR_ID = 0xc2_b2_ae_35 | 0
const SKIP_ID = 0x27_d4_eb_2f | 0
const CLASS_ID = 0x16_56_67_b1 | 0
const CLASS_PAIR_ID = 0xd3_a2_64_6c | 0
const CLASS_TRIPLE_ID = 0xfd_70_46_c5 | 0
const CLASS_WORD_ID = 0xb5_5a_4f_09 | 0

/** A reader with buffers of its own. */
export function featureReader(): FeatureReader {
  const table = characterTable()
  const read = tokenReader(table)
  const classes = wordClasses(table)
  const recent = recentClasses()
  let room = 1_024
  const features: { tokens: Tokens; ids: Int32Array; until: Int32Array } = {
    tokens: read(''),
    ids: new Int32Array(room * MOST_IDS_PER_TOKEN),
    until: new Int32Array(room),
  }
  const classOf = (text: string, { hash, start, end, shape }: Tokens, place: number): number => {
    const from = start[place] as number
    if (shape[place] === WORD) {
      return classes.ofWord(text, { hash: hash[place] as number, start: from, end: end[place] as number })
    }
    return shape[place] === SIGN && from > 0
      ? classes.ofPair(text.charCodeAt(from - 1), text.charCodeAt(from))
      : NO_CLASS
  }
  return (text) => {
    const tokens = read(text)
    if (tokens.count > room) {
      while (room < tokens.count) room *= 2
      features.ids = new Int32Array(room * MOST_IDS_PER_TOKEN)
      features.until = new Int32Array(room)
    }
    const { ids, until } = features
    const { hash, prefix, before, shape } = tokens
    recent.forget()
    let next = 0
    let last = 0
    let beforeLast = 0
    let lastClass = NO_CLASS
    for (let place = 0; place < tokens.count; place++) {
      const own = hash[place] as number
      // A word said over and over says no more than once.
      if (own !== last) {
        const what = classOf(text, tokens, place)
        ids[next++] = bucket(own, WORD_ID)
        if (prefix[place] !== own) ids[next++] = bucket(prefix[place] as number, STEM_ID)
        ids[next++] = bucket(mix(last, own), PAIR_ID)
        if (shape[place] === SIGN) ids[next++] = bucket(mix(mix(beforeLast, last), own), SKIP_ID)
        if (lastClass !== NO_CLASS) ids[next++] = bucket(mix(lastClass, own), CLASS_WORD_ID)
        if (what !== NO_CLASS) {
          ids[next++] = bucket(what * 16 + standing(before[place] as number), CLASS_ID)
          next = recent.add(what, place, { ids, next })
        }
        if (shape[place] === RUN) recent.forget()
        beforeLast = last
        last = own
        lastClass = what
      }
      until[place] = next
    }
    return features
  }
}

interface RecentClasses {
  readonly forget: () => void
  /** Writes the pairs and the triple that a class makes with those before it; gives where the next id goes. */
  readonly add: (what: number, place: number, into: { readonly ids: Int32Array; readonly next: number }) => number
}

/** The last few tokens that have a class. */
function recentClasses(): RecentClasses {
  const whats = new Int32Array(PAIRED)
  const places = new Int32Array(PAIRED)
  let count = 0
  return {
    forget: () => {
      count = 0
    },
    add: (what, place, into) => {
      let { next } = into
      const most = Math.min(count, PAIRED)
      for (let back = 1; back <= most; back++) {
        const slot = (count - back) % PAIRED
        const apart = place - (places[slot] as number)
        if (apart > FARTHEST) break
        const near = apart === 1 ? 0 : apart <= 3 ? 1 : 2
        into.ids[next++] = bucket((whats[slot] as number) * 1_024 + what * 4 + near, CLASS_PAIR_ID)
        if (back !== 2) continue
        const between = whats[(count - 1) % PAIRED] as number
        into.ids[next++] = bucket(((whats[slot] as number) * 64 + between) * 64 + what, CLASS_TRIPLE_ID)
      }
      whats[count % PAIRED] = what
      places[count % PAIRED] = place
      count++
      return next
    },
  }
}

/** How a token stands: 0 within a sentence, 1 at its beginning, 2 at a line's, 4 behind a quote, 8 behind a colon. */
function standing(before: number): number {
  if (before & AFTER_QUOTE) return 4
  if (before & AFTER_LINE) return 2
  if (before & AFTER_COLON) return 8
  return before & AFTER_SENTENCE ? 1 : 0
}

function mix(first: number, second: number): number {
  return Math.imul(first ^ (first >>> 16), 0x7f_eb_35_2d) ^ Math.imul(second, 0x84_6c_a6_8b)
}

function bucket(value: number, kind: number): number {
  let mixed = Math.imul(value ^ kind, 0x85_eb_ca_6b)
  mixed ^= mixed >>> 13
  mixed = Math.imul(mixed, 0xc2_b2_ae_35)
  return (mixed ^ (mixed >>> 16)) & (BUCKETS - 1)
}
