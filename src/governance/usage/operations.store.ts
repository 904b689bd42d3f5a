import type { NanoUsd } from '../../lib/money.ts'
import { type Database, insertMissing, type SqlValue, type Tables } from '../../platform/storage/index.ts'
import type { CleanRecord } from './clean.ts'
import { idFrom, instantOf, siblingId } from './operation-id.ts'
import { OPERATION_COLUMNS, type OperationFilter, type OperationTables } from './operation-tables.ts'
import type { OperationRecord } from './record.ts'
import { readRecord, recordText } from './record-text.ts'
import { AGENT, addToRollups, ceilHour, type Dimension, readUsage } from './rollups.store.ts'
import { scanOperations } from './scan.store.ts'
import { type Sealing, sealRecords } from './seals.store.ts'

/** What content is kept for when a record does not say, milliseconds. */
const DEFAULT_CONTENT_RETAIN_MS = 30 * 24 * 3_600_000
const DELETED_A_STATEMENT = 1_000

/** A place in the list; newest first, and the same whatever is added meanwhile. */
export interface OperationCursor {
  readonly id: string
}

/** Whose spending: every name given must match; several values of one name are alternatives (a team and those below it). */
export type SpendScope = Partial<Readonly<Record<Dimension, string | readonly string[]>>>

/** Which of the three ids an operation carries is looked up. */
export type OperationIdKind = 'id' | 'request_id' | 'decision_id'
const ID_PREFIXES: Readonly<Record<OperationIdKind, string>> = { id: 'op_', request_id: 'req_', decision_id: 'dec_' }

/** Stores records that are not there yet, counts exactly those, and seals them; all or nothing. Returns how many were new. */
export async function addOperations(
  database: Database,
  entries: readonly CleanRecord[],
  sealing?: Sealing,
): Promise<number> {
  const store = async (tables: Tables) => {
    const rows = entries.map(rowOf)
    const isNew = await insertMissing(tables, { table: 'operations', key: 'id', columns: OPERATION_COLUMNS, rows })
    const added = entries.flatMap(({ record }, index) => (isNew[index] ? [record] : []))
    if (added.length > 0) await addToRollups(tables, added)
    const contents = added.flatMap(contentRowOf)
    const columns = ['id', 'expires_at', 'content']
    await insertMissing(tables, { table: 'operation_contents', key: 'id', columns, rows: contents })
    if (sealing) {
      const texts = rows.flatMap(([id, ...rest], index) =>
        isNew[index] ? [{ id: String(id), text: String(rest.at(-1)) }] : [],
      )
      const sealed = contents.map(([id, , content]) => ({ id: String(id), text: String(content) }))
      await sealRecords(tables, { records: texts, contents: sealed }, sealing)
    }
    return added.length
  }
  // The journal keeps what a power failure could take here, until it is told otherwise.
  return database.transaction(store, { lasting: 'later' })
}

/** Operations without their content, newest first, from behind `after`. */
export async function listOperations(
  tables: Tables,
  filter: OperationFilter,
  page: { readonly limit: number; readonly after?: OperationCursor },
): Promise<readonly OperationRecord[]> {
  const texts = await scanOperations(tables, filter, { limit: page.limit, before: page.after?.id })
  return texts.map(readRecord)
}

/** One operation, by its own id or its request's or its decision's, with its captured content where that is still kept. */
export async function findOperation(
  tables: Tables,
  by: OperationIdKind,
  value: string,
): Promise<OperationRecord | undefined> {
  if (!value.startsWith(ID_PREFIXES[by])) return undefined
  const found = await tables
    .tables<OperationTables>()
    .selectFrom('operations')
    .leftJoin('operation_contents', 'operation_contents.id', 'operations.id')
    .select(['operations.record', 'operation_contents.content'])
    .where('operations.id', '=', siblingId('op', value))
    .executeTakeFirst()
  if (!found) return undefined
  const record = readRecord(found.record)
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
    .where('id', '>=', idFrom(from))
    .where('id', '<', idFrom(wholeFrom))
  for (const [column, wanted] of Object.entries(scope) as [Dimension, string | readonly string[]][]) {
    const names = typeof wanted === 'string' ? [wanted] : wanted
    if (column === 'agent') {
      const principals = names.map((name) => `${AGENT}${name}`)
      edge = edge.where('principal', 'in', principals)
    } else edge = edge.where(column, 'in', names)
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
    .where('id', '<', idFrom(expiry.operationsBefore ?? 0))
    .executeTakeFirstOrThrow()
  const contents = await kysely
    .selectFrom('operation_contents')
    .select((is) => is.fn.countAll<number>().as('count'))
    .where((is) => is.or([is('expires_at', '<=', expiry.now), is('id', '<', contentEdge(expiry))]))
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
          .where((or) => or.or([or('expires_at', '<=', expiry.now), or('id', '<', contentEdge(expiry))]))
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
        is
          .selectFrom('operations')
          .select('id')
          .where('id', '<', idFrom(before))
          .orderBy('id')
          .limit(DELETED_A_STATEMENT),
      )
      .executeTakeFirst(),
  )
  return { operations, contents }
}

const contentEdge = (expiry: Expiry) => idFrom(Math.max(expiry.operationsBefore ?? 0, expiry.contentBefore ?? 0))

async function inPieces(piece: () => Promise<{ readonly numDeletedRows: bigint }>): Promise<number> {
  let total = 0
  for (;;) {
    const deleted = Number((await piece()).numDeletedRows)
    total += deleted
    if (deleted < DELETED_A_STATEMENT) return total
  }
}

/** The row of a record, in the order of {@link OPERATION_COLUMNS}. */
export function rowOf({ record, json }: CleanRecord): readonly SqlValue[] {
  return [
    record.id,
    record.outcome,
    record.principal ?? null,
    record.team ?? null,
    record.app ?? null,
    record.user ?? null,
    record.key ?? null,
    record.modelAsked ?? null,
    record.provider ?? null,
    record.cost,
    record.run ?? null,
    record.session ?? null,
    record.content ? recordText({ ...record, content: undefined }) : json,
  ]
}

function contentRowOf(record: OperationRecord): readonly (readonly SqlValue[])[] {
  if (!record.content) return []
  const began = instantOf(record.id) ?? record.at
  const expiresAt = began + (record.content.retainMs ?? DEFAULT_CONTENT_RETAIN_MS)
  return [[record.id, expiresAt, JSON.stringify(record.content)]]
}
