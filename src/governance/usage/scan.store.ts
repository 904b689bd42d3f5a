import { nextTurn } from '../../lib/clock.ts'
import type { Tables } from '../../platform/storage/index.ts'
import { idFrom, instantOf, siblingId } from './operation-id.ts'
import type { OperationFilter, OperationTables } from './operation-tables.ts'
import { floorHour, HOUR_MS, hoursWith } from './rollups.store.ts'
import { liesWithin } from './within.store.ts'

/*
 * The list of operations. Over PostgreSQL it is one query. SQLite shares the event loop with the gate and has no index but
 * the primary key (each would cost every operation more than the reading is worth): there the list is read in windows of
 * ids, newest first, and hours in which the roll-ups count nothing of what is wanted are passed over.
 */

/** Rows looked at in one go over SQLite: a millisecond or two. */
const ROWS_A_WINDOW = 1_000
const DAY_MS = 24 * HOUR_MS

/** A span of ids: `from` inclusive, `before` exclusive. */
interface Span {
  readonly from: string
  readonly before: string
}

/** The texts of the newest operations that match, at most `limit`, of those with an id before `before`. */
export async function scanOperations(
  tables: Tables,
  filter: OperationFilter,
  page: { readonly limit: number; readonly before: string | undefined },
): Promise<readonly string[]> {
  const { requestId } = filter
  if (requestId !== undefined && !requestId.startsWith('req_')) return []
  const id = requestId === undefined ? undefined : siblingId('op', requestId)
  const to = idFrom(filter.to ?? Number.MAX_SAFE_INTEGER)
  const span: Span = {
    from: idFrom(filter.from ?? 0),
    before: page.before !== undefined && page.before < to ? page.before : to,
  }
  const isQuick = id !== undefined || filter.run !== undefined || filter.session !== undefined || !isSelective(filter)
  if (tables.engine === 'postgres' || isQuick) return textsIn(tables, { filter, span, limit: page.limit, id })
  const texts: string[] = []
  for await (const window of windows(tables, filter, span)) {
    texts.push(...(await textsIn(tables, { filter, span: window, limit: page.limit - texts.length })))
    if (texts.length === page.limit) break
  }
  return texts
}

const COLUMNS = ['principal', 'team', 'app', 'user', 'key', 'model', 'provider', 'outcome', 'run', 'session'] as const

const isSelective = (filter: OperationFilter) =>
  filter.within !== undefined || COLUMNS.some((column) => filter[column] !== undefined)

interface Wanted {
  readonly filter: OperationFilter
  readonly span: Span
  readonly limit: number
  readonly id?: string | undefined
}

async function textsIn(tables: Tables, { filter, span, limit, id }: Wanted): Promise<readonly string[]> {
  let select = tables.tables<OperationTables>().selectFrom('operations').select('record')
  for (const column of COLUMNS) {
    const wanted = filter[column]
    if (wanted !== undefined) select = select.where(column, '=', wanted)
  }
  const { within } = filter
  if (within) select = select.where(liesWithin(within, 'operations'))
  if (id !== undefined) select = select.where('id', '=', id)
  const rows = await select
    .where('id', '>=', span.from)
    .where('id', '<', span.before)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => row.record)
}

/** The windows worth looking into, newest first; between them everybody else has a turn. */
async function* windows(tables: Tables, filter: OperationFilter, span: Span): AsyncGenerator<Span> {
  const newest = instantOf(await edgeOf(tables, span, 'desc'))
  const oldest = instantOf(await edgeOf(tables, span, 'asc'))
  if (newest === undefined || oldest === undefined) return
  for (let to = floorHour(newest) + HOUR_MS; to > oldest; to -= DAY_MS) {
    const hours = await hoursWith(tables, filter, { from: to - DAY_MS, to })
    for (const hour of hours)
      yield* windowsIn(tables, clip(span, { from: idFrom(hour), before: idFrom(hour + HOUR_MS) }))
    await nextTurn()
  }
}

async function* windowsIn(tables: Tables, span: Span): AsyncGenerator<Span> {
  for (let before = span.before; ; ) {
    const from = await edgeOf(tables, { from: span.from, before }, 'desc', ROWS_A_WINDOW - 1)
    yield { from: from || span.from, before }
    if (!from) return
    before = from
    await nextTurn()
  }
}

/** The first or last id in a span, or the one so many places further in; empty when there is none. */
async function edgeOf(tables: Tables, span: Span, order: 'asc' | 'desc', offset = 0): Promise<string> {
  const row = await tables
    .tables<OperationTables>()
    .selectFrom('operations')
    .select('id')
    .where('id', '>=', span.from)
    .where('id', '<', span.before)
    .orderBy('id', order)
    .limit(1)
    .offset(offset)
    .executeTakeFirst()
  return row?.id ?? ''
}

/** What two spans have in common. */
function clip(a: Span, b: Span): Span {
  const [, from = ''] = [a.from, b.from].sort()
  const [before = ''] = [a.before, b.before].sort()
  return { from, before }
}
