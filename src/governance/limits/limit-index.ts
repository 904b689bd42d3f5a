import type { NanoUsd } from '../../lib/money.ts'
import { timeZones } from '../../lib/time-zone.ts'
import type { Document, DocumentSet } from '../../platform/documents/index.ts'
import { compileGroups, expandGroups, type Groups, globMatcher, patternIndex, resourceKey } from '../access/index.ts'
import { type Caller, compileIdentity, type IdentityIndex, type Resource, type Scope } from '../identity/index.ts'
import { type AtLimit, type BudgetPeriod, type BudgetSpec, budgetKind } from './budget.kind.ts'
import { type Calendar, calendar } from './calendar.ts'
import { type LimitSpec, limitKind, type Per } from './limit.kind.ts'

interface Counter {
  /** The name of the Limit or Budget. */
  readonly name: string
  /** The key of the counter in the coordinator. */
  readonly key: string
  /** The first scope of `appliesTo` that the caller or the resource is in. */
  readonly scope: Scope
  readonly per?: Per
  /** Only counts, never refuses. */
  readonly watches: boolean
}

/** A rate that an operation takes from. */
export interface RateCounter extends Counter {
  readonly kind: 'rate'
  readonly of: 'requests' | 'tokens'
  readonly limit: number
  readonly perMs: number
}

/** A number of calls in flight. */
export interface ConcurrencyCounter extends Counter {
  readonly kind: 'concurrency'
  readonly limit: number
}

/** Money that an operation draws on. */
export interface BudgetCounter extends Counter {
  readonly kind: 'budget'
  readonly amount: NanoUsd
  readonly period: BudgetPeriod
  readonly timeZone: string
  readonly atLimit: AtLimit
}

/** One counter that an operation is held against. */
export type AnyCounter = RateCounter | ConcurrencyCounter | BudgetCounter

/** A Limit or Budget that takes part, with its patterns made ready. */
export interface Policy {
  readonly document: Document<LimitSpec> | Document<BudgetSpec>
  readonly reaches: (resourceKey: string) => boolean
}

/** All Limits and Budgets, compiled. Nothing in it changes but its memories, which are bounded. */
export interface LimitIndex {
  readonly budgets: readonly Document<BudgetSpec>[]
  readonly limits: readonly Document<LimitSpec>[]
  readonly calendar: Calendar
  readonly groups: Groups
  /** Who there is: asked only when budgets are primed. */
  readonly identity: () => IdentityIndex
  /** The keys of the models there are (`model:assistant`). */
  readonly models: readonly string[]
  /** Every counter that an operation is held against, in the order of asking; remembered for each caller. */
  readonly countersFor: (caller: Caller, resource: Resource) => readonly AnyCounter[]
}

interface Remembered {
  kind: string
  readonly byName: Map<string, readonly AnyCounter[]>
}

const RESOURCES_A_CALLER = 256
const CALLER_SCOPE = /^(?:org$|(?:team|app|user|agent|key):)/

/** Compiles Limits and Budgets; linear in the documents. */
export function compileLimits(documents: DocumentSet): LimitIndex {
  const groups = compileGroups(documents)
  const budgets = documents.all(budgetKind).filter((budget) => budget.spec.mode !== 'off')
  const limits = documents.all(limitKind).filter((limit) => limit.spec.mode !== 'off')
  const policies = [...limits, ...budgets].map(
    (document): Policy => ({ document, reaches: reachOf(document.spec.on, groups) }),
  )
  const find = policyFinder(policies, groups)
  const remembered = new WeakMap<Caller, Remembered>()

  const countersFor = (caller: Caller, resource: Resource): readonly AnyCounter[] => {
    const known = remembered.get(caller) ?? { kind: resource.kind, byName: new Map() }
    // By the name alone, so that no text is put together for every operation; hardly anybody uses two kinds in turn.
    const ready = known.kind === resource.kind ? known.byName.get(resource.name) : undefined
    if (ready) return ready
    // Names come from clients: what one caller asks for must not fill the memory.
    if (known.kind !== resource.kind || known.byName.size >= RESOURCES_A_CALLER) known.byName.clear()
    known.kind = resource.kind
    const key = resourceKey(resource)
    const found = find(caller, key)
      .filter(({ policy }) => policy.reaches(key))
      .flatMap(({ policy, scope }) => countersOf(policy.document, { scope, caller, resource: key }))
      .toSorted((a, b) => rank(a) - rank(b))
    known.byName.set(resource.name, found)
    remembered.set(caller, known)
    return found
  }
  const models = documents.documents.filter(({ kind }) => kind === 'Model').map(({ name }) => `model:${name}`)
  const identity = () => compileIdentity(documents)
  return Object.freeze({ budgets, limits, calendar: calendar(timeZones()), groups, identity, models, countersFor })
}

function reachOf(on: readonly string[] | undefined, groups: Groups): (key: string) => boolean {
  if (on === undefined) return () => true
  const matchers = expandGroups(on, groups).map(globMatcher)
  return (key) => matchers.some((matches) => matches(key))
}

interface Found {
  readonly policy: Policy
  readonly scope: Scope
}

/** Finds the policies that a caller or a resource stands in by its scopes, without asking each policy. */
function policyFinder(policies: readonly Policy[], groups: Groups): (caller: Caller, key: string) => readonly Found[] {
  const byScope = new Map<Scope, Policy[]>()
  for (const policy of policies) {
    for (const scope of policy.document.spec.appliesTo) {
      const known = byScope.get(scope)
      if (known) known.push(policy)
      else byScope.set(scope, [policy])
    }
  }
  const resourceScopes = [...byScope.keys()].filter((scope) => !CALLER_SCOPE.test(scope))
  const onResource = patternIndex(resourceScopes.map((scope) => expandGroups([scope], groups)))
  return (caller, key) => {
    const found = new Map<Policy, Scope>()
    const scopes = [...callerScopes(caller), ...onResource.find(key).flatMap((place) => resourceScopes[place] ?? [])]
    for (const scope of scopes) {
      for (const policy of byScope.get(scope) ?? []) if (!found.has(policy)) found.set(policy, scope)
    }
    return [...found].map(([policy, scope]) => ({ policy, scope }))
  }
}

/** The scopes a caller stands in, nearest first. */
export function callerScopes(caller: Caller): readonly Scope[] {
  const scopes = caller.key === undefined ? [caller.principal] : [`key:${caller.key}`, caller.principal]
  if (caller.onBehalfOf) scopes.push(caller.onBehalfOf.principal)
  return [...scopes, ...caller.teams.map((team) => `team:${team}`), 'org']
}

/** For whom a policy counts separately: a scope, `''` when all share one counter. Whoever lacks the dimension counts as themselves. */
export function perValue(per: Per | undefined, caller: Caller, resource: string): Scope {
  if (per === undefined) return ''
  if (per === 'model') return resource
  const name = caller[per]
  return name === undefined ? caller.principal : `${per}:${name}`
}

/** The key of a budget's account. The amount is no part of it, so a changed amount keeps what was spent. */
export function budgetKey(name: string, spec: BudgetSpec, value: Scope): string {
  return `budget ${name} ${spec.period} ${spec.timeZone} ${value}`
}

/** The key of a limit's calls in flight. */
export function concurrencyKey(name: string, value: Scope): string {
  return `calls ${name} ${value}`
}

/** The key of a limit's rate. */
export function rateKey(rate: {
  readonly of: 'requests' | 'tokens'
  readonly name: string
  readonly perMs: number
  readonly value: Scope
}): string {
  return `${rate.of} ${rate.name} ${rate.perMs} ${rate.value}`
}

interface Standing {
  readonly scope: Scope
  readonly caller: Caller
  readonly resource: string
}

function countersOf(document: Policy['document'], { scope, caller, resource }: Standing): readonly AnyCounter[] {
  const { name, spec } = document
  const value = perValue(spec.per, caller, resource)
  const shared = { name, scope, ...(spec.per ? { per: spec.per } : {}), watches: spec.mode === 'monitor' }
  if ('amount' in spec) {
    const { amount, period, timeZone, atLimit } = spec
    return [{ ...shared, kind: 'budget', key: budgetKey(name, spec, value), amount, period, timeZone, atLimit }]
  }
  const counters: AnyCounter[] = []
  if (spec.concurrency !== undefined) {
    counters.push({ ...shared, kind: 'concurrency', key: concurrencyKey(name, value), limit: spec.concurrency })
  }
  for (const of of ['requests', 'tokens'] as const) {
    const rate = spec[of]
    if (rate === undefined) continue
    const key = rateKey({ of, name, perMs: rate.perMs, value })
    counters.push({ ...shared, kind: 'rate', of, key, limit: rate.count, perMs: rate.perMs })
  }
  return counters
}

/** A budget that blocks is asked before one that offers a cheaper model: otherwise the offer could be no way out. */
function rank(counter: AnyCounter): number {
  if (counter.kind !== 'budget') return counter.kind === 'concurrency' ? 0 : 1
  return counter.atLimit === 'block' ? 2 : 3
}
