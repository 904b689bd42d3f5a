import { type CharacterTable, DIGIT, IDEOGRAPH, LETTER, MARK, NEWLINE, SILENT, UNKNOWN } from './characters.ts'

/** What stood before a token, as bits: the end of a sentence. */
export const AFTER_SENTENCE = 1
/** The end of a line. */
export const AFTER_LINE = 2
/** A mark that opens a quotation. */
export const AFTER_QUOTE = 4
/** A colon. */
export const AFTER_COLON = 8

/** The tokens of a text: words, numbers, ideographs, and runs of marks that look like a delimiter. */
export interface Tokens {
  /** How many; what stands in the arrays behind that is old. */
  count: number
  /** Hash of the folded word. */
  hash: Int32Array
  /** Hash of its first {@link PREFIX} characters: a rough stem. Equal to `hash` for short words. */
  prefix: Int32Array
  /** `AFTER_…` bits. */
  before: Uint8Array
  /** Offsets in the text, in UTF-16 code units. */
  start: Int32Array
  end: Int32Array
  /** What the token is: {@link WORD}, {@link NUMBER}, {@link SIGN} or {@link RUN}. */
  shape: Uint8Array
}

/** A word, also with digits in it. */
export const WORD = 1
/** A run of digits. All numbers are the same token. */
export const NUMBER = 2
/** One ideograph. */
export const SIGN = 3
/** A run of marks such as `###` or `<|`. */
export const RUN = 4

/** Characters of a token's prefix. */
export const PREFIX = 5
/** Longer words are one and the same token: keys, blobs, encoded text. */
const LONGEST_WORD = 28

const SEED = 0x81_1c_9d_c5 | 0
const PRIME = 0x01_00_01_93
const NUMBER_HASH = hashOf('\u0001number')
const LONG_HASH = hashOf('\u0001long')

/** The hash that a folded word gets. */
export function hashOf(word: string): number {
  let hash = SEED
  for (let at = 0; at < word.length; at++) hash = Math.imul(hash ^ word.charCodeAt(at), PRIME)
  return hash
}

/** Reads texts into tokens. The result is overwritten by the next call. */
export type TokenReader = (text: string) => Tokens

/** A reader with buffers of its own; they grow to what the longest text needed. */
export function tokenReader(table: CharacterTable): TokenReader {
  let room = 1_024
  const tokens = emptyTokens(room)
  const { kind, fold, learn } = table
  const kindAt = (text: string, at: number): number => {
    const unit = text.charCodeAt(at)
    const known = kind[unit] as number
    return known === UNKNOWN ? learn(unit) : known
  }
  let hash = SEED
  let prefix = SEED
  /** Reads a word into `hash` and `prefix`, and gives where it ends. */
  const readWord = (text: string, start: number): number => {
    let letters = 0
    let at = start
    for (; at < text.length; at++) {
      const what = kindAt(text, at)
      if (what === LETTER || what === DIGIT) {
        hash = Math.imul(hash ^ (fold[text.charCodeAt(at)] as number), PRIME)
        if (++letters === PREFIX) prefix = hash
      } else if (what !== SILENT) break
    }
    if (letters < PREFIX) prefix = hash
    if (letters > LONGEST_WORD) hash = prefix = LONG_HASH
    return at
  }
  const endOfRun = (text: string, start: number, of: number): number => {
    let at = start
    while (at < text.length && kindAt(text, at) === of) at++
    return at
  }
  return (text) => {
    let count = 0
    let before = AFTER_SENTENCE | AFTER_LINE
    for (let at = 0; at < text.length; ) {
      const what = kindAt(text, at)
      if (what >= NEWLINE) {
        if (what === NEWLINE) before |= AFTER_SENTENCE | AFTER_LINE
        at++
        continue
      }
      const start = at
      let shape = WORD
      hash = prefix = SEED
      if (what === LETTER) at = readWord(text, start)
      else if (what === DIGIT) {
        at = endOfRun(text, start, DIGIT)
        hash = prefix = NUMBER_HASH
        shape = NUMBER
      } else if (what === IDEOGRAPH) {
        hash = prefix = Math.imul(SEED ^ text.charCodeAt(at++), PRIME)
        shape = SIGN
      } else {
        at = endOfRun(text, start, MARK)
        before |= placeAfterAll(text, start, at)
        // A single mark, or marks that end a sentence, only tell how the next token stands; a run of others is a token.
        if (at - start < 2 || isProse(text, start, at)) continue
        hash = prefix = hashOfRun(text, start, at)
        shape = RUN
      }
      if (count === room) room = grow(tokens, room)
      tokens.hash[count] = hash
      tokens.prefix[count] = prefix
      put(tokens, count++, { before, start, end: at, shape })
      before = shape === RUN ? before & ~AFTER_QUOTE : 0
    }
    tokens.count = count
    return tokens
  }
}

/** The hash of a run of marks: of its first three. */
function hashOfRun(text: string, start: number, end: number): number {
  return hashOf(text.slice(start, Math.min(end, start + 3)))
}

function placeAfterAll(text: string, start: number, end: number): number {
  let bits = 0
  for (let at = start; at < end; at++) bits |= placeAfter(text.charCodeAt(at))
  return bits
}

/** What a mark says of the token behind it. */
function placeAfter(mark: number): number {
  switch (mark) {
    case 33: // !
    case 46: // .
    case 63: // ?
    case 59: // ;
    case 0x30_02: // 。
    case 0xff_01:
    case 0xff_1f:
      return AFTER_SENTENCE
    case 58: // :
    case 0xff_1a:
      return AFTER_COLON
    case 34: // "
    case 96: // `
    case 0xab:
    case 0x20_1c:
    case 0x20_1e:
    case 0x20_18:
    case 0x30_0c:
      return AFTER_QUOTE
    default:
      return 0
  }
}

/** Runs that end sentences and quotations in any text: `."`, `),`, `...`, `?!`. */
function isProse(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (!PROSE_MARKS.includes(text.charAt(at))) return false
  return true
}

const PROSE_MARKS = '.,;:!?()"\u201c\u201d\u201e\u2018\u2019\u2026\u3002\uff0c\uff01\uff1f'

interface Place {
  readonly before: number
  readonly start: number
  readonly end: number
  readonly shape: number
}

function put(tokens: Tokens, number: number, { before, start, end, shape }: Place): void {
  tokens.before[number] = before
  tokens.start[number] = start
  tokens.end[number] = end
  tokens.shape[number] = shape
}

function emptyTokens(room: number): Tokens {
  return {
    count: 0,
    hash: new Int32Array(room),
    prefix: new Int32Array(room),
    before: new Uint8Array(room),
    start: new Int32Array(room),
    end: new Int32Array(room),
    shape: new Uint8Array(room),
  }
}

function grow(tokens: Tokens, room: number): number {
  const larger = emptyTokens(room * 2)
  for (const name of ['hash', 'prefix', 'before', 'start', 'end', 'shape'] as const) {
    larger[name].set(tokens[name])
  }
  Object.assign(tokens, { ...larger, count: tokens.count })
  return room * 2
}
