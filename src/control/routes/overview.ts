import { type OverviewAnswer, overviewAnswer, overviewQuery, type SumsAnswer } from '../../contract/overview.ts'
import { type Reach, reachOf } from '../../governance/access/index.ts'
import { type Dimension, type Ledger, OUTCOMES, type UsageRow } from '../../governance/usage/index.ts'
import { GatewayError } from '../../lib/errors.ts'
import { formatUsd } from '../../lib/money.ts'
import { providerKind } from '../../models/providers/index.ts'
import type { TargetHealth } from '../../models/routing/index.ts'
import type { Policy } from '../../policy/index.ts'
import { withinReach } from '../ledger-reach.ts'
import { stateOfTargets } from '../provider-state.ts'
import type { ControlRequest, Route } from '../route-types.ts'
import { type BudgetServices, budgetsWithin } from './budgets.ts'
import { readQuery } from './query.ts'

/** What the overview needs. */
export interface OverviewServices extends BudgetServices {
  readonly policy: Pick<Policy, 'holder' | 'status'>
  readonly ledger: Pick<Ledger, 'usage' | 'spentSince' | 'flush'>
  readonly health: Pick<TargetHealth, 'report'>
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const LONGEST_MS = 400 * DAY_MS
const HOURLY_UP_TO_MS = 3 * DAY_MS
const TOP = 8
const OWN_WRITES_MS = 1_000

/** Sums of a row of usage; of nothing when there is none. */
export function sumsOf(row: UsageRow | undefined): SumsAnswer {
  const of = (name: Exclude<keyof UsageRow, Dimension | 'bucket'>) => row?.[name] ?? 0
  const mean = (sum: number, count: number) => (count === 0 ? null : sum / count)
  return {
    operations: of('operations'),
    outcomes: Object.fromEntries(OUTCOMES.map((outcome) => [outcome, of(outcome)])),
    tokensInput: of('tokens_in'),
    tokensOutput: of('tokens_out'),
    costUsd: formatUsd(of('cost')),
    costNanoUsd: of('cost'),
    unpriced: of('unpriced'),
    cached: of('cached'),
    meanDurationMs: mean(of('duration_ms'), of('operations')),
    meanFirstTokenMs: mean(of('first_token_ms'), of('first_tokens')),
    meanOverheadMs: mean(of('overhead_us') / 1_000, of('operations')),
  }
}

interface Spanned {
  readonly from: number
  readonly to: number
  readonly reach: Reach
}

async function dearest(ledger: Pick<Ledger, 'usage'>, dimension: Dimension, { from, to, reach }: Spanned) {
  const rows = await ledger.usage({ groupBy: [dimension], from, to, ...withinReach(reach) })
  return rows
    .filter((row) => row[dimension] !== '')
    .slice(0, TOP)
    .map((row) => ({
      name: row[dimension] ?? '',
      operations: row.operations,
      costUsd: formatUsd(row.cost),
      costNanoUsd: row.cost,
    }))
}

async function sums(ledger: Pick<Ledger, 'usage'>, { from, to, reach }: Spanned): Promise<SumsAnswer> {
  const [row] = await ledger.usage({ groupBy: [], from, to, ...withinReach(reach) })
  return sumsOf(row)
}

async function overviewOf(request: ControlRequest, services: OverviewServices): Promise<OverviewAnswer> {
  const { ledger, clock, policy, health } = services
  const { query, reach, rights, caller } = request
  const { from: asked, to = clock.now() + 1 } = readQuery(overviewQuery, query)
  const from = asked ?? to - 7 * DAY_MS
  if (from >= to || to - from > LONGEST_MS) {
    throw new GatewayError('invalid_request', {
      message: 'The span must begin before it ends, and last 400 days at most.',
      param: 'from',
    })
  }
  await ledger.flush(OWN_WRITES_MS)
  const span = { from, to, reach }
  const bucket = to - from <= HOURLY_UP_TO_MS ? 'hour' : 'day'
  const series = await ledger.usage({ groupBy: [], from, to, bucket, ...withinReach(reach) })
  const budgets = await budgetsWithin(services, { caller, reach: reachOf(rights, 'budgets:read') })
  const status = policy.status()
  return {
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    totals: await sums(ledger, span),
    before: await sums(ledger, { from: from - (to - from), to: from, reach }),
    bucket,
    series: series.map((row) => ({ at: new Date(row.bucket ?? 0).toISOString(), ...sumsOf(row) })),
    top: {
      models: await dearest(ledger, 'model', span),
      providers: await dearest(ledger, 'provider', span),
      teams: await dearest(ledger, 'team', span),
      apps: await dearest(ledger, 'app', span),
      agents: await dearest(ledger, 'agent', span),
      users: await dearest(ledger, 'user', span),
    },
    budgets: budgets.filter(({ state }) => state !== 'ok').toSorted((a, b) => b.share - a.share),
    providers: rights.reach('models:read') === 'everything' ? unwell(policy, health) : [],
    policy: {
      number: status.number,
      faults: rights.reach('documents:read') === 'everything' ? status.faults.map(({ message }) => message) : [],
    },
  }
}

function unwell(policy: OverviewServices['policy'], health: OverviewServices['health']): OverviewAnswer['providers'] {
  const reports = health.report()
  return policy.holder
    .current()
    .documents.all(providerKind)
    .map(({ name }) => ({ name, state: stateOfTargets(name, reports) }))
    .filter(({ state }) => state === 'degraded' || state === 'cooling')
}

/** `/api/v1/overview`: the sums of the first page. */
export const overviewRoutes: readonly Route<OverviewServices>[] = [
  {
    method: 'GET',
    path: '/api/v1/overview',
    permission: 'overview:read',
    scoped: true,
    summary: 'Sums, their course, the dearest models, teams and people, and what needs looking at.',
    query: overviewQuery,
    answer: overviewAnswer,
    handle: async (request, services) => ({ status: 200, body: await overviewOf(request, services) }),
  },
]
