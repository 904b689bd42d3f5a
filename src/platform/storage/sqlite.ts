import { Database as Sqlite } from 'bun:sqlite'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import { nextTurn } from '../../lib/clock.ts'
import { unbindable } from './data-error.ts'

/** How long a statement waits for a lock that another process holds, milliseconds. */
const BUSY_TIMEOUT_MS = 5_000
/** Page cache of the one connection, in KiB (negative, as SQLite wants it). */
const CACHE_KIB = -16_384
/** Of new files. Larger pages mean fewer writes when rows are appended. */
const PAGE_BYTES = 8_192
/** From 64 MiB of log on a commit also moves it into the file; before that `checkpointer.ts` does, beside the event loop. */
const LONG_LOG_PAGES = 8_192

/**
 * A Kysely dialect over `bun:sqlite`: one connection, taken in turns, because SQLite has one writer and its calls are
 * synchronous. Write-ahead log, `synchronous=FULL` (a commit survives the power), foreign keys on.
 *
 * @param file a path (its folder is made when missing) or `:memory:`
 */
export function sqliteDialect(file: string): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => sqliteDriver(file),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  }
}

/** The one parameter of a statement that is run once for each of many rows. */
export class RowBatch {
  /** For each row, whether it changed anything. */
  readonly changed: boolean[] = []
  constructor(readonly rows: readonly (readonly (string | number | null)[])[]) {}
}

/** Rows run in one go: about a millisecond; then everybody else has a turn. */
const ROWS_A_TURN = 200

function openFile(file: string): Sqlite {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true })
  const sqlite = new Sqlite(file, { create: true, readwrite: true, strict: true })
  for (const pragma of [
    `busy_timeout = ${BUSY_TIMEOUT_MS}`,
    `page_size = ${PAGE_BYTES}`,
    'journal_mode = WAL',
    'synchronous = FULL',
    `wal_autocheckpoint = ${LONG_LOG_PAGES}`,
    'foreign_keys = ON',
    `cache_size = ${CACHE_KIB}`,
    'temp_store = MEMORY',
  ]) {
    sqlite.run(`PRAGMA ${pragma}`)
  }
  return sqlite
}

function sqliteDriver(file: string): Driver {
  let sqlite: Sqlite | undefined
  let connection: DatabaseConnection | undefined
  const turns = turnTaking()
  const run = async (connected: DatabaseConnection, sql: string) => {
    await connected.executeQuery(CompiledQuery.raw(sql))
  }
  return {
    init: async () => {
      sqlite = openFile(file)
      connection = sqliteConnection(sqlite)
    },
    acquireConnection: async () => {
      await turns.take()
      if (connection) return connection
      turns.give()
      throw new Error('the database is closed')
    },
    releaseConnection: async () => turns.give(),
    // IMMEDIATE, because a transaction that reads first and writes later may otherwise fail half-way with SQLITE_BUSY.
    beginTransaction: (connected) => run(connected, 'begin immediate'),
    commitTransaction: (connected) => run(connected, 'commit'),
    rollbackTransaction: (connected) => run(connected, 'rollback'),
    destroy: async () => {
      sqlite?.close()
      sqlite = undefined
      connection = undefined
    },
  }
}

function sqliteConnection(sqlite: Sqlite): DatabaseConnection {
  return {
    executeQuery: async <R>(query: CompiledQuery): Promise<QueryResult<R>> => {
      const statement = sqlite.query<R, SqliteValue[]>(query.sql)
      const [batch] = query.parameters
      if (batch instanceof RowBatch) {
        for (let at = 0; at < batch.rows.length; at++) {
          if (at > 0 && at % ROWS_A_TURN === 0) await nextTurn()
          batch.changed.push(statement.run(...(batch.rows[at] ?? [])).changes > 0)
        }
        return { rows: [] }
      }
      const parameters = query.parameters.map(bindable)
      if (statement.columnNames.length > 0) {
        const rows = statement.all(...parameters)
        return { rows, numAffectedRows: BigInt(rows.length) }
      }
      const { changes, lastInsertRowid } = statement.run(...parameters)
      return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) }
    },
    streamQuery: () => {
      throw new Error('a query is not streamed over SQLite: read it page by page')
    },
  }
}

type SqliteValue = string | number | bigint | Uint8Array | null

function bindable(value: unknown): SqliteValue {
  if (value === undefined || value === null) return null
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') return value
  if (value instanceof Uint8Array) return value
  throw unbindable(value)
}

/** First come, first served. */
function turnTaking(): { readonly take: () => Promise<void>; readonly give: () => void } {
  const waiting: (() => void)[] = []
  let taken = false
  return {
    take: () => {
      if (!taken) {
        taken = true
        return Promise.resolve()
      }
      return new Promise((resolve) => waiting.push(resolve))
    },
    give: () => {
      const next = waiting.shift()
      if (next) next()
      else taken = false
    },
  }
}
