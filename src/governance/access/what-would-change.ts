import type { AccessRequest, Decision } from './decide.ts'
import type { ExplainedRule, Explanation } from './explanation.ts'
import { resourceKey } from './pattern.ts'

/** What would have to be otherwise for the other answer: sentences, the smallest changes first. */
export function whatWouldChange(
  request: AccessRequest,
  { decision, narrowed, rules }: Pick<Explanation, 'decision' | 'narrowed' | 'rules'>,
): readonly string[] {
  const key = resourceKey(request.resource)
  const who = request.caller.principal
  if (narrowed) return [`The key ${request.caller.key ?? ''} would have to be narrowed to ${key} too, or not at all.`]
  const enforced = rules.filter((rule) => rule.mode === 'enforce')
  if (decision.effect === 'allow') return whatWouldDeny(enforced, `${who} ${request.action} ${key}`)
  const denials = enforced.filter((rule) => rule.effect === 'deny' && rule.matches)
  if (denials.length > 0) return denials.map(denialSentence)
  const nearly = enforced.filter((rule) => rule.effect === 'allow').map((rule) => lacks(rule, who, key))
  const near = nearly.toSorted((a, b) => weightOf(a) - weightOf(b)).flatMap((missing) => sentenceOf(missing))
  const whom = grantors(decision)
  return [...near, `Or a new grant would have to let ${who} ${request.action} ${key}: ${whom} could allow it.`]
}

interface Missing {
  readonly rule: string
  /** How much would have to change: another moment or request is less than another grant. */
  readonly weight: 1 | 2
  readonly text: string
}

function lacks(rule: ExplainedRule, who: string, key: string): readonly Missing[] {
  const name = named(rule)
  const say = (text: string, weight: Missing['weight']): Missing => ({ rule: name, text, weight })
  const missing: Missing[] = []
  if (rule.ended) missing.push(say(`its time was over at ${new Date(rule.expires ?? 0).toISOString()}`, 1))
  if (rule.pattern === undefined) missing.push(say(`it would have to be on ${key} too`, 2))
  if (rule.subject === undefined) missing.push(say(`${who} would have to be one of those it is for`, 2))
  if (rule.condition === 'false' || rule.condition === 'failed') missing.push(say(conditionText(rule), 1))
  return missing
}

function weightOf(missing: readonly Missing[]): number {
  return missing.reduce((sum, { weight }) => sum + weight, 0)
}

function sentenceOf(missing: readonly Missing[]): readonly string[] {
  const [first] = missing
  return first === undefined
    ? []
    : [`${first.rule} would let them, but ${missing.map(({ text }) => text).join(', and ')}.`]
}

function conditionText(rule: ExplainedRule): string {
  const failing = (rule.parts ?? []).filter((part) => part.outcome !== 'true')
  const values = failing.flatMap(({ operands }) => operands.map(({ expression, value }) => `${expression} is ${value}`))
  const because = values.length === 0 ? '' : ` (${[...new Set(values)].join(', ')})`
  return `its condition ${rule.when ?? ''} ${rule.condition === 'failed' ? 'could not be evaluated' : 'does not hold'}${because}`
}

function denialSentence(rule: ExplainedRule): string {
  const held = rule.condition === 'none' ? '' : `, or its condition ${rule.when ?? ''} would have to be false`
  return `${named(rule)} denies it, whatever else allows it: it would have to be changed${held}.`
}

function whatWouldDeny(rules: readonly ExplainedRule[], what: string): readonly string[] {
  const allowing = rules.filter((rule) => rule.effect === 'allow' && rule.matches).map(named)
  return [`Without ${allowing.join(' and ')} no grant would let ${what}.`]
}

function named(rule: ExplainedRule): string {
  return `The grant ${rule.rule}${rule.at === undefined ? '' : ` (${rule.at})`}`
}

function grantors({ grantedBy }: Decision): string {
  return grantedBy ?? 'an administrator'
}
