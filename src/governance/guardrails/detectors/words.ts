import { z } from 'zod'
import type { ViewName } from '../engine/views/named-view.ts'
import { wordListKind } from '../word-list.kind.ts'
import { ALL_CHANNELS, ALL_PHASES, defineDetector } from './detector.ts'
import { BY_LOOKS, wordRule } from './words/word-rule.ts'

const AS_WRITTEN: ReadonlySet<ViewName> = new Set(['text'])
const MOST_WORDS = 5_000

/** Words and phrases of the organisation's own: project names, customers, forbidden terms. */
export const wordsDetector = defineDetector({
  name: 'words',
  subject: 'a word that may not be used here',
  options: {
    /** Words and phrases; any white space in a phrase stands for any white space. */
    words: z.array(z.string().trim().min(1).max(200)).min(1).max(MOST_WORDS).optional(),
    /** Names of WordList documents. */
    lists: z.array(z.string()).min(1).max(100).optional(),
    /** Character by character as written: case matters, and nothing is folded. */
    exact: z.boolean().default(false),
    /** Also words dressed up with look-alike letters and digits: `F4lc0n`. */
    fuzzy: z.boolean().default(false),
  },
  phases: ALL_PHASES,
  channels: ALL_CHANNELS,
  references: ({ lists }) => (lists ?? []).map((name, place) => ({ at: ['lists', place], kind: 'WordList', name })),
  problem: ({ words, lists, exact, fuzzy }) => {
    if (!words && !lists) return 'a check for words needs words or lists'
    return exact && fuzzy ? 'exact and fuzzy exclude each other' : undefined
  },
  compile: ({ words, lists, exact, fuzzy }, { documents }) => {
    const listed = (lists ?? []).flatMap((name) => documents.get(wordListKind, name)?.spec.words ?? [])
    const all = new Set([...(words ?? []), ...listed].map((word) => word.trim().replace(/\s+/g, ' ')))
    const matching = exact ? 'exact' : fuzzy ? 'fuzzy' : 'folded'
    const rules = [...all].flatMap((word) => wordRule(word, matching) ?? [])
    return { rules, longestMatch: 0, ...(fuzzy && { folding: BY_LOOKS }), ...(exact && { views: AS_WRITTEN }) }
  },
})
