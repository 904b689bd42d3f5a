import type { Caller, Resource } from '../identity/index.ts'
import type { AccessIndex, Rule, Subject } from './access-index.ts'
import { type BitSet, nextInAll } from './bit-set.ts'
import { type ConditionFacts, RequestFacts, ResourceFacts } from './condition.ts'
import type { Action } from './grant.kind.ts'
import { resourceKey } from './pattern.ts'

/** What conditions may ask of the moment and of the request; what is absent counts as zero, false or empty. */
export interface DecisionContext {
  /** Epoch milliseconds. */
  readonly nowMs: number
  readonly tokens?: number
  readonly stream?: boolean
  readonly tools?: boolean
  readonly model?: string
  readonly surface?: string
  /** Labels of the resource, where they differ from its document's. */
  readonly labels?: Readonly<Record<string, string>>
}

/** Who wants to do what to what. */
export interface AccessRequest {
  readonly caller: Caller
  readonly action: Action
  readonly resource: Resource
  readonly context: DecisionContext
}

/** What was decided, and why. */
export interface Decision {
  readonly effect: 'allow' | 'deny'
  /** The names of the grants that decided; none when no grant matched or the key is narrowed. */
  readonly rules: readonly string[]
  /** One sentence for people. */
  readonly reason: string
  /** Who could allow it: people (`user:x`, …) or `an administrator`. Only on a denial. */
  readonly grantedBy?: string
  /** Grants in monitor mode that would have decided otherwise: `<name>: deny`. */
  readonly wouldHave?: readonly string[]
}

/**
 * Whether a caller may do an action to a resource. Who acts for somebody must be allowed it themselves, and so must whom
 * they act for. See {@link decideFor}.
 */
export function decide(index: AccessIndex, request: AccessRequest): Decision {
  const own = decideFor(index, request)
  const { onBehalfOf, principal } = request.caller
  if (onBehalfOf === undefined || own.effect === 'deny') return own
  const theirs = decideFor(index, { ...request, caller: onBehalfOf })
  const wouldHave = [...(own.wouldHave ?? []), ...(theirs.wouldHave ?? [])]
  return {
    ...theirs,
    rules: theirs.effect === 'deny' ? theirs.rules : [...new Set([...own.rules, ...theirs.rules])],
    reason: `${principal} acts for ${onBehalfOf.principal}. ${theirs.effect === 'deny' ? '' : `${own.reason} `}${theirs.reason}`,
    ...(wouldHave.length === 0 ? {} : { wouldHave }),
  }
}

/**
 * Whether a caller by themselves may do an action to a resource. Everything is denied but what a grant allows; a grant that denies
 * wins over any that allows; what the key is not narrowed to is denied before all.
 * INVARIANT: a condition that fails to evaluate matches in a grant that denies and does not in one that allows.
 */
function decideFor(index: AccessIndex, request: AccessRequest): Decision {
  const subject = index.subjectOf(request.caller)
  const key = resourceKey(request.resource)
  if (subject.reaches && !subject.reaches(key)) return narrowed(request, key)
  let facts: ConditionFacts | undefined
  const holds = (rule: Rule): boolean => {
    if (hasEnded(rule, request.context.nowMs)) return false
    if (!rule.condition) return true
    facts ??= factsOf(index, request, subject)
    return conditionHolds(rule, facts)
  }
  const sets = index.byAction.get(request.action)
  const on = index.rulesOn(key)
  const first = (set: BitSet | undefined) => (set ? firstThat(index.rules, [set, subject.rules, on], holds) : undefined)
  const deciding =
    first(sets?.denyAlways) ?? first(sets?.denyWhen) ?? first(sets?.allowAlways) ?? first(sets?.allowWhen)
  const decision = deciding ? decidedBy(request, deciding) : unmatched(index, request, key)
  const differs = (rule: Rule) => rule.spec.effect !== decision.effect && holds(rule)
  const watching = sets ? allThat(index.rules, [sets.watch, subject.rules, on], differs) : []
  if (watching.length === 0) return decision
  return { ...decision, wouldHave: watching.map((rule) => `${rule.name}: ${rule.spec.effect}`) }
}

/**
 * Whether a caller may administer: an unconditional grant lets them manage `*`, and none that could apply denies it.
 * Asked without a moment, so grants with a condition or an end do not count for it, and do count against it.
 */
export function administers(index: AccessIndex, caller: Caller): boolean {
  const subject = index.subjectOf(caller)
  if (subject.reaches && !subject.reaches('*')) return false
  const sets = index.byAction.get('manage')
  const on = index.rulesOn('*')
  const any = (set: BitSet | undefined) => set !== undefined && nextInAll([set, subject.rules, on], -1) >= 0
  return any(sets?.allowAlways) && !any(sets?.denyAlways) && !any(sets?.denyWhen)
}

/** The record that conditions are evaluated over. */
export function factsOf(index: AccessIndex, request: AccessRequest, subject: Subject): ConditionFacts {
  const { context, resource } = request
  const labels = context.labels ?? index.labels.get(resourceKey(resource)) ?? {}
  return {
    now: new Date(context.nowMs),
    request: new RequestFacts(
      BigInt(Math.max(0, Math.trunc(context.tokens ?? 0))),
      context.stream ?? false,
      context.tools ?? false,
      context.model ?? '',
      context.surface ?? '',
    ),
    principal: subject.facts,
    resource: new ResourceFacts(resource.kind, resource.name, labels),
  }
}

/** Whether a rule's condition holds; see the invariant of {@link decide} for one that fails. */
export function conditionHolds(rule: Rule, facts: ConditionFacts): boolean {
  if (!rule.condition) return true
  try {
    return rule.condition(facts)
  } catch {
    return rule.spec.effect === 'deny'
  }
}

/** Whether a rule's time is over. */
export function hasEnded({ spec }: Rule, nowMs: number): boolean {
  return spec.expires !== undefined && nowMs >= spec.expires
}

type ThreeSets = readonly [BitSet, BitSet, BitSet]
type Test = (rule: Rule) => boolean

function firstThat(rules: readonly Rule[], sets: ThreeSets, holds: Test): Rule | undefined {
  for (let at = nextInAll(sets, -1); at >= 0; at = nextInAll(sets, at)) {
    const rule = rules[at]
    if (rule && holds(rule)) return rule
  }
  return undefined
}

const NO_RULES: readonly Rule[] = []

function allThat(rules: readonly Rule[], sets: ThreeSets, holds: Test): readonly Rule[] {
  let found: Rule[] | undefined
  for (let at = nextInAll(sets, -1); at >= 0; at = nextInAll(sets, at)) {
    const rule = rules[at]
    if (rule && holds(rule)) found = [...(found ?? []), rule]
  }
  return found ?? NO_RULES
}

function decidedBy(request: AccessRequest, rule: Rule): Decision {
  const what = `${request.caller.principal} ${request.action} ${resourceKey(request.resource)}`
  if (rule.spec.effect === 'allow') {
    return { effect: 'allow', rules: [rule.name], reason: `The grant ${rule.name} lets ${what}.` }
  }
  const why = rule.spec.reason ? ` ${rule.spec.reason}` : ''
  const reason = `The grant ${rule.name} does not let ${what}.${why}`
  return { effect: 'deny', rules: [rule.name], reason, grantedBy: 'an administrator' }
}

function unmatched(index: AccessIndex, request: AccessRequest, key: string): Decision {
  const reason = `No grant lets ${request.caller.principal} ${request.action} ${key}.`
  return { effect: 'deny', rules: [], reason, grantedBy: whoCouldGrant(index, request.caller) }
}

function narrowed(request: AccessRequest, key: string): Decision {
  const name = request.caller.key ?? 'of this caller'
  const reason = `The key ${name} is narrowed to other resources than ${key}.`
  return { effect: 'deny', rules: [], reason, grantedBy: request.caller.principal }
}

function whoCouldGrant(index: AccessIndex, caller: Caller): string {
  for (const team of caller.teams) {
    const managers = index.managers.get(team) ?? []
    if (managers.length > 0) return managers.join(', ')
  }
  return 'an administrator'
}
