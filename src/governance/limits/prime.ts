import type { NanoUsd } from '../../lib/money.ts'
import type { Coordinator } from '../../platform/coordination/index.ts'
import type { Document } from '../../platform/documents/index.ts'
import { expandGroups, globMatcher } from '../access/index.ts'
import type { IdentityIndex, Scope } from '../identity/index.ts'
import type { BudgetSpec } from './budget.kind.ts'
import { budgetKey, callerScopes, type LimitIndex, perValue } from './limit-index.ts'

/** Which operations are summed up: those that have one of the values in every dimension named. */
export interface SpendFilter {
  readonly team?: readonly string[]
  readonly app?: readonly string[]
  readonly user?: readonly string[]
  readonly agent?: readonly string[]
  readonly key?: readonly string[]
  readonly model?: readonly string[]
}

/** What priming needs. */
export interface Prime {
  readonly index: LimitIndex
  readonly coordinator: Coordinator
  /** What the ledger has of the operations since an instant (epoch milliseconds), nano-USD. */
  readonly spentSince: (filter: SpendFilter, fromMs: number) => Promise<NanoUsd>
  readonly nowMs: number
}

/**
 * Tells the coordinator what was spent in the current periods before it began to count. Asked at the start, and before
 * a snapshot is published: budgets that were primed before are left alone, so only new ones cost a look at the ledger.
 * Calls in flight while a new budget is primed are not in it. Budgets of a run begin empty. Answers how many were primed.
 */
export async function primeBudgets(prime: Prime): Promise<number> {
  const identity = prime.index.identity()
  let primed = 0
  for (const budget of prime.index.budgets) {
    if (budget.spec.period === 'run') continue
    for (const value of valuesOf(prime.index, identity, budget.spec)) {
      if (await primeOne(prime, { budget, value, identity })) primed += 1
    }
  }
  return primed
}

/** What a budget has spent in its current period, for whom it counts separately (`''`: for all together). Nano-USD. */
export interface BudgetSpent {
  readonly budget: string
  readonly value: Scope
  readonly spent: NanoUsd
  readonly amount: NanoUsd
}

/** What the ledger says that the named budgets have spent in the periods that now run. Budgets of a run are left out. */
export async function spentOfBudgets(
  { index, spentSince, nowMs }: Omit<Prime, 'coordinator'>,
  names: readonly string[],
): Promise<readonly BudgetSpent[]> {
  const identity = index.identity()
  const found: BudgetSpent[] = []
  for (const budget of index.budgets.filter(({ name }) => names.includes(name))) {
    const { period, timeZone, amount } = budget.spec
    if (period === 'run') continue
    const from = period === 'total' ? 0 : index.calendar.spanAt(period, timeZone, nowMs).start
    for (const value of valuesOf(index, identity, budget.spec)) {
      let spent = 0
      for (const filter of filtersOf(index, { budget, value, identity })) spent += await spentSince(filter, from)
      found.push({ budget: budget.name, value, spent, amount })
    }
  }
  return found
}

/** One budget for one of those it counts separately. */
export interface One {
  readonly budget: Document<BudgetSpec>
  readonly value: Scope
  readonly identity: IdentityIndex
}

async function primeOne({ index, coordinator, spentSince, nowMs }: Prime, one: One): Promise<boolean> {
  const { name, spec } = one.budget
  const { period, timeZone } = spec
  if (period === 'run') return false
  const span =
    period === 'total' ? { start: 0, end: Number.POSITIVE_INFINITY } : index.calendar.spanAt(period, timeZone, nowMs)
  const key = budgetKey(name, spec, one.value)
  if (await coordinator.isPrimed(key, span.start)) return false
  let spent = 0
  for (const filter of filtersOf(index, one)) spent += await spentSince(filter, span.start)
  await coordinator.prime({ key, periodStart: span.start, expiresAt: span.end, spent, nowMs })
  return true
}

/** For whom a budget or a limit counts separately, as far as the documents know them. */
export function valuesOf(
  index: Pick<LimitIndex, 'models'>,
  identity: IdentityIndex,
  spec: Pick<BudgetSpec, 'per' | 'appliesTo'>,
): readonly Scope[] {
  if (spec.per === undefined) return ['']
  if (spec.per === 'model') return index.models
  const wide = spec.appliesTo.some((scope) => scope === 'org' || isResource(scope))
  const values = new Set<Scope>()
  for (const { caller } of identity.keys.values()) {
    if (wide || callerScopes(caller).some((scope) => spec.appliesTo.includes(scope))) {
      values.add(perValue(spec.per, caller, ''))
    }
  }
  return [...values]
}

/**
 * The sums that make up what a budget has spent. Scopes of different kinds are summed one by one, so an app that is
 * named beside its own team counts twice until the period ends: too strict for a while, never too loose.
 */
export function filtersOf(index: LimitIndex, { budget, value, identity }: One): readonly SpendFilter[] {
  const { appliesTo, on } = budget.spec
  const models = (patterns: readonly string[]) => modelNames(index, patterns)
  const narrow: SpendFilter = { ...(on ? { model: models(on) } : {}), ...dimension(value) }
  if (appliesTo.includes('org')) return [narrow]
  const named = (kind: string) =>
    appliesTo.filter((scope) => scope.startsWith(`${kind}:`)).map((scope) => scope.slice(kind.length + 1))
  const teams = [...identity.ancestry].filter(([, way]) => way.some((team) => named('team').includes(team)))
  const wide: SpendFilter = {
    team: teams.map(([team]) => team),
    app: named('app'),
    user: named('user'),
    agent: named('agent'),
    key: named('key'),
    model: models(appliesTo.filter(isResource)),
  }
  return Object.entries(wide)
    .filter(([, names]) => names.length > 0)
    .map(([kind, names]) => ({ [kind]: names, ...narrow }))
}

function isResource(scope: Scope): boolean {
  return scope.startsWith('model:') || scope.startsWith('group:')
}

function modelNames(index: LimitIndex, patterns: readonly string[]): readonly string[] {
  const matchers = expandGroups(patterns, index.groups).map(globMatcher)
  return index.models
    .filter((model) => matchers.some((matches) => matches(model)))
    .map((model) => model.slice('model:'.length))
}

function dimension(value: Scope): SpendFilter {
  const colon = value.indexOf(':')
  return colon < 0 ? {} : { [value.slice(0, colon)]: [value.slice(colon + 1)] }
}
