import type { SpendAnswer } from '../contract/inventory.ts'
import type { Reach } from '../governance/access/index.ts'
import type { Dimension, Ledger, UsageRow } from '../governance/usage/index.ts'
import { formatUsd } from '../lib/money.ts'
import { withinReach } from './ledger-reach.ts'

const NOTHING: SpendAnswer = Object.freeze({ operations: 0, failed: 0, tokens: 0, costUsd: '0', costNanoUsd: 0 })

/** A row of usage as what was spent. */
export function spendOf(row: UsageRow): SpendAnswer {
  return {
    operations: row.operations,
    failed: row.failed + row.interrupted,
    tokens: row.tokens_in + row.tokens_out,
    costUsd: formatUsd(row.cost),
    costNanoUsd: row.cost,
  }
}

/** What is asked for: spend by one dimension since an instant (epoch milliseconds), within a reach. */
export interface SpendBy {
  readonly dimension: Dimension
  readonly from: number
  readonly to: number
  readonly reach: Reach
}

/** What each name of a dimension spent; nothing for names without operations. */
export async function spendBy(
  ledger: Pick<Ledger, 'usage'>,
  { dimension, from, to, reach }: SpendBy,
): Promise<(name: string) => SpendAnswer> {
  const rows = await ledger.usage({ groupBy: [dimension], from, to, ...withinReach(reach) })
  const byName = new Map(rows.map((row) => [row[dimension] ?? '', spendOf(row)]))
  return (name) => byName.get(name) ?? NOTHING
}

/** The first instant of the month, UTC. */
export function monthStart(nowMs: number): number {
  const now = new Date(nowMs)
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1)
}
