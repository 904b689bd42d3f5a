import type { Caller, Resource } from '../identity/index.ts'
import type { AccessIndex, Rule } from './access-index.ts'
import { type BitSet, hasBit, nextInAll } from './bit-set.ts'
import { hasEnded } from './decide.ts'
import type { Action } from './grant.kind.ts'
import { resourceKey } from './pattern.ts'

/** Whether somebody may do something whatever the moment and the request: always, never, or as conditions hold. */
export interface Standing {
  readonly may: 'always' | 'sometimes' | 'never'
  /** The grants that let them, unconditional ones first. */
  readonly rules: readonly string[]
  /** The conditions it depends on: `<grant>: <condition>`, those of denials as `not (<condition>)`. */
  readonly conditions: readonly string[]
}

/** What is asked of each caller. */
export interface WhoCan {
  readonly action: Action
  readonly resource: Resource
  /** Grants that end count until then, epoch milliseconds. */
  readonly nowMs: number
}

const NEVER: Standing = Object.freeze({ may: 'never', rules: [], conditions: [] })

/** How a caller stands to an action on a resource, without asking conditions: for lists of who can. */
export function standingOf(index: AccessIndex, caller: Caller, asked: WhoCan): Standing {
  const subject = index.subjectOf(caller)
  const key = resourceKey(asked.resource)
  const sets = index.byAction.get(asked.action)
  if (sets === undefined || (subject.reaches && !subject.reaches(key))) return NEVER
  const on = index.rulesOn(key)
  const matching = (set: BitSet): readonly Rule[] => {
    const found: Rule[] = []
    for (let at = nextInAll([set, subject.rules, on], -1); at >= 0; at = nextInAll([set, subject.rules, on], at)) {
      const rule = index.rules[at]
      if (rule && !hasEnded(rule, asked.nowMs)) found.push(rule)
    }
    return found
  }
  const denials = [...matching(sets.denyAlways), ...matching(sets.denyWhen)]
  const allowances = [...matching(sets.allowAlways), ...matching(sets.allowWhen)]
  const isFirm = (rule: Rule) => rule.spec.when === undefined
  if (denials.some(isFirm) || allowances.length === 0) return NEVER
  const firm = allowances.some(isFirm) && caller.actsFor === undefined
  return {
    may: firm && denials.length === 0 ? 'always' : 'sometimes',
    rules: allowances.toSorted((a, b) => Number(isFirm(b)) - Number(isFirm(a))).map(({ name }) => name),
    conditions: [
      ...denials.map(({ name, spec }) => `${name}: not (${spec.when})`),
      ...(caller.actsFor === undefined ? [] : [`${caller.principal}: only for people who may themselves`]),
      ...(firm ? [] : allowances.filter((rule) => !isFirm(rule)).map(({ name, spec }) => `${name}: ${spec.when}`)),
    ],
  }
}

/** The grants that speak of an action on a resource and have not ended, denials first. */
export function rulesAbout(index: AccessIndex, asked: WhoCan): readonly Rule[] {
  const on = index.rulesOn(resourceKey(asked.resource))
  return index.rules
    .filter(
      (rule, number) =>
        hasBit(on, number) &&
        rule.spec.mode === 'enforce' &&
        rule.spec.actions.includes(asked.action) &&
        !hasEnded(rule, asked.nowMs),
    )
    .toSorted((a, b) => Number(b.spec.effect === 'deny') - Number(a.spec.effect === 'deny'))
}
