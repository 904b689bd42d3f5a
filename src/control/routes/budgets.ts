import { type BudgetStateAnswer, budgetsAnswer, type LimitStateAnswer, limitsAnswer } from '../../contract/budgets.ts'
import type { Reach } from '../../governance/access/index.ts'
import type { Caller } from '../../governance/identity/index.ts'
import { type BudgetState, budgetStates, type LimitState, limitStates } from '../../governance/limits/index.ts'
import type { Ledger } from '../../governance/usage/index.ts'
import type { Clock } from '../../lib/clock.ts'
import { formatUsd } from '../../lib/money.ts'
import type { Coordinator } from '../../platform/coordination/index.ts'
import type { Document } from '../../platform/documents/index.ts'
import type { Policy, Snapshot } from '../../policy/index.ts'
import { belongsTo, isTermWithin } from '../document-place.ts'
import type { Route } from '../route-types.ts'

/** What the routes of budgets and limits need. */
export interface BudgetServices {
  readonly policy: Pick<Policy, 'holder'>
  readonly ledger: Pick<Ledger, 'spentSince'>
  readonly coordinator: Coordinator
  readonly clock: Clock
}

/** How the budgets within a reach stand, with those that hold for the caller. */
export async function budgetsWithin(
  { policy, ledger, coordinator, clock }: BudgetServices,
  viewer: Viewer,
): Promise<readonly BudgetStateAnswer[]> {
  const snapshot = policy.holder.current()
  const tools = { index: snapshot.limits, coordinator, spentSince: ledger.spentSince, nowMs: clock.now() }
  const states = await budgetStates(tools, (budget, value) => isSeen(budget, value, { ...viewer, snapshot }))
  return states.map(budgetAnswer)
}

/** Whose view it is, and how far it goes. */
export interface Viewer {
  readonly caller: Caller
  readonly reach: Reach
}

/**
 * Who sees how a budget or limit stands: whom it is about, within the reach, and those it holds for. Where each has their
 * own, nobody sees another's through holding one too.
 */
function isSeen(
  document: Document,
  value: string,
  { caller, reach, snapshot }: Viewer & { snapshot: Snapshot },
): boolean {
  if (reach === 'everything') return true
  if (value !== '' && !value.includes('*') && /^(?:user|app|agent|team|key):/.test(value)) {
    return value === caller.principal || isTermWithin(value, reach, snapshot.identity)
  }
  if (belongsTo(document, reach, snapshot)) return true
  const own = new Set([caller.principal, 'org', ...caller.teams.map((team) => `team:${team}`)])
  return (document.spec as { readonly appliesTo: readonly string[] }).appliesTo.some((scope) => own.has(scope))
}

function budgetAnswer(state: BudgetState): BudgetStateAnswer {
  const { budget, value, span, spent, held, remaining, forecast } = state
  const { appliesTo, on, per, period, timeZone, mode, atLimit, amount } = budget.spec
  return {
    name: budget.name,
    appliesTo: [...appliesTo],
    ...(on ? { on: [...on] } : {}),
    ...(per ? { per } : {}),
    ...(value === '' ? {} : { value }),
    period,
    timeZone,
    mode: mode === 'monitor' ? 'monitor' : 'enforce',
    atLimit: typeof atLimit === 'string' ? atLimit : `downgrade:${atLimit.downgrade.to}`,
    ...(span ? { from: new Date(span.start).toISOString(), to: new Date(span.end).toISOString() } : {}),
    amountUsd: formatUsd(amount),
    spentUsd: formatUsd(spent),
    heldUsd: formatUsd(held),
    remainingUsd: formatUsd(remaining),
    ...(forecast === undefined ? {} : { forecastUsd: formatUsd(forecast), forecastNanoUsd: forecast }),
    amountNanoUsd: amount,
    spentNanoUsd: spent,
    heldNanoUsd: held,
    remainingNanoUsd: remaining,
    share: amount === 0 ? 1 : spent / amount,
    state: state.state,
  }
}

function limitAnswer({ limit, value, ...state }: LimitState): LimitStateAnswer {
  const { appliesTo, on, per, mode } = limit.spec
  return {
    name: limit.name,
    appliesTo: [...appliesTo],
    ...(on ? { on: [...on] } : {}),
    ...(per ? { per } : {}),
    ...(value === '' ? {} : { value }),
    mode: mode === 'monitor' ? 'monitor' : 'enforce',
    ...state,
  }
}

/** `/api/v1/budgets` and `/api/v1/limits`: what is left of them now. */
export const budgetRoutes: readonly Route<BudgetServices>[] = [
  {
    method: 'GET',
    path: '/api/v1/budgets',
    permission: 'budgets:read',
    scoped: true,
    summary: 'How budgets stand: spent, held, remaining, and what the period will come to.',
    answer: budgetsAnswer,
    handle: async (request, services) => ({
      status: 200,
      body: { items: await budgetsWithin(services, request), nextCursor: null },
    }),
  },
  {
    method: 'GET',
    path: '/api/v1/limits',
    permission: 'budgets:read',
    scoped: true,
    summary: 'How limits stand on the node that answers.',
    answer: limitsAnswer,
    handle: async ({ caller, reach }, { policy, coordinator, clock }) => {
      const snapshot = policy.holder.current()
      const tools = { index: snapshot.limits, coordinator, nowMs: clock.now() }
      const states = await limitStates(tools, (limit, value) => isSeen(limit, value, { caller, reach, snapshot }))
      return { status: 200, body: { items: states.map(limitAnswer), nextCursor: null } }
    },
  },
]
