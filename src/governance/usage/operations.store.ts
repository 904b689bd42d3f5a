import type { NanoUsd } from '../../lib/money.ts'
import {
  type Database,
  insertMissing,
  type Migration,
  type SqlValue,
  type Tables,
} from '../../platform/storage/index.ts'
import type { CleanRecord } from './clean.ts'
import type { OperationRecord, Outcome } from './record.ts'
import { addToRollups, ceilHour, type Dimension, readUsage } from './rollups.store.ts'

const COLUMNS = [
  'id',
  'request_id',
  'decision_id',
  'at',
  'kind',
  'outcome',
  'status',
  'principal',
  'team',
  'app',
  'user',
  'key',
  'model',
  'model_served',
  'provider',
  'cost',
  'tokens_in',
  'tokens_out',
  'run',
  'session',
  'record',
] as const

type OperationRow = {
  readonly [column in (typeof COLUMNS)[number]]: column extends 'at' | 'status' | 'cost' | 'tokens_in' | 'tokens_out'
    ? number
    : column extends 'id' | 'request_id' | 'decision_id' | 'kind' | 'outcome' | 'record'
      ? string
      : string | null
}
interface ContentRow {
  readonly id: string
  readonly at: number
  readonly expires_at: number
  readonly content: string
}
interface OperationTables {
  readonly operations: OperationRow
  readonly operation_contents: ContentRow
}

/** The tables of operations, and of captured content apart from them, so that content can go sooner. */
export const operationsMigration: Migration = {
  id: 'usage-001',
  up: [
    `create table operations (id text primary key, request_id text not null, decision_id text not null, at bigint not null,
      kind text not null, outcome text not null, status bigint not null, principal text, team text, app text, "user" text,
      "key" text, model text, model_served text, provider text, cost bigint not null, tokens_in bigint not null,
      tokens_out bigint not null, run text, session text, record text not null)`,
    'create index operations_at on operations (at, id)',
    'create index operations_principal on operations (principal, at)',
    'create index operations_team on operations (team, at)',
    'create index operations_request on operations (request_id)',
    'create index operations_decision on operations (decision_id)',
    'create index operations_run on operations (run, at) where run is not null',
    'create index operations_session on operations (session, at) where session is not null',
    `create table operation_contents (id text primary key, at bigint not null, expires_at bigint not null,
      content text not null)`,
    'create index operation_contents_expiry on operation_contents (expires_at)',
  ],
}

/** What content is kept for when a record does not say, milliseconds. */
const DEFAULT_CONTENT_RETAIN_MS = 30 * 24 * 3_600_000
const DELETED_A_STATEMENT = 1_000

/** Which operations are meant; what is absent does not matter. `from` inclusive, `to` exclusive, epoch milliseconds. */
export interface OperationFilter {
  readonly from?: number
  readonly to?: number
  readonly principal?: string
  readonly team?: string
  readonly app?: string
  readonly user?: string
  readonly key?: string
  /** The model asked for. */
  readonly model?: string
  readonly provider?: string
  readonly outcome?: Outcome
  readonly run?: string
  readonly session?: string
  readonly requestId?: string
}

/** A place in the list; newest first, and the same whatever is added meanwhile. */
export interface OperationCursor {
  readonly at: number
  readonly id: string
}

/** Whose spending: every name given must match; several values of one name are alternatives (a team and those below it). */
export type SpendScope = Partial<Readonly<Record<Dimension, string | readonly string[]>>>

/** Which of the three ids an operation carries is looked up. */
export type OperationIdKind = 'id' | 'request_id' | 'decision_id'

/** Stores records that are not there yet, and counts exactly those; all or nothing. Returns how many were new. */
export async function addOperations(database: Database, entries: readonly CleanRecord[]): Promise<number> {
  const unique = [...new Map(entries.map((entry) => [entry.record.id, entry])).values()]
  return database.transaction(async (tables) => {
    const rows = unique.map(rowOf)
    const inserted = await insertMissing(tables, { table: 'operations', key: 'id', columns: COLUMNS, rows })
    const added = unique.map((entry) => entry.record).filter((record) => inserted.has(record.id))
    if (added.length > 0) await addToRollups(tables, added)
    const contents = added.flatMap(contentRowOf)
    const columns = ['id', 'at', 'expires_at', 'content']
    await insertMissing(tables, { table: 'operation_contents', key: 'id', columns, rows: contents })
    return added.length
  })
}

/** Operations without their content, newest first, from behind `after`. */
export async function listOperations(
  tables: Tables,
  filter: OperationFilter,
  page: { readonly limit: number; readonly after?: OperationCursor },
): Promise<readonly OperationRecord[]> {
  let select = tables.tables<OperationTables>().selectFrom('operations').select('record')
  const { from, to, requestId, ...equal } = filter
  for (const column of [
    'principal',
    'team',
    'app',
    'user',
    'key',
    'model',
    'provider',
    'outcome',
    'run',
    'session',
  ] as const) {
    const wanted = equal[column]
    if (wanted !== undefined) select = select.where(column, '=', wanted)
  }
  if (requestId !== undefined) select = select.where('request_id', '=', requestId)
  if (from !== undefined) select = select.where('at', '>=', from)
  if (to !== undefined) select = select.where('at', '<', to)
  const { after } = page
  if (after) {
    select = select.where('at', '<=', after.at).where((is) => is.or([is('at', '<', after.at), is('id', '<', after.id)]))
  }
  const rows = await select.orderBy('at', 'desc').orderBy('id', 'desc').limit(page.limit).execute()
  return rows.map((row) => JSON.parse(row.record) as OperationRecord)
}

/** One operation, with its captured content where that is still kept. */
export async function findOperation(
  tables: Tables,
  by: OperationIdKind,
  value: string,
): Promise<OperationRecord | undefined> {
  const found = await tables
    .tables<OperationTables>()
    .selectFrom('operations')
    .leftJoin('operation_contents', 'operation_contents.id', 'operations.id')
    .select(['operations.record', 'operation_contents.content'])
    .where(`operations.${by}`, '=', value)
    .orderBy('operations.at', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (!found) return undefined
  const record = JSON.parse(found.record) as OperationRecord
  return found.content === null
    ? record
    : { ...record, content: JSON.parse(found.content) as OperationRecord['content'] }
}

/** What was spent since an instant, to the nano-dollar: whole hours from the roll-ups, the first piece from the operations. */
export async function spentSince(tables: Tables, scope: SpendScope, from: number): Promise<NanoUsd> {
  const wholeFrom = ceilHour(from)
  let edge = tables
    .tables<OperationTables>()
    .selectFrom('operations')
    .select((is) => is.fn.sum<number | null>('cost').as('cost'))
    .where('at', '>=', from)
    .where('at', '<', wholeFrom)
  for (const [column, wanted] of Object.entries(scope) as [Dimension, string | readonly string[]][]) {
    edge = edge.where(column, 'in', typeof wanted === 'string' ? [wanted] : wanted)
  }
  const first = await edge.executeTakeFirst()
  const whole = await readUsage(tables, { groupBy: [], from: wholeFrom, to: Number.MAX_SAFE_INTEGER, where: scope })
  return (first?.cost ?? 0) + (whole[0]?.cost ?? 0)
}

/** What is too old; instants in epoch milliseconds. */
export interface Expiry {
  readonly now: number
  /** Operations that began before this go, with their content; absent: none. Roll-ups stay. */
  readonly operationsBefore?: number
  /** Content of operations that began before this goes, whatever it was promised; absent: by its own date alone. */
  readonly contentBefore?: number
}

/** How much would go, or went. */
export interface ExpiryCount {
  readonly operations: number
  readonly contents: number
}

/** Counts what {@link deleteExpired} would delete. */
export async function countExpired(tables: Tables, expiry: Expiry): Promise<ExpiryCount> {
  const kysely = tables.tables<OperationTables>()
  const operations = await kysely
    .selectFrom('operations')
    .select((is) => is.fn.countAll<number>().as('count'))
    .where('at', '<', expiry.operationsBefore ?? 0)
    .executeTakeFirstOrThrow()
  const contents = await kysely
    .selectFrom('operation_contents')
    .select((is) => is.fn.countAll<number>().as('count'))
    .where((is) => is.or([is('expires_at', '<=', expiry.now), is('at', '<', contentEdge(expiry))]))
    .executeTakeFirstOrThrow()
  return { operations: operations.count, contents: contents.count }
}

/** Deletes what is too old, in pieces, so that nobody waits long for it. */
export async function deleteExpired(tables: Tables, expiry: Expiry): Promise<ExpiryCount> {
  const kysely = tables.tables<OperationTables>()
  const contents = await inPieces(() =>
    kysely
      .deleteFrom('operation_contents')
      .where('id', 'in', (is) =>
        is
          .selectFrom('operation_contents')
          .select('id')
          .where((or) => or.or([or('expires_at', '<=', expiry.now), or('at', '<', contentEdge(expiry))]))
          .limit(DELETED_A_STATEMENT),
      )
      .executeTakeFirst(),
  )
  const before = expiry.operationsBefore
  if (before === undefined) return { operations: 0, contents }
  const operations = await inPieces(() =>
    kysely
      .deleteFrom('operations')
      .where('id', 'in', (is) =>
        is.selectFrom('operations').select('id').where('at', '<', before).orderBy('at').limit(DELETED_A_STATEMENT),
      )
      .executeTakeFirst(),
  )
  return { operations, contents }
}

const contentEdge = (expiry: Expiry) => Math.max(expiry.operationsBefore ?? 0, expiry.contentBefore ?? 0)

async function inPieces(piece: () => Promise<{ readonly numDeletedRows: bigint }>): Promise<number> {
  let total = 0
  for (;;) {
    const deleted = Number((await piece()).numDeletedRows)
    total += deleted
    if (deleted < DELETED_A_STATEMENT) return total
  }
}

function rowOf({ record, json }: CleanRecord): readonly SqlValue[] {
  const stored = record.content ? JSON.stringify({ ...record, content: undefined }) : json
  const row: OperationRow = {
    id: record.id,
    request_id: record.requestId,
    decision_id: record.decisionId,
    at: record.at,
    kind: record.kind,
    outcome: record.outcome,
    status: record.status,
    principal: record.principal ?? null,
    team: record.team ?? null,
    app: record.app ?? null,
    user: record.user ?? null,
    key: record.key ?? null,
    model: record.modelAsked ?? null,
    model_served: record.modelServed ?? null,
    provider: record.provider ?? null,
    cost: record.cost,
    tokens_in: record.tokens.input,
    tokens_out: record.tokens.output,
    run: record.run ?? null,
    session: record.session ?? null,
    record: stored,
  }
  return COLUMNS.map((column) => row[column])
}

function contentRowOf(record: OperationRecord): readonly (readonly SqlValue[])[] {
  if (!record.content) return []
  const expiresAt = record.at + (record.content.retainMs ?? DEFAULT_CONTENT_RETAIN_MS)
  return [[record.id, record.at, expiresAt, JSON.stringify(record.content)]]
}
