import { type CharacterTable, SILENT, UNKNOWN } from './characters.ts'
import { ENGLISH } from './lexicon/english.ts'
import { GERMAN } from './lexicon/german.ts'
import { DUTCH, IDEOGRAPHIC, POLISH, RUSSIAN, TURKISH } from './lexicon/others.ts'
import { FRENCH, ITALIAN, PORTUGUESE, SPANISH } from './lexicon/romance.ts'
import { type Lexicon, WORD_CLASSES } from './lexicon/word-class.ts'
import { hashOf } from './tokens.ts'

/** A word of two languages is the first one's. */
const LEXICONS: readonly Lexicon[] = [
  ENGLISH,
  GERMAN,
  SPANISH,
  FRENCH,
  ITALIAN,
  PORTUGUESE,
  DUTCH,
  POLISH,
  RUSSIAN,
  TURKISH,
  IDEOGRAPHIC,
]

const CACHE_SIZE = 16_384
const SHORTEST_STEM = 3

/** Finds the class of a token: its number in the list plus one, 0 for none. */
export interface WordClasses {
  /** Of a word in a text; `hash` is that of the whole word, folded. */
  readonly ofWord: (
    text: string,
    place: { readonly hash: number; readonly start: number; readonly end: number },
  ) => number
  /** Of two ideographs side by side, by the code units. */
  readonly ofPair: (first: number, second: number) => number
}

/** Builds the tables from the lexicons. The memory of words seen is bounded and changes no answer. */
export function wordClasses({ kind, fold, learn }: CharacterTable): WordClasses {
  const folded = (word: string): string => {
    let text = ''
    for (let at = 0; at < word.length; at++) {
      const unit = word.charCodeAt(at)
      const what = kind[unit] === UNKNOWN ? learn(unit) : kind[unit]
      if (what !== SILENT) text += String.fromCharCode(fold[unit] as number)
    }
    return text
  }
  const words = new Map<number, number>()
  const stems = new Map<number, number>()
  const pairs = new Map<number, number>()
  for (const lexicon of LEXICONS) {
    WORD_CLASSES.forEach((name, place) => {
      for (const word of lexicon[name]?.split(' ') ?? []) {
        const isStem = word.endsWith('*')
        const plain = isStem ? word.slice(0, -1) : word
        const first = plain.charCodeAt(0)
        const isPair = first >= 0x30_40 && first <= 0x9f_ff
        const into = isPair ? pairs : isStem ? stems : words
        const key = isPair ? pairKey(first, plain.charCodeAt(1)) : hashOf(folded(plain))
        if (!into.has(key)) into.set(key, place + 1)
      }
    })
  }
  const seen = new Int32Array(CACHE_SIZE)
  const known = new Int8Array(CACHE_SIZE).fill(-1)
  return {
    ofPair: (first, second) => pairs.get(pairKey(first, second)) ?? 0,
    ofWord: (text, { hash, start, end }) => {
      const slot = (hash ^ (hash >>> 15)) & (CACHE_SIZE - 1)
      if (seen[slot] === hash && (known[slot] as number) >= 0) return known[slot] as number
      const found = words.get(hash) ?? ofStem(folded(text.slice(start, end)), stems)
      seen[slot] = hash
      known[slot] = found
      return found
    },
  }
}

function pairKey(first: number, second: number): number {
  return first * 65_536 + second
}

function ofStem(word: string, stems: ReadonlyMap<number, number>): number {
  for (let length = word.length; length >= SHORTEST_STEM; length--) {
    const found = stems.get(hashOf(word.slice(0, length)))
    if (found !== undefined) return found
  }
  return 0
}
