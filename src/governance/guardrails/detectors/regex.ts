import { z } from 'zod'
import { compilePattern, type Piece } from '../engine/pattern.ts'
import type { Finding } from '../engine/rule.ts'
import { ALL_CHANNELS, ALL_PHASES, defineDetector } from './detector.ts'

const LONGEST = 1_000
/** In how many ways a pattern may match at one place: with the bounded language, the most work that a place can cost. */
const MOST_WAYS = 512
const MOST_PATTERNS = 100

const patternField = z.strictObject({
  /** Of what is found: it stands in the placeholder. */
  kind: z.string().regex(/^[A-Z][A-Z0-9_]{0,40}$/, { error: 'capitals, digits and underscores' }),
  /** In the language of patterns: sets, groups, alternatives, bounded quantifiers, looks ahead. */
  pattern: z.string().min(2).max(500),
  ignoreCase: z.boolean().default(false),
  score: z.number().min(0).max(1).default(0.9),
})

/** Patterns of the organisation's own. They take time linear in the text: what could not is refused when it is written. */
export const regexDetector = defineDetector({
  name: 'regex',
  subject: 'text of a form that may not be used here',
  options: { patterns: z.array(patternField).min(1).max(MOST_PATTERNS) },
  phases: ALL_PHASES,
  channels: ALL_CHANNELS,
  problem: ({ patterns }) => {
    for (const [place, { pattern }] of patterns.entries()) {
      const message = problemOf(pattern)
      if (message !== undefined) return `patterns.${place}: ${message}`
    }
    return undefined
  },
  compile: ({ patterns }) => {
    const all = patterns.map(({ kind, pattern, ignoreCase, score }) => ({
      kind,
      score,
      longest: compilePattern(pattern).longest,
      expression: new RegExp(pattern, ignoreCase ? 'gi' : 'g'),
    }))
    const find = (text: string): readonly Finding[] =>
      all.flatMap(({ kind, score, expression }) =>
        [...text.matchAll(expression)].flatMap(({ 0: match, 1: value = match, index }) => {
          if (match === '') return []
          const end = index + match.length
          return [{ start: end - value.length, end, kind, score }]
        }),
      )
    return { rules: [], find, longestMatch: Math.max(...all.map(({ longest }) => longest + 1)) }
  },
})

function problemOf(source: string): string | undefined {
  try {
    const { pieces, longest } = compilePattern(source)
    if (longest > LONGEST) return `it may match ${longest} characters; at most ${LONGEST}`
    if (longest === 0) return 'it matches nothing'
    const ways = waysOf(pieces)
    return ways > MOST_WAYS
      ? `it may match in ${ways} ways at one place; at most ${MOST_WAYS}: give its quantifiers less room`
      : undefined
  } catch (cause) {
    return cause instanceof Error
      ? `${cause.message} (quantifiers must have an end: {1,40} instead of +)`
      : 'no pattern'
  }
}

/** In how many lengths the pieces can be taken, one after another. */
function waysOf(pieces: readonly Piece[]): number {
  return pieces.reduce((ways, piece) => {
    if (piece.kind === 'ahead') return ways
    const own = piece.max - piece.min + 1
    const inner = piece.kind === 'group' ? piece.alternatives.reduce((sum, one) => sum + waysOf(one), 0) : 1
    return Math.min(Number.MAX_SAFE_INTEGER, ways * own * inner)
  }, 1)
}
