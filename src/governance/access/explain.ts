import type { AccessIndex, Rule } from './access-index.ts'
import { subjectTerms } from './access-index.ts'
import { hasBit } from './bit-set.ts'
import type { ConditionFacts } from './condition.ts'
import { type AccessRequest, type Decision, decide, factsOf } from './decide.ts'
import { globMatcher, resourceKey } from './pattern.ts'

/** What one grant had to say. */
export interface ExplainedRule {
  readonly rule: string
  readonly effect: 'allow' | 'deny'
  readonly mode: 'enforce' | 'monitor'
  /** `file:line` of the grant; undefined when it was not written in a file. */
  readonly at?: string
  /** The subject of the grant that the caller is (`team:claims`); undefined when it is none of them. */
  readonly subject?: string
  /** The pattern that the resource matches, with groups replaced by their members; undefined when none does. */
  readonly pattern?: string
  /** `none` when the grant has no condition. */
  readonly condition: 'none' | 'true' | 'false' | 'failed'
  readonly matches: boolean
  /** The grant that decided. */
  readonly decides: boolean
}

/** A decision with everything that led to it. */
export interface Explanation {
  readonly decision: Decision
  /** Whether the caller's key is narrowed away from the resource: then no grant is asked. */
  readonly narrowed: boolean
  /** Grants that speak of this caller or of this resource with this action: those that match first, denials first. */
  readonly rules: readonly ExplainedRule[]
}

/** Explains a decision in full. For people: it asks every grant, so it costs far more than {@link decide}. */
export function explain(index: AccessIndex, request: AccessRequest): Explanation {
  const subject = index.subjectOf(request.caller)
  const key = resourceKey(request.resource)
  const decision = decide(index, request)
  const facts = factsOf(index, request, subject)
  const on = index.rulesOn(key)
  const terms = new Set(subjectTerms(request.caller, index.managers))
  const rules = index.rules
    .flatMap((rule, number) => {
      if (!rule.spec.actions.includes(request.action)) return []
      const speaksOfResource = hasBit(on, number)
      if (!speaksOfResource && !rule.spec.to.some((term) => terms.has(term))) return []
      return [explainRule(rule, { key, facts, terms, decision, speaksOfResource })]
    })
    .toSorted((a, b) => rank(a) - rank(b))
  return { decision, narrowed: subject.reaches?.(key) === false, rules }
}

interface Asked {
  readonly key: string
  readonly facts: ConditionFacts
  readonly terms: ReadonlySet<string>
  readonly decision: Decision
  readonly speaksOfResource: boolean
}

function explainRule(rule: Rule, { key, facts, terms, decision, speaksOfResource }: Asked): ExplainedRule {
  const { spec, origin, name } = rule
  const subject = spec.to.find((term) => terms.has(term))
  const pattern = speaksOfResource ? rule.patterns.find((candidate) => globMatcher(candidate)(key)) : undefined
  const condition = conditionState(rule, facts)
  const holds = condition === 'none' || condition === 'true' || (condition === 'failed' && spec.effect === 'deny')
  return {
    rule: name,
    effect: spec.effect,
    mode: spec.mode === 'monitor' ? 'monitor' : 'enforce',
    ...(origin.file === undefined ? {} : { at: `${origin.file}:${origin.line ?? 1}` }),
    ...(subject === undefined ? {} : { subject }),
    ...(pattern === undefined ? {} : { pattern }),
    condition,
    matches: subject !== undefined && pattern !== undefined && holds,
    decides: decision.rules.includes(name),
  }
}

function conditionState(rule: Rule, facts: ConditionFacts): ExplainedRule['condition'] {
  if (!rule.condition) return 'none'
  try {
    return rule.condition(facts) ? 'true' : 'false'
  } catch {
    return 'failed'
  }
}

function rank(rule: ExplainedRule): number {
  return (rule.decides ? 0 : 4) + (rule.matches ? 0 : 2) + (rule.effect === 'deny' ? 0 : 1)
}
