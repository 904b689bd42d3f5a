import type { NanoUsd } from '../../lib/money.ts'
import type { Coordinator } from '../../platform/coordination/index.ts'
import type { Document } from '../../platform/documents/index.ts'
import type { Scope } from '../identity/index.ts'
import type { BudgetSpec } from './budget.kind.ts'
import type { Span } from './calendar.ts'
import type { LimitSpec } from './limit.kind.ts'
import { budgetKey, concurrencyKey, rateKey } from './limit-index.ts'
import { filtersOf, type Prime, valuesOf } from './prime.ts'

/** How one budget stands for one of those it counts separately. Money in nano-USD, instants in epoch milliseconds. */
export interface BudgetState {
  readonly budget: Document<BudgetSpec>
  /** `user:ann@example.com`, `model:assistant`; `''` when all share it. */
  readonly value: Scope
  /** The current period; absent for a budget without one. */
  readonly span?: Span
  readonly spent: NanoUsd
  /** For calls in flight on this node. */
  readonly held: NanoUsd
  /** Below zero when overdrawn. */
  readonly remaining: NanoUsd
  /** What will have been spent at the end of the period if it goes on as it has; absent without a period. */
  readonly forecast?: NanoUsd
  readonly state: 'ok' | 'warning' | 'exhausted'
}

/** What asking how budgets and limits stand needs. */
export type StateTools = Pick<Prime, 'index' | 'coordinator' | 'spentSince' | 'nowMs'>

/** How a rate or a number of calls at once stands, as this node counts. */
export interface LimitState {
  readonly limit: Document<LimitSpec>
  readonly value: Scope
  readonly requests?: { readonly limit: number; readonly perMs: number; readonly taken: number }
  readonly tokens?: { readonly limit: number; readonly perMs: number; readonly taken: number }
  readonly concurrency?: { readonly limit: number; readonly active: number }
}

/** A budget with more lines than this is told by the counters of this node alone: a look at the ledger for each would take long. */
const MOST_LOOKED_UP = 200

/** The first hour of a period says little of the rest of it. */
const LEAST_ELAPSED_MS = 3_600_000

/** How budgets stand that a filter lets through; a budget for each user has a line for each that the documents know. */
export async function budgetStates(
  tools: StateTools,
  wanted: (budget: Document<BudgetSpec>, value: Scope) => boolean,
): Promise<readonly BudgetState[]> {
  const { index } = tools
  const identity = index.identity()
  const states: BudgetState[] = []
  for (const budget of index.budgets) {
    // What a run spends is known to the call that belongs to it, and told in its answer.
    if (budget.spec.period === 'run') continue
    const values = valuesOf(index, identity, budget.spec).filter((value) => wanted(budget, value))
    const looksUp = values.length <= MOST_LOOKED_UP
    for (const value of values) states.push(await budgetState(tools, { budget, value, identity }, looksUp))
  }
  return states
}

type Line = Parameters<typeof filtersOf>[1]

async function budgetState(tools: StateTools, one: Line, looksUp: boolean): Promise<BudgetState> {
  const { index, coordinator, spentSince, nowMs } = tools
  const { budget, value } = one
  const { spec, name } = budget
  const { period, timeZone } = spec
  const span = period === 'run' || period === 'total' ? undefined : index.calendar.spanAt(period, timeZone, nowMs)
  const from = span?.start ?? 0
  const counted = await coordinator.moneyOf(budgetKey(name, spec, value), from)
  let recorded = 0
  for (const filter of looksUp ? filtersOf(index, one) : []) recorded += await spentSince(filter, from)
  // The ledger knows what other nodes spent, the coordinator what is not shipped yet: neither is too much.
  const spent = Math.max(counted.spent, recorded)
  const remaining = spec.amount - spent - counted.held
  return {
    budget,
    value,
    spent,
    held: counted.held,
    remaining,
    ...(span ? { span, forecast: forecastOf(spent, span, nowMs) } : {}),
    state: stateOf(spec, spent, remaining),
  }
}

function forecastOf(spent: NanoUsd, { start, end }: Span, nowMs: number): NanoUsd {
  const elapsed = Math.min(end - start, Math.max(LEAST_ELAPSED_MS, nowMs - start))
  return Math.round((spent * (end - start)) / elapsed)
}

function stateOf({ amount, alertsAt }: BudgetSpec, spent: NanoUsd, remaining: NanoUsd): BudgetState['state'] {
  if (remaining <= 0) return 'exhausted'
  const first = Math.min(...alertsAt)
  return spent >= first * amount ? 'warning' : 'ok'
}

/** How limits stand that a filter lets through. */
export async function limitStates(
  { index, coordinator, nowMs }: Pick<StateTools, 'index' | 'coordinator' | 'nowMs'>,
  wanted: (limit: Document<LimitSpec>, value: Scope) => boolean,
): Promise<readonly LimitState[]> {
  const identity = index.identity()
  const states: LimitState[] = []
  for (const limit of index.limits) {
    for (const value of valuesOf(index, identity, limit.spec)) {
      if (wanted(limit, value)) states.push(await limitState({ coordinator, nowMs }, limit, value))
    }
  }
  return states
}

async function limitState(
  { coordinator, nowMs }: { readonly coordinator: Coordinator; readonly nowMs: number },
  limit: Document<LimitSpec>,
  value: Scope,
): Promise<LimitState> {
  const { name, spec } = limit
  const rateState = async (of: 'requests' | 'tokens') => {
    const rate = spec[of]
    if (rate === undefined) return {}
    const taken = await coordinator.takenOf(rateKey({ of, name, perMs: rate.perMs, value }), rate.perMs, nowMs)
    return { [of]: { limit: rate.count, perMs: rate.perMs, taken } }
  }
  const active = spec.concurrency === undefined ? 0 : await coordinator.insideOf(concurrencyKey(name, value))
  return {
    limit,
    value,
    ...(await rateState('requests')),
    ...(await rateState('tokens')),
    ...(spec.concurrency === undefined ? {} : { concurrency: { limit: spec.concurrency, active } }),
  }
}
