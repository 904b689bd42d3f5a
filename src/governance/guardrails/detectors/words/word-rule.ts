import type { Attempt, Look, Rule } from '../../engine/rule.ts'
import type { Folding } from '../../engine/scan.ts'
import { symbolTable } from '../../engine/symbols.ts'
import { plainLook } from './looks.ts'

/** How words and text are compared. */
export type Matching = 'exact' | 'folded' | 'fuzzy'

/** The folding of fuzzy words: what looks alike is alike. */
export const BY_LOOKS: Folding = Object.freeze({ name: 'looks', symbols: symbolTable(plainLook) })

const LONGEST_KEYWORD = 24
/** White space between the words of a phrase: more of it is no phrase any more. */
const LONGEST_GAP = 16
/** `_` is none: names in code and of files are made of words. */
const WORD_CHARACTER = /[\p{L}\p{N}\p{M}]/u
/** Scripts whose words no spaces part (Hangul: whose words carry endings); there every place may be a word's edge. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
const ASCII_WORD = /[0-9A-Za-z]/
const SPACE = /\s/

/** A rule for one word or phrase (single spaces between its words); undefined when nothing of it is left by folding. */
export function wordRule(word: string, matching: Matching): Rule | undefined {
  const written = word.normalize('NFKC').replace(/\s+/g, ' ').trim()
  const equal = comparer(matching)
  const characters = [...written]
  const [first = ''] = characters
  if (first === '') return undefined
  const keyword = written.slice(0, LONGEST_KEYWORD).trimEnd()
  const gaps = characters.filter((character) => character === ' ').length
  return {
    kind: 'WORD',
    keywords: [keyword],
    begins: ASCII_WORD.test(first) ? 'word' : 'anywhere',
    guards: 'match',
    longest: written.length * 2 + gaps * LONGEST_GAP,
    settles: true,
    attempt: (look) => {
      const found = attempt(look, characters, equal)
      return matching === 'exact' && found && 'end' in found ? { ...found, verbatim: word } : found
    },
  }
}

type Equal = (written: string, found: string) => boolean

function comparer(matching: Matching): Equal {
  if (matching === 'exact') return (written, found) => written === found
  if (matching === 'fuzzy') return (written, found) => plainLook(written) === plainLook(found)
  return (written, found) => written === found || written.toLowerCase() === found.toLowerCase()
}

function attempt({ text, at, open }: Look, characters: readonly string[], equal: Equal): Attempt {
  const undecided: Attempt = open ? { undecided: true, from: at } : undefined
  const before = characterBefore(text, at)
  // Before an ASCII letter the engine has already seen to it that a word may begin, escapes and all.
  const seen = ASCII_WORD.test(before) && ASCII_WORD.test(characters[0] ?? '')
  if (!seen && !isEdge(before, characterAt(text, at))) return undefined
  let end = at
  for (const character of characters) {
    if (end >= text.length) return undecided
    if (character === ' ') {
      const gap = gapAt(text, end)
      if (gap === 0) return undefined
      end += gap
      continue
    }
    const found = characterAt(text, end)
    if (!equal(character, found)) return undefined
    end += found.length
  }
  if (end >= text.length && open) return undecided
  if (!isEdge(characterBefore(text, end), characterAt(text, end))) return undefined
  return { start: at, end, kind: 'WORD', score: 1 }
}

function gapAt(text: string, from: number): number {
  let length = 0
  while (length < LONGEST_GAP && SPACE.test(text.charAt(from + length))) length++
  return length
}

function characterAt(text: string, at: number): string {
  const code = text.codePointAt(at)
  return code === undefined ? '' : String.fromCodePoint(code)
}

function characterBefore(text: string, at: number): string {
  const low = text.charCodeAt(at - 1)
  return low >= 0xdc00 && low <= 0xdfff ? text.slice(Math.max(0, at - 2), at) : text.charAt(at - 1)
}

/** Whether a word may begin or end between two characters. */
function isEdge(before: string, after: string): boolean {
  if (before === '' || after === '') return true
  if (!WORD_CHARACTER.test(before) || !WORD_CHARACTER.test(after)) return true
  return UNSPACED.test(before) || UNSPACED.test(after)
}
