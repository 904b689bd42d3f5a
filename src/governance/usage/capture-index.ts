import type { Document } from '../../platform/documents/index.ts'
import type { CaptureSpec } from './capture.kind.ts'

/** What is kept of an operation's content. */
export interface Capture {
  readonly content: 'none' | 'redacted' | 'full'
  /** Milliseconds from the operation's beginning; absent when nothing is kept. */
  readonly retainMs?: number
}

/** Answers, for an operation's scopes (`org`, `team:x`, `app:x`, …), what is kept of its content. Pure and frozen. */
export interface CaptureIndex {
  readonly for: (scopes: readonly string[]) => Capture
}

interface Rule extends Capture {
  readonly rank: number
}

const NOTHING: Capture = Object.freeze({ content: 'none' })
/** The nearer a scope is to who asks, the more it weighs. */
const RANKS: Readonly<Record<string, number>> = { org: 0, group: 1, team: 2, app: 4, agent: 4, user: 5, key: 6 }
const OTHER_RANK = 3
const AMOUNT = { none: 0, redacted: 1, full: 2 } as const

/**
 * Compiles Capture documents. The nearest scope decides (key, user, app and agent, model and other resources, team, group,
 * org); among rules equally near, privacy wins: the one that keeps less, then the one that keeps it for less long.
 */
export function compileCapture(documents: readonly Document<CaptureSpec>[]): CaptureIndex {
  const rules = new Map<string, Rule>()
  for (const { spec } of documents) {
    if (spec.mode === 'off') continue
    for (const scope of spec.appliesTo) {
      const content = spec.mode === 'enforce' ? spec.content : 'none'
      const rank = RANKS[scope.split(':', 1)[0] ?? ''] ?? OTHER_RANK
      const rule = { rank, content, ...(content !== 'none' && { retainMs: spec.retain }) }
      rules.set(scope, stronger(rules.get(scope), rule))
    }
  }
  return Object.freeze({
    for: (scopes: readonly string[]): Capture => {
      if (rules.size === 0) return NOTHING
      let chosen: Rule | undefined
      for (const scope of scopes.includes('org') ? scopes : [...scopes, 'org']) {
        const rule = rules.get(scope)
        if (rule) chosen = stronger(chosen, rule)
      }
      if (!chosen || chosen.content === 'none') return NOTHING
      return { content: chosen.content, ...(chosen.retainMs !== undefined && { retainMs: chosen.retainMs }) }
    },
  })
}

function stronger(a: Rule | undefined, b: Rule): Rule {
  if (!a || b.rank !== a.rank) return !a || b.rank > a.rank ? b : a
  if (AMOUNT[a.content] !== AMOUNT[b.content]) return AMOUNT[a.content] < AMOUNT[b.content] ? a : b
  return (a.retainMs ?? 0) <= (b.retainMs ?? 0) ? a : b
}
