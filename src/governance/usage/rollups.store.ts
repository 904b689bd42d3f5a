import { sql } from 'kysely'
import type { Migration, Tables } from '../../platform/storage/index.ts'
import type { OperationRecord } from './record.ts'

/** What usage may be grouped and filtered by. An operation without one of them counts under the empty name. */
export const DIMENSIONS = ['team', 'app', 'user', 'key', 'model', 'provider'] as const
/** One of {@link DIMENSIONS}. */
export type Dimension = (typeof DIMENSIONS)[number]

/** Sums kept per hour: operations by outcome, tokens by kind, money (nano-USD), and times to divide by their counts. */
export const MEASURES = [
  'operations',
  'succeeded',
  'failed',
  'interrupted',
  'client_closed',
  'denied',
  'limited',
  'blocked',
  'rejected',
  'cached',
  'unpriced',
  'tokens_in',
  'tokens_out',
  'tokens_cache_read',
  'tokens_cache_write',
  'tokens_reasoning',
  'cost',
  'duration_ms',
  'first_tokens',
  'first_token_ms',
  'overhead_us',
] as const
/** One of {@link MEASURES}. */
export type Measure = (typeof MEASURES)[number]

type RollupRow = Readonly<Record<Dimension, string>> & Readonly<Record<Measure, number>> & { readonly hour: number }
interface RollupTables {
  readonly rollups: RollupRow
}

const HOUR_MS = 3_600_000
const BUCKET_MS = { hour: HOUR_MS, day: 24 * HOUR_MS } as const
const ROWS_A_STATEMENT = 100
/** Most rows a usage query gives. */
export const MAX_USAGE_ROWS = 10_000

/** The table of roll-ups: one row per hour and combination of dimensions. */
export const rollupsMigration: Migration = {
  id: 'usage-002',
  up: [
    `create table rollups (hour bigint not null, ${DIMENSIONS.map((name) => `"${name}" text not null`).join(', ')}, ${MEASURES.map(
      (name) => `${name} bigint not null`,
    ).join(', ')}, primary key (hour, ${DIMENSIONS.map((name) => `"${name}"`).join(', ')}))`,
  ],
}

/** Which usage is asked for. Instants in epoch milliseconds; `from` inclusive, `to` exclusive, both widened to whole hours. */
export interface UsageQuery {
  readonly groupBy: readonly Dimension[]
  readonly from: number
  readonly to: number
  /** Absent: one row for the whole time. Days are UTC days. */
  readonly bucket?: 'hour' | 'day'
  readonly where?: Partial<Readonly<Record<Dimension, string | readonly string[]>>>
}

/** One row of usage: the group's names, the bucket's start where asked for, and the sums. */
export type UsageRow = Readonly<Record<Measure, number>> &
  Partial<Readonly<Record<Dimension, string>>> & { readonly bucket?: number }

/** Adds records to their hours. Call it in the transaction that inserted them, with those alone that were new. */
export async function addToRollups(tables: Tables, records: readonly OperationRecord[]): Promise<void> {
  const rows = new Map<string, RollupRow>()
  for (const record of records) {
    const { key, row } = rollupOf(record)
    const before = rows.get(key)
    rows.set(key, before ? summed(before, row) : row)
  }
  // In one order everywhere, so that two nodes never wait for each other's rows in a circle.
  const ordered = [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
  for (let from = 0; from < ordered.length; from += ROWS_A_STATEMENT) {
    await tables
      .tables<RollupTables>()
      .insertInto('rollups')
      .values(ordered.slice(from, from + ROWS_A_STATEMENT))
      .onConflict((conflict) =>
        conflict
          .columns(['hour', ...DIMENSIONS])
          .doUpdateSet((is) =>
            Object.fromEntries(MEASURES.map((name) => [name, is(`rollups.${name}`, '+', is.ref(`excluded.${name}`))])),
          ),
      )
      .execute()
  }
}

/** Usage by group and bucket, ordered by bucket, then by cost, dearest first. */
export async function readUsage(tables: Tables, query: UsageQuery): Promise<readonly UsageRow[]> {
  let select = tables
    .tables<RollupTables>()
    .selectFrom('rollups')
    .select((is) => MEASURES.map((name) => is.fn.coalesce(is.fn.sum<number>(name), is.lit(0)).as(name)))
    .where('hour', '>=', floorHour(query.from))
    .where('hour', '<', query.to)
  for (const name of DIMENSIONS) {
    const wanted = query.where?.[name]
    if (wanted !== undefined) select = select.where(name, 'in', typeof wanted === 'string' ? [wanted] : wanted)
  }
  if (query.groupBy.length > 0) select = select.select(query.groupBy).groupBy(query.groupBy)
  if (query.bucket) {
    const width = sql.lit(BUCKET_MS[query.bucket])
    const bucket = sql<number>`hour / ${width} * ${width}`
    select = select.select(bucket.as('bucket')).groupBy(bucket).orderBy(bucket)
  }
  const rows = await select
    .orderBy((is) => is.fn.sum('cost'), 'desc')
    .limit(MAX_USAGE_ROWS)
    .execute()
  return query.groupBy.length === 0 ? rows.filter((row) => row.operations > 0) : rows
}

/** The start of the hour an instant lies in. */
export const floorHour = (at: number) => Math.floor(at / HOUR_MS) * HOUR_MS
/** The first start of an hour not before an instant. */
export const ceilHour = (at: number) => Math.ceil(at / HOUR_MS) * HOUR_MS

function rollupOf(record: OperationRecord): { readonly key: string; readonly row: RollupRow } {
  const names = {
    team: record.team ?? '',
    app: record.app ?? '',
    user: record.user ?? '',
    key: record.key ?? '',
    // A name that is no model, or came from nobody we know, is the caller's invention: it must not make rows.
    model: record.error?.code === 'model_not_found' || record.principal === undefined ? '' : (record.modelAsked ?? ''),
    provider: record.provider ?? '',
  }
  const hour = floorHour(record.at)
  const counts = Object.fromEntries(MEASURES.map((name) => [name, 0])) as Record<Measure, number>
  const { tokens, timings } = record
  counts.operations = 1
  counts[record.outcome] = 1
  counts.cached = record.cache === 'hit' || record.cache === 'semantic' ? 1 : 0
  counts.unpriced = record.priceKnown ? 0 : 1
  counts.tokens_in = tokens.input
  counts.tokens_out = tokens.output
  counts.tokens_cache_read = tokens.cacheRead
  counts.tokens_cache_write = tokens.cacheWrite
  counts.tokens_reasoning = tokens.reasoning
  counts.cost = record.cost
  counts.duration_ms = Math.round(record.durationMs)
  counts.first_tokens = timings.firstToken === undefined ? 0 : 1
  counts.first_token_ms = Math.round(timings.firstToken ?? 0)
  counts.overhead_us = Math.round((timings.overhead ?? 0) * 1_000)
  return { key: JSON.stringify([hour, names]), row: { hour, ...names, ...counts } }
}

function summed(a: RollupRow, b: RollupRow): RollupRow {
  return { ...a, ...(Object.fromEntries(MEASURES.map((name) => [name, a[name] + b[name]])) as Record<Measure, number>) }
}
