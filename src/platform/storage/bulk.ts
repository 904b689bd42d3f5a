import { CompiledQuery } from 'kysely'
import type { Tables } from './tables.ts'

/** What a column can hold on both engines. */
export type SqlValue = string | number | null

/** Rows to insert where none with the same key is there. */
export interface InsertMissing {
  readonly table: string
  /** The text column with the primary key; one of `columns`. */
  readonly key: string
  readonly columns: readonly string[]
  /** Values in the order of `columns`. */
  readonly rows: readonly (readonly SqlValue[])[]
}

/** Rows a statement carries; a power of two, so that few distinct statements are ever compiled. */
const ROWS_A_STATEMENT = 32

/**
 * Inserts many rows with few statements and says which keys were new, so that whatever is counted beside them is counted
 * once. Call it in a transaction.
 */
export async function insertMissing(tables: Tables, insert: InsertMissing): Promise<ReadonlySet<string>> {
  const inserted = new Set<string>()
  const kysely = tables.tables<unknown>()
  let from = 0
  let size = ROWS_A_STATEMENT
  while (from < insert.rows.length) {
    while (size > insert.rows.length - from) size /= 2
    const parameters: SqlValue[] = []
    for (const row of insert.rows.slice(from, from + size)) parameters.push(...row)
    const query = CompiledQuery.raw(statement(tables, insert, size), parameters)
    const { rows } = await kysely.executeQuery(query as CompiledQuery<Readonly<Record<string, unknown>>>)
    for (const row of rows) inserted.add(String(row[insert.key]))
    from += size
  }
  return inserted
}

function statement(tables: Tables, insert: InsertMissing, rows: number): string {
  const width = insert.columns.length
  const place = (at: number) => (tables.engine === 'postgres' ? `$${at + 1}` : '?')
  const row = (index: number) => `(${insert.columns.map((_, column) => place(index * width + column)).join(',')})`
  const values = Array.from({ length: rows }, (_, index) => row(index)).join(',')
  const columns = insert.columns.map((column) => `"${column}"`).join(',')
  return `insert into "${insert.table}" (${columns}) values ${values} on conflict ("${insert.key}") do nothing returning "${insert.key}"`
}
