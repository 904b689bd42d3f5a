import type { BoundCheck, GuardrailIndex, Guards, Plan } from './guardrail-index.ts'
import type { Channel, Phase } from './inspection.ts'

const OF_CALLS: readonly Phase[] = ['input', 'tool-arguments', 'tool-result', 'ingest']
const OF_ANSWERS: readonly Phase[] = ['output', 'tool-arguments']

/** The guardrails that apply to somebody using something, by the scopes both stand in, from the outside in. */
export function guardsFor(index: GuardrailIndex, scopes: readonly string[]): Guards {
  const key = scopes.join('\n')
  const known = index.guards.get(key)
  if (known) return known
  const guards = bind(index, scopes.includes('org') ? scopes : ['org', ...scopes])
  index.guards.set(key, guards)
  return guards
}

function bind(index: GuardrailIndex, scopes: readonly string[]): Guards {
  const ranks = new Map<number, number>()
  scopes.forEach((scope, rank) => {
    for (const number of index.byScope.find(scope)) ranks.set(number, rank)
  })
  const checks = index.guardrails.flatMap((own, number): readonly BoundCheck[] => {
    const rank = ranks.get(number)
    return rank === undefined ? [] : own.map((check) => ({ ...check, rank }))
  })
  const looksAt = (phases: readonly Phase[]) => checks.some((check) => phases.some((phase) => check.phases.has(phase)))
  return Object.freeze({
    inspectsCalls: looksAt(OF_CALLS),
    reverses: checks.some(({ reversible, mode }) => reversible && mode === 'enforce'),
    inspectsAnswers: looksAt(OF_ANSWERS),
    index,
    checks,
    plans: new Map(),
  })
}

/**
 * The phases that govern a text: the phase of the operation, and besides it that of tool results and tool arguments. What
 * a model writes for a tool is governed as tool arguments alone: people do not read it.
 */
export function phasesOf(phase: Phase, channel: Channel): readonly Phase[] {
  if (channel === 'tool-arguments') return phase === 'output' ? ['tool-arguments'] : [phase, 'tool-arguments']
  return channel === 'tool-result' ? [phase, 'tool-result'] : [phase]
}

/** The checks that look at a text of this channel in this phase. */
export function planFor(guards: Guards, phase: Phase, channel: Channel): Plan {
  const name = `${phase} ${channel}`
  const known = guards.plans.get(name)
  if (known) return known
  const phases = phasesOf(phase, channel)
  const checks = guards.checks.filter(
    (check) => check.channels.has(channel) && phases.some((governing) => check.phases.has(governing)),
  )
  const active = new Uint8Array(guards.index.units.length)
  for (const { unit } of checks) active[unit] = 1
  const budgetMs = Math.max(0, ...checks.map(({ timeoutMs }) => timeoutMs))
  const plan = { checks, active, budgetMs, key: `${channel} ${active.join('')}` }
  guards.plans.set(name, plan)
  return plan
}
