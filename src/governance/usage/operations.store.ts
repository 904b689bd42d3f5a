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

/** A place in the list; newest first, and the same whatever is added meanwhile. */
export interface OperationCursor {
  readonly id: string
}

/** Whose spending: every name given must match; several values of one name are alternatives (a team and those below it). */
export type SpendScope = Partial<Readonly<Record<Dimension, string | readonly string[]>>>

/** Which of the three ids an operation carries is looked up. */
export type OperationIdKind = 'id' | 'request_id' | 'decision_id'
const ID_PREFIXES: Readonly<Record<OperationIdKind, string>> = { id: 'op_', request_id: 'req_', decision_id: 'dec_' }

/** How records are kept. */
export interface Keeping {
  /** Absent: records are not sealed. */
  readonly sealing?: Sealing | undefined
  /** Texts in which the content of operations is kept, by id; as it is where there is none. */
  readonly contents?: ReadonlyMap<string, string> | undefined
}

/** Stores records that are not there yet, counts exactly those, and seals them; all or nothing. Returns how many were new. */
export async function addOperations(
  database: Database,
  entries: readonly CleanRecord[],
  keeping: Keeping = {},
): Promise<number> {
  const store = async (tables: Tables) => {
    const rows = entries.map(rowOf)
    const isNew = await insertMissing(tables, { table: 'operations', key: 'id', columns: OPERATION_COLUMNS, rows })
    const added = entries.flatMap(({ record }, index) => (isNew[index] ? [record] : []))
    if (added.length > 0) await addToRollups(tables, added)
    const contents = added.flatMap((record) => contentRowOf(record, keeping.contents?.get(record.id)))
    const columns = ['id', 'expires_at', 'content']
    await insertMissing(tables, { table: 'operation_contents', key: 'id', columns, rows: contents })
    if (keeping.sealing) {
      const texts = rows.flatMap(([id, ...rest], index) =>
        isNew[index] ? [{ id: String(id), text: String(rest.at(-1)) }] : [],
      )
      const sealed = contents.map(([id, , content]) => ({ id: String(id), text: String(content) }))
      await sealRecords(tables, { records: texts, contents: sealed }, keeping.sealing)
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

/** An operation with its captured content as it is kept, null where there is none (any more). */
export interface FoundOperation {
  readonly record: OperationRecord
  readonly content: string | null
}

/** One operation, by its own id or its request's or its decision's. */
export async function findOperation(
  tables: Tables,
  by: OperationIdKind,
  value: string,
): Promise<FoundOperation | undefined> {
  if (!value.startsWith(ID_PREFIXES[by])) return undefined
  const found = await tables
    .tables<OperationTables>()
    .selectFrom('operations')
    .leftJoin('operation_contents', 'operation_contents.id', 'operations.id')
    .select(['operations.record', 'operation_contents.content'])
    .where('operations.id', '=', siblingId('op', value))
    .executeTakeFirst()
  return found && { record: readRecord(found.record), content: found.content }
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

function contentRowOf(record: OperationRecord, text: string | undefined): readonly (readonly SqlValue[])[] {
  if (!record.content) return []
  const began = instantOf(record.id) ?? record.at
  const expiresAt = began + (record.content.retainMs ?? DEFAULT_CONTENT_RETAIN_MS)
  return [[record.id, expiresAt, text ?? JSON.stringify(record.content)]]
}
