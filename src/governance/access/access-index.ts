import { lruCache } from '../../lib/lru.ts'
import type { Document, DocumentSet, Origin } from '../../platform/documents/index.ts'
import { type Caller, teamKind } from '../identity/index.ts'
import { addBit, type BitSet, bitSet } from './bit-set.ts'
import { type Condition, conditionCompiler, PrincipalFacts } from './condition.ts'
import { ACTIONS, type Action, type GrantSpec, grantKind } from './grant.kind.ts'
import { expandGroups, type Groups, globMatcher, patternIndex } from './pattern.ts'
import { compileGroups, resourceLabels } from './resource-group.kind.ts'

/** A Grant made ready. */
export interface Rule {
  readonly name: string
  readonly spec: GrantSpec
  readonly origin: Origin
  /** The patterns of `on` with groups replaced by their members. */
  readonly patterns: readonly string[]
  readonly condition?: Condition
}

/** The rules that name an action, by what they do; sets of places in {@link AccessIndex.rules}. */
export interface RuleSets {
  /** Deny, without a condition and without an end. */
  readonly denyAlways: BitSet
  readonly denyWhen: BitSet
  readonly allowAlways: BitSet
  readonly allowWhen: BitSet
  /** Only watch. */
  readonly watch: BitSet
}

/** A caller made ready: worked out once for each caller object, which lives as long as its snapshot. */
export interface Subject {
  /** The same for all callers whom the same rules speak of. */
  readonly id: number
  readonly rules: BitSet
  readonly facts: PrincipalFacts
  /** Absent when the key is not narrowed. */
  readonly reaches?: (resourceKey: string) => boolean
}

/** All grants, compiled. Nothing in it changes but its memories, which are bounded. */
export interface AccessIndex {
  /** Ordered by name. */
  readonly rules: readonly Rule[]
  readonly groups: Groups
  /** A resource's key → the labels of its document. */
  readonly labels: ReadonlyMap<string, Readonly<Record<string, string>>>
  /** A team → its managers (`user:x`). */
  readonly managers: ReadonlyMap<string, readonly string[]>
  readonly subjectOf: (caller: Caller) => Subject
  readonly byAction: ReadonlyMap<Action, RuleSets>
  /** The rules that speak of a resource; remembered for the resources asked for most recently. */
  readonly rulesOn: (resourceKey: string) => BitSet
}

const RESOURCES_KEPT = 4_096
const SUBJECTS_KEPT = 20_000

/** Compiles Grants and ResourceGroups. Linear in the documents; the sets of a caller are made when it first asks. */
export function compileAccess(documents: DocumentSet): AccessIndex {
  const groups = compileGroups(documents)
  const compileCondition = conditionCompiler()
  const rules = documents
    .all(grantKind)
    .filter((grant) => grant.spec.mode !== 'off')
    .map((grant) => ruleOf(grant, groups, compileCondition))
  const managers = new Map(documents.all(teamKind).map((team) => [team.name, team.spec.managers]))
  return Object.freeze({
    rules,
    groups,
    labels: resourceLabels(documents),
    managers,
    subjectOf: subjects(rules, groups, managers),
    byAction: new Map(ACTIONS.map((action) => [action, ruleSets(rules, action)])),
    rulesOn: resourceRules(rules),
  })
}

function ruleOf(grant: Document<GrantSpec>, groups: Groups, compile: (text: string) => Condition): Rule {
  const { name, spec, origin } = grant
  const patterns = expandGroups(spec.on, groups)
  const rule = { name, spec, origin, patterns }
  return Object.freeze(spec.when === undefined ? rule : { ...rule, condition: compile(spec.when) })
}

/** Every subject that a caller is: `org`, the principal, its teams with those above, and the teams it manages. */
export function subjectTerms(caller: Caller, managers: AccessIndex['managers']): readonly string[] {
  const terms = ['org', caller.principal, ...caller.teams.map((team) => `team:${team}`)]
  if (!caller.principal.startsWith('user:')) return terms
  for (const [team, people] of managers) if (people.includes(caller.principal)) terms.push(`team:${team}/managers`)
  return terms
}

function subjects(rules: readonly Rule[], groups: Groups, managers: AccessIndex['managers']): AccessIndex['subjectOf'] {
  const bySubject = new Map<string, BitSet>()
  rules.forEach((rule, number) => {
    for (const term of rule.spec.to) {
      const set = bySubject.get(term) ?? bitSet(rules.length)
      bySubject.set(term, set)
      addBit(set, number)
    }
  })
  const interned = lruCache<string, { readonly id: number; readonly rules: BitSet }>(SUBJECTS_KEPT)
  let lastId = 0
  const intern = (caller: Caller) => {
    const terms = subjectTerms(caller, managers).filter((term) => bySubject.has(term))
    const key = [...new Set(terms)].sort().join(' ')
    const known = interned.get(key)
    if (known) return known
    const union = bitSet(rules.length)
    for (const term of terms) {
      const set = bySubject.get(term)
      if (set) for (let word = 0; word < union.length; word++) union[word] = (union[word] ?? 0) | (set[word] ?? 0)
    }
    lastId += 1
    const fresh = { id: lastId, rules: union }
    interned.set(key, fresh)
    return fresh
  }
  // A caller that came out of an identity index is one object for the life of its key, so this is hit nearly always.
  const known = new WeakMap<Caller, Subject>()
  return (caller) => {
    const ready = known.get(caller)
    if (ready) return ready
    const facts = new PrincipalFacts(
      caller.principal,
      caller.team ?? '',
      caller.teams,
      caller.app ?? '',
      caller.user ?? '',
      caller.agent ?? '',
    )
    const reaches = caller.narrowTo && anyOf(expandGroups(caller.narrowTo, groups))
    const subject: Subject = { ...intern(caller), facts, ...(reaches ? { reaches } : {}) }
    known.set(caller, subject)
    return subject
  }
}

function anyOf(patterns: readonly string[]): (text: string) => boolean {
  const matchers = patterns.map(globMatcher)
  return (text) => matchers.some((matches) => matches(text))
}

function ruleSets(rules: readonly Rule[], action: Action): RuleSets {
  const empty = () => bitSet(rules.length)
  const sets: RuleSets = {
    denyAlways: empty(),
    denyWhen: empty(),
    allowAlways: empty(),
    allowWhen: empty(),
    watch: empty(),
  }
  rules.forEach(({ spec, condition }, number) => {
    // What ends is asked about the moment, as a condition is.
    const isAsked = condition !== undefined || spec.expires !== undefined
    if (!spec.actions.includes(action)) return
    if (spec.mode === 'monitor') addBit(sets.watch, number)
    else if (spec.effect === 'deny') addBit(isAsked ? sets.denyWhen : sets.denyAlways, number)
    else addBit(isAsked ? sets.allowWhen : sets.allowAlways, number)
  })
  return sets
}

function resourceRules(rules: readonly Rule[]): AccessIndex['rulesOn'] {
  const patterns = patternIndex(rules.map((rule) => rule.patterns))
  const remembered = lruCache<string, BitSet>(RESOURCES_KEPT)
  return (key) => {
    const known = remembered.get(key)
    if (known) return known
    const set = bitSet(rules.length)
    for (const number of patterns.find(key)) addBit(set, number)
    remembered.set(key, set)
    return set
  }
}
