import { type GuardrailCheck, type GuardrailSpec, guardrailKind } from '../../governance/guardrails/index.ts'
import type { DocumentSet } from '../../platform/documents/index.ts'
import { type Effect, effectOn } from './effect.ts'

const MODES = { off: 0, monitor: 1, enforce: 2 } as const
const ACTIONS = { allow: 0, flag: 1, mask: 2, block: 3 } as const

/** Guardrails that protect less than before, or more, and in which way. */
export function guardrailEffects(before: DocumentSet, after: DocumentSet): readonly Effect[] {
  const names = new Set([...before.all(guardrailKind), ...after.all(guardrailKind)].map(({ name }) => name))
  return [...names].sort().flatMap((name) => {
    const old = before.get(guardrailKind, name)?.spec
    const now = after.get(guardrailKind, name)?.spec
    return [...told(name, 'weakens', losses(old, now)), ...told(name, 'strengthens', losses(now, old))]
  })
}

function told(name: string, weight: 'weakens' | 'strengthens', ways: readonly string[]): readonly Effect[] {
  if (ways.length === 0) return []
  const summary = `guardrail ${name} protects ${weight === 'weakens' ? 'less' : 'more'}: ${ways.join('; ')}`
  return [effectOn([name], { kind: 'guardrail', weight, subject: `Guardrail/${name}`, summary })]
}

/** What of `one` is missing in `other`, in words that do for both directions. */
function losses(one: GuardrailSpec | undefined, other: GuardrailSpec | undefined): readonly string[] {
  if (!one || one.mode === 'off') return []
  if (!other) return ['the whole guardrail']
  if (MODES[other.mode] < MODES[one.mode]) return [`mode ${one.mode} against ${other.mode}`]
  const scopes = one.appliesTo.filter((scope) => !other.appliesTo.includes(scope) && !other.appliesTo.includes('org'))
  const phases = (one.phases ?? []).filter((phase) => other.phases !== undefined && !other.phases.includes(phase))
  return [
    ...(scopes.length > 0 ? [`for ${scopes.join(', ')}`] : []),
    ...(phases.length > 0 ? [`in ${phases.join(', ')}`] : []),
    ...(one.mandatory && !other.mandatory ? ['as mandatory'] : []),
    ...checkLosses(one.checks, other.checks),
  ]
}

/** Checks are told apart by their detector; of one detector the strongest counts. */
function checkLosses(some: readonly GuardrailCheck[], others: readonly GuardrailCheck[]): readonly string[] {
  return [...new Set(some.map(({ detector }) => detector))].flatMap((detector) => {
    const one = strongest(some, detector)
    const other = strongest(others, detector)
    if (!one || ACTIONS[one.action] === 0) return []
    if (!other) return [`the check ${detector}`]
    if (ACTIONS[other.action] < ACTIONS[one.action]) return [`${detector}: ${one.action} against ${other.action}`]
    if (other.threshold > one.threshold) return [`${detector}: threshold ${one.threshold} against ${other.threshold}`]
    return one.onFailure === 'closed' && other.onFailure === 'open'
      ? [`${detector}: closed against open on failure`]
      : []
  })
}

function strongest(checks: readonly GuardrailCheck[], detector: string): GuardrailCheck | undefined {
  return checks
    .filter((check) => check.detector === detector)
    .toSorted((a, b) => ACTIONS[b.action] - ACTIONS[a.action])[0]
}
