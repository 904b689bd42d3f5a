import type { Change } from '../plan.ts'
import type { Snapshot } from '../snapshot.ts'
import { counted, type Effect, effectOn } from './effect.ts'

/** Models that changed providers concern, and targets whose price is not known. */
export function modelEffects(before: Snapshot, after: Snapshot, changes: readonly Change[]): readonly Effect[] {
  const providers = new Set(
    changes.filter(({ kind, action }) => kind === 'Provider' && action === 'change').map(({ name }) => name),
  )
  const concerned = [...providers].sort().flatMap((provider) => {
    const models = after.models.names.filter((name) =>
      after.models.get(name)?.targets.some((target) => target.provider.name === provider),
    )
    if (models.length === 0) return []
    const summary = `provider ${provider} serves ${counted(models.length, 'model')}: ${models.slice(0, 5).join(', ')}`
    return [effectOn(models, { kind: 'model', weight: 'note', subject: `Provider/${provider}`, summary })]
  })
  return [...concerned, ...unpriced(before, after)]
}

function unpriced(before: Snapshot, after: Snapshot): readonly Effect[] {
  return after.models.names.flatMap((name) => {
    const targets = unpricedTargets(after, name)
    const known = unpricedTargets(before, name)
    const fresh = targets.filter((target) => !known.includes(target))
    if (fresh.length === 0) return []
    const then =
      after.models.get(name)?.unpriced === 'refuse'
        ? 'calls of it are refused'
        : 'calls of it count nothing against budgets'
    const summary = `model ${name}: no price is known for ${fresh.join(', ')}; ${then}`
    return [effectOn(fresh, { kind: 'model', weight: 'note', subject: `model:${name}`, summary })]
  })
}

function unpricedTargets({ models }: Snapshot, name: string): readonly string[] {
  return (models.get(name)?.targets ?? []).flatMap((target) => (target.price ? [] : [target.id]))
}
