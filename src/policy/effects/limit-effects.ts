import { type BudgetSpent, budgetKind, limitKind } from '../../governance/limits/index.ts'
import { printMoney } from '../../platform/documents/index.ts'
import type { Change } from '../plan.ts'
import type { Snapshot } from '../snapshot.ts'
import { counted, type Effect, effectOn } from './effect.ts'

/** Whom changed limits and budgets concern, and budgets that would be overspent from the first moment. */
export function limitEffects(
  after: Snapshot,
  changes: readonly Change[],
  spent: readonly BudgetSpent[],
): readonly Effect[] {
  const changed = changes.filter(({ kind, action }) => (kind === 'Limit' || kind === 'Budget') && action !== 'delete')
  return changed.flatMap((change): readonly Effect[] => {
    const { kind, name } = change
    const isBudget = kind === 'Budget'
    const document = isBudget ? after.documents.get(budgetKind, name) : after.documents.get(limitKind, name)
    if (!document || document.spec.mode === 'off') return []
    const keys = keysWithin(after, document.spec.appliesTo)
    const fields = change.fields.filter(({ path }) => path.startsWith('spec.')).slice(0, 3)
    const what = fields.map(
      ({ path, before, after: now }) => `${path.slice('spec.'.length)} ${text(before)} becomes ${text(now)}`,
    )
    const monitors = document.spec.mode === 'monitor' ? ', and only watches' : ''
    const summary = `${kind.toLowerCase()} ${name} holds for ${counted(keys.length, 'key')} and ${document.spec.appliesTo.join(', ')}${monitors}${what.length > 0 ? `: ${what.join('; ')}` : ''}`
    const about = effectOn(keys, {
      kind: isBudget ? 'budget' : 'limit',
      weight: 'note',
      subject: `${kind}/${name}`,
      summary,
    })
    return [about, ...overspent(name, spent)]
  })
}

function overspent(name: string, spent: readonly BudgetSpent[]): readonly Effect[] {
  return spent
    .filter((one) => one.budget === name && one.spent >= one.amount)
    .map((one) => {
      const whose = one.value === '' ? '' : ` of ${one.value}`
      const summary = `budget ${name}${whose} is overspent from the start: ${printMoney(one.spent)} of ${printMoney(one.amount)}`
      return effectOn([one.value || name], { kind: 'budget', weight: 'takes', subject: `Budget/${name}`, summary })
    })
}

/** The keys whose callers stand in one of these scopes. */
function keysWithin({ identity }: Snapshot, scopes: readonly string[]): readonly string[] {
  const wanted = new Set(scopes)
  return [...identity.keys.values()].flatMap(({ caller }) => {
    const own = ['org', caller.principal, `key:${caller.key}`, ...caller.teams.map((team) => `team:${team}`)]
    return own.some((scope) => wanted.has(scope)) ? [`${caller.key} (${caller.principal})`] : []
  })
}

function text(value: unknown): string {
  return value === undefined ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value)
}
