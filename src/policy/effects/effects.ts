import type { BudgetSpent, LimitIndex } from '../../governance/limits/index.ts'
import type { Change } from '../plan.ts'
import type { Snapshot } from '../snapshot.ts'
import { accessEffects } from './access-effects.ts'
import type { Effect } from './effect.ts'
import { guardrailEffects } from './guardrail-effects.ts'
import { keyEffects } from './key-effects.ts'
import { limitEffects } from './limit-effects.ts'
import { modelEffects } from './model-effects.ts'

/** What working out effects needs. */
export interface EffectTools {
  readonly nowMs: number
  /** What the named budgets have spent in their current periods; absent where there is no ledger. */
  readonly spent?: ((index: LimitIndex, budgets: readonly string[]) => Promise<readonly BudgetSpent[]>) | undefined
}

/** What a change would come to, for people: what is taken first, then what is weakened, given, and worth knowing. */
export async function effectsOf(
  before: Snapshot,
  after: Snapshot,
  { changes, nowMs, spent }: EffectTools & { readonly changes: readonly Change[] },
): Promise<readonly Effect[]> {
  if (changes.length === 0) return []
  const budgets = changes.filter(({ kind, action }) => kind === 'Budget' && action !== 'delete').map(({ name }) => name)
  const known = budgets.length > 0 && spent ? await spent(after.limits, budgets) : []
  const effects = [
    ...accessEffects(before, after, nowMs),
    ...keyEffects(before, after, nowMs),
    ...guardrailEffects(before.documents, after.documents),
    ...limitEffects(after, changes, known),
    ...modelEffects(before, after, changes),
  ]
  return effects.toSorted((a, b) => ORDER[a.weight] - ORDER[b.weight])
}

const ORDER = { takes: 0, weakens: 1, gives: 2, strengthens: 3, note: 4 } as const
