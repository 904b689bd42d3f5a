import { sql } from 'kysely'
import { addToSums, type Migration, type Tables } from '../../platform/storage/index.ts'
import { instantOf } from './operation-id.ts'
import type { Within } from './operation-tables.ts'
import { type OperationRecord, OUTCOMES, type Outcome } from './record.ts'
import { liesWithin } from './within.store.ts'

/** What usage may be grouped and filtered by. An operation without one of them counts under the empty name. */
export const DIMENSIONS = ['team', 'app', 'user', 'key', 'model', 'provider', 'agent'] as const
/** One of {@link DIMENSIONS}. */
export type Dimension = (typeof DIMENSIONS)[number]

/** Sums kept per hour: operations by outcome, tokens by kind, money (nano-USD), and times to divide by their counts. */
export const MEASURES = [
  'operations',
  ...OUTCOMES,
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
/** The table of this file, for the query builder. */
export interface RollupTables {
  readonly rollups: RollupRow
}

/** Milliseconds in an hour. */
export const HOUR_MS = 3_600_000
/** How the principal of an agent's operations begins. */
export const AGENT = 'agent:'
const BUCKET_MS = { hour: HOUR_MS, day: 24 * HOUR_MS } as const
/** Most rows a usage query gives. */
export const MAX_USAGE_ROWS = 10_000

const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`)

function createTable(table: string, dimensions: readonly string[]): string {
  const keys = quoted(dimensions)
  return `create table ${table} (hour bigint not null, ${keys.map((name) => `${name} text not null`).join(', ')}, ${MEASURES.map(
    (name) => `${name} bigint not null`,
  ).join(', ')}, primary key (hour, ${keys.join(', ')}))`
}

const WITHOUT_AGENTS = DIMENSIONS.filter((name) => name !== 'agent')
const COPIED = ['hour', ...quoted(WITHOUT_AGENTS), ...MEASURES].join(', ')

/** The table of roll-ups: one row per hour and combination of dimensions. */
export const rollupsMigration: Migration = { id: 'usage-002', up: [createTable('rollups', WITHOUT_AGENTS)] }

/** Agents are principals of their own: what they spend is found again after a restart. */
export const rollupsOfAgentsMigration: Migration = {
  id: 'usage-003',
  up: [
    createTable('rollups_with_agents', DIMENSIONS),
    `insert into rollups_with_agents (${COPIED}, "agent") select ${COPIED}, '' from rollups`,
    'drop table rollups',
    'alter table rollups_with_agents rename to rollups',
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
  /** Only what lies within somebody's reach. */
  readonly within?: Within
}

/** One row of usage: the group's names, the bucket's start where asked for, and the sums. */
export type UsageRow = Readonly<Record<Measure, number>> &
  Partial<Readonly<Record<Dimension, string>>> & { readonly bucket?: number }

/** Adds records to their hours. Call it in the transaction that inserted them, with those alone that were new. */
export async function addToRollups(tables: Tables, records: readonly OperationRecord[]): Promise<void> {
  const sums = new Map<string, Rollup>()
  for (const record of records) {
    const keys = keysOf(record)
    const key = keys.join('\n')
    const rollup = sums.get(key)
    if (rollup) add(rollup.counts, record)
    else {
      const counts = emptyCounts()
      add(counts, record)
      sums.set(key, { keys, counts })
    }
  }
  // In one order everywhere, so that two nodes never wait for each other's rows in a circle.
  const ordered = [...sums].sort(([a], [b]) => (a < b ? -1 : 1))
  const rows = ordered.map(([, { keys, counts }]) => [...keys, ...MEASURES.map((name) => counts[name])])
  await addToSums(tables, { table: 'rollups', keys: ['hour', ...DIMENSIONS], sums: MEASURES, rows })
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
  const { within } = query
  if (within) select = select.where(liesWithin(within, 'rollups'))
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

/** What is looked for; other names in it do not matter. */
export interface HoursFilter extends Partial<Readonly<Record<Dimension, string>>> {
  readonly principal?: string
  readonly outcome?: Outcome
  readonly within?: Within
}

/** The hours that may hold operations of this sort, newest first; epoch milliseconds. */
export async function hoursWith(
  tables: Tables,
  filter: HoursFilter,
  span: { readonly from: number; readonly to: number },
): Promise<readonly number[]> {
  let select = tables
    .tables<RollupTables>()
    .selectFrom('rollups')
    .select('hour')
    .distinct()
    .where('hour', '>=', span.from)
    .where('hour', '<', span.to)
  const [kind, name] = filter.principal?.split(':', 2) ?? []
  const wanted = { ...filter, ...((kind === 'app' || kind === 'user' || kind === 'agent') && { [kind]: name }) }
  for (const dimension of DIMENSIONS) {
    const value = wanted[dimension]
    // An invented model counts under the empty name.
    if (value !== undefined) select = select.where(dimension, 'in', dimension === 'model' ? [value, ''] : [value])
  }
  const { within } = filter
  if (within) select = select.where(liesWithin(within, 'rollups'))
  if (filter.outcome !== undefined) select = select.where(filter.outcome, '>', 0)
  const rows = await select.orderBy('hour', 'desc').execute()
  return rows.map((row) => row.hour)
}

/** The start of the hour an instant lies in. */
export const floorHour = (at: number) => Math.floor(at / HOUR_MS) * HOUR_MS
/** The first start of an hour not before an instant. */
export const ceilHour = (at: number) => Math.ceil(at / HOUR_MS) * HOUR_MS

type Counts = Record<Measure, number>
interface Rollup {
  readonly keys: readonly (string | number)[]
  readonly counts: Counts
}

const emptyCounts = () => Object.fromEntries(MEASURES.map((name) => [name, 0])) as Counts

/** The hour of the id, by which operations are found, then the names in the order of {@link DIMENSIONS}. */
function keysOf(record: OperationRecord): readonly (string | number)[] {
  // A name that is no model, or came from nobody we know, is the caller's invention: it must not make rows.
  const isInvented = record.error?.code === 'model_not_found' || record.principal === undefined
  const model = isInvented ? '' : (record.modelAsked ?? '')
  const { team = '', app = '', user = '', key = '', provider = '' } = record
  return [floorHour(instantOf(record.id) ?? record.at), team, app, user, key, model, provider, agentOf(record)]
}

function agentOf({ principal = '' }: OperationRecord): string {
  return principal.startsWith(AGENT) ? principal.slice(AGENT.length) : ''
}

function add(counts: Counts, record: OperationRecord): void {
  const { tokens, timings } = record
  counts.operations++
  counts[record.outcome]++
  if (record.cache === 'hit' || record.cache === 'semantic') counts.cached++
  if (!record.priceKnown) counts.unpriced++
  counts.tokens_in += tokens.input
  counts.tokens_out += tokens.output
  counts.tokens_cache_read += tokens.cacheRead
  counts.tokens_cache_write += tokens.cacheWrite
  counts.tokens_reasoning += tokens.reasoning
  counts.cost += record.cost
  counts.duration_ms += Math.round(record.durationMs)
  if (timings.firstToken !== undefined) {
    counts.first_tokens++
    counts.first_token_ms += Math.round(timings.firstToken)
  }
  counts.overhead_us += Math.round((timings.overhead ?? 0) * 1_000)
}
