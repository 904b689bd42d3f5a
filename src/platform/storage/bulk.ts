import { CompiledQuery } from 'kysely'
import { causeOfRows } from './data-error.ts'
import { RowBatch } from './sqlite.ts'
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

/** Sums to add to the rows with the same keys, which are made where they are missing. */
export interface AddToSums {
  readonly table: string
  /** The columns of the primary key. */
  readonly keys: readonly string[]
  /** The columns that are added up. */
  readonly sums: readonly string[]
  /** Values in the order of `keys`, then `sums`; no two rows with the same keys. */
  readonly rows: readonly (readonly SqlValue[])[]
}

/** Rows a PostgreSQL statement carries; a power of two, so that few distinct statements are ever parsed. */
const ROWS_A_STATEMENT = 64

/**
 * Inserts many rows and says for each whether it was new, so that whatever is counted beside it is counted once; of two
 * with one key the first. Call it in a transaction.
 */
export async function insertMissing(tables: Tables, insert: InsertMissing): Promise<readonly boolean[]> {
  const keyAt = insert.columns.indexOf(insert.key)
  const into = `insert into "${insert.table}" (${quoted(insert.columns)})`
  const onConflict = `on conflict ("${insert.key}") do nothing`
  if (tables.engine === 'sqlite') {
    return runBatch(tables, `${into} values ${places(insert.columns.length)} ${onConflict}`, insert.rows)
  }
  const end = `${onConflict} returning "${insert.key}"`
  const returned = await runStatements(tables, { into, end, width: insert.columns.length, rows: insert.rows })
  const fresh = new Set(returned.map((row) => String(row[insert.key])))
  return insert.rows.map((row) => fresh.delete(String(row[keyAt])))
}

/** Adds to many rows of sums. Call it in a transaction, with the rows in one order everywhere, so that nobody deadlocks. */
export async function addToSums(tables: Tables, add: AddToSums): Promise<void> {
  const columns = [...add.keys, ...add.sums]
  const into = `insert into "${add.table}" (${quoted(columns)})`
  const sums = add.sums.map((name) => `"${name}" = "${add.table}"."${name}" + excluded."${name}"`)
  const end = `on conflict (${quoted(add.keys)}) do update set ${sums.join(', ')}`
  if (tables.engine === 'sqlite') await runBatch(tables, `${into} values ${places(columns.length)} ${end}`, add.rows)
  else await runStatements(tables, { into, end, width: columns.length, rows: add.rows })
}

const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`).join(',')
const places = (count: number) => `(${Array.from({ length: count }, () => '?').join(',')})`

/** SQLite takes rows fastest one by one into one prepared statement (measured: 17 µs against 40 in statements of many rows). */
async function runBatch(
  tables: Tables,
  sql: string,
  rows: readonly (readonly SqlValue[])[],
): Promise<readonly boolean[]> {
  if (rows.length === 0) return []
  const batch = new RowBatch(rows)
  try {
    await tables.tables<unknown>().executeQuery(CompiledQuery.raw(sql, [batch]))
  } catch (cause) {
    throw causeOfRows(cause, rows)
  }
  return batch.changed
}

interface Statements {
  readonly into: string
  readonly end: string
  readonly width: number
  readonly rows: readonly (readonly SqlValue[])[]
}

async function runStatements(tables: Tables, statements: Statements): Promise<Readonly<Record<string, unknown>>[]> {
  const { into, end, width, rows } = statements
  const returned: Readonly<Record<string, unknown>>[] = []
  const row = (index: number) => `(${Array.from({ length: width }, (_, at) => `$${index * width + at + 1}`).join(',')})`
  let size = ROWS_A_STATEMENT
  for (let from = 0; from < rows.length; from += size) {
    while (size > rows.length - from) size /= 2
    const values = Array.from({ length: size }, (_, index) => row(index)).join(',')
    const query = CompiledQuery.raw(`${into} values ${values} ${end}`, rows.slice(from, from + size).flat())
    try {
      const result = await tables
        .tables<unknown>()
        .executeQuery(query as CompiledQuery<Readonly<Record<string, unknown>>>)
      returned.push(...result.rows)
    } catch (cause) {
      throw causeOfRows(cause, rows)
    }
  }
  return returned
}
