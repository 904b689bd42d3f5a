import type { AccessIndex, Rule } from './access-index.ts'
import { subjectTerms } from './access-index.ts'
import { hasBit } from './bit-set.ts'
import type { ConditionFacts } from './condition.ts'
import { conditionParts } from './condition-parts.ts'
import { type AccessRequest, type Decision, decide, factsOf, hasEnded } from './decide.ts'
import type { ExplainedRule, Explanation } from './explanation.ts'
import { globMatcher, resourceKey } from './pattern.ts'
import { whatWouldChange } from './what-would-change.ts'

/**
 * Explains a decision in full. For people: it asks every grant, so it costs far more than {@link decide}. About the
 * `caller` alone it tells of no grant that is for others.
 */
export function explain(
  index: AccessIndex,
  request: AccessRequest,
  about: 'caller' | 'everybody' = 'everybody',
): Explanation {
  const { onBehalfOf, ...alone } = request.caller
  if (onBehalfOf === undefined) return explainAlone(index, request, about)
  const own = explainAlone(index, { ...request, caller: alone }, about)
  const theirs = explainAlone(index, { ...request, caller: onBehalfOf }, about)
  const decision = decide(index, request)
  return { ...own, decision, changes: [...own.changes, ...theirs.changes], onBehalfOf: theirs }
}

function explainAlone(index: AccessIndex, request: AccessRequest, about: 'caller' | 'everybody'): Explanation {
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
      const speaksOfCaller = rule.spec.to.some((term) => terms.has(term))
      if (about === 'caller' ? !speaksOfCaller : !speaksOfResource && !speaksOfCaller) return []
      return [explainRule(rule, { request, key, facts, terms, decision, speaksOfResource })]
    })
    .toSorted((a, b) => rank(a) - rank(b))
  const narrowed = subject.reaches?.(key) === false
  return { decision, narrowed, rules, changes: whatWouldChange(request, { decision, narrowed, rules }) }
}

interface Asked {
  readonly request: AccessRequest
  readonly key: string
  readonly facts: ConditionFacts
  readonly terms: ReadonlySet<string>
  readonly decision: Decision
  readonly speaksOfResource: boolean
}

function explainRule(rule: Rule, asked: Asked): ExplainedRule {
  const { request, key, facts, terms, decision, speaksOfResource } = asked
  const { spec, origin, name } = rule
  const subject = spec.to.find((term) => terms.has(term))
  const pattern = speaksOfResource ? rule.patterns.find((candidate) => globMatcher(candidate)(key)) : undefined
  const condition = conditionState(rule, facts)
  const ended = hasEnded(rule, request.context.nowMs)
  const holds = condition === 'none' || condition === 'true' || (condition === 'failed' && spec.effect === 'deny')
  return {
    rule: name,
    effect: spec.effect,
    mode: spec.mode === 'monitor' ? 'monitor' : 'enforce',
    ...(origin.file === undefined ? {} : { at: `${origin.file}:${origin.line ?? 1}` }),
    ...(subject === undefined ? {} : { subject }),
    ...(pattern === undefined ? {} : { pattern }),
    condition,
    ...(spec.when === undefined ? {} : { when: spec.when, parts: conditionParts(spec.when, facts) }),
    ...(spec.expires === undefined ? {} : { expires: spec.expires }),
    ended,
    matches: subject !== undefined && pattern !== undefined && holds && !ended,
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
