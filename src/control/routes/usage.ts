import { type UsageRowAnswer, usageAnswer, usageQuery } from '../../contract/usage.ts'
import { DIMENSIONS, type Ledger, OUTCOMES, type UsageRow } from '../../governance/usage/index.ts'
import type { Clock } from '../../lib/clock.ts'
import { formatUsd } from '../../lib/money.ts'
import { withinReach } from '../ledger-reach.ts'
import type { Route } from '../route-types.ts'
import { readQuery } from './query.ts'

/** What these routes need. */
export interface UsageServices {
  readonly ledger: Ledger
  readonly clock: Clock
}

const OWN_WRITES_MS = 1_000
/** How far back is looked when nothing is said. */
const DEFAULT_SPAN_MS = 30 * 24 * 3_600_000

const mean = (sum: number, count: number) => (count === 0 ? null : sum / count)

function usageRowAnswerOf(row: UsageRow): UsageRowAnswer {
  const names = Object.fromEntries(
    DIMENSIONS.flatMap((name) => (row[name] === undefined ? [] : [[name, row[name]] as const])),
  )
  return {
    ...(row.bucket !== undefined && { bucket: new Date(row.bucket).toISOString() }),
    ...names,
    operations: row.operations,
    outcomes: Object.fromEntries(OUTCOMES.map((outcome) => [outcome, row[outcome]])),
    tokens: {
      input: row.tokens_in,
      output: row.tokens_out,
      cacheRead: row.tokens_cache_read,
      cacheWrite: row.tokens_cache_write,
      reasoning: row.tokens_reasoning,
    },
    costUsd: formatUsd(row.cost),
    costNanoUsd: row.cost,
    unpriced: row.unpriced,
    cached: row.cached,
    meanDurationMs: mean(row.duration_ms, row.operations),
    meanFirstTokenMs: mean(row.first_token_ms, row.first_tokens),
    meanOverheadMs: mean(row.overhead_us / 1_000, row.operations),
  }
}

/** `/api/v1/usage`: who used what for how much, from the hourly roll-ups. */
export const usageRoutes: readonly Route<UsageServices>[] = [
  {
    method: 'GET',
    path: '/api/v1/usage',
    permission: 'usage:read',
    scoped: true,
    summary: 'Operations, tokens and cost by team, app, user, key, model and provider, by hour or day.',
    query: usageQuery,
    answer: usageAnswer,
    handle: async ({ query, reach }, { ledger, clock }) => {
      const { groupBy, from, to, bucket, ...where } = readQuery(usageQuery, query)
      await ledger.flush(OWN_WRITES_MS)
      const until = to ?? clock.now() + 1
      const rows = await ledger.usage({
        groupBy: [...new Set(groupBy)],
        from: from ?? until - DEFAULT_SPAN_MS,
        to: until,
        where,
        ...withinReach(reach),
        ...(bucket && { bucket }),
      })
      return { status: 200, body: { items: rows.map(usageRowAnswerOf), nextCursor: null } }
    },
  },
]
