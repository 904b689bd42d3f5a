import type { Tables } from '../../platform/storage/index.ts'
import { OPERATION_COLUMNS, type OperationTables } from './operation-tables.ts'

/** An operation's row whole, for comparing. */
export type KeptRow = Readonly<Record<string, string | number | null>> & {
  readonly id: string
  readonly record: string
}

/** The rows of operations by their ids. */
export async function keptRows(tables: Tables, ids: readonly string[]): Promise<ReadonlyMap<string, KeptRow>> {
  const rows = await tables
    .tables<OperationTables>()
    .selectFrom('operations')
    .select(OPERATION_COLUMNS)
    .where('id', 'in', ids)
    .execute()
  return new Map(rows.map((row) => [row.id, row]))
}

/** How many operations there are, or how many with smaller ids than `before`. */
export async function countOperations(tables: Tables, before?: string): Promise<number> {
  const all = tables.tables<OperationTables>().selectFrom('operations')
  const some = before === undefined ? all : all.where('id', '<', before)
  const row = await some.select((is) => is.fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
  return row.count
}

/** Ids of operations in order, behind `after`. */
export async function operationIds(
  tables: Tables,
  page: { readonly after: string; readonly limit: number },
): Promise<readonly string[]> {
  const rows = await tables
    .tables<OperationTables>()
    .selectFrom('operations')
    .select('id')
    .where('id', '>', page.after)
    .orderBy('id')
    .limit(page.limit)
    .execute()
  return rows.map(({ id }) => id)
}

/** Captured content as it is kept, of those operations that still have some. */
export function keptContents(
  tables: Tables,
  ids: readonly string[],
): Promise<readonly { readonly id: string; readonly content: string }[]> {
  return tables
    .tables<OperationTables>()
    .selectFrom('operation_contents')
    .select(['id', 'content'])
    .where('id', 'in', ids)
    .execute()
}
