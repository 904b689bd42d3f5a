import { isAbsolute, resolve } from 'node:path'
import { type Dialect, Kysely } from 'kysely'
import type { Clock } from '../../lib/clock.ts'
import { checkpointer } from './checkpointer.ts'
import { type Migration, runMigrations } from './migrations.ts'
import { postgresDialect } from './postgres.ts'
import { sqliteDialect } from './sqlite.ts'
import { persistFile, transactionForLater } from './sqlite-later.ts'
import type { Engine, Tables } from './tables.ts'

/** An open database. Instants are integer epoch milliseconds, money integer nano-dollars, JSON is text. */
export interface Database extends Tables {
  readonly kysely: Kysely<unknown>
  /** Runs the migrations that were not run yet, in the order given. Throws when one was changed after it ran. */
  readonly migrate: (migrations: readonly Migration[]) => Promise<void>
  /**
   * All or nothing. Inside `run` use only the `Tables` it is given: over SQLite there is one connection, and a statement
   * sent past the transaction would wait for it for ever.
   */
  readonly transaction: <R>(run: (tables: Tables) => Promise<R>, options?: TransactionOptions) => Promise<R>
  /**
   * Resolves when everything committed before the call outlives a power failure, `lasting: 'later'` too. Does not hold
   * the event loop. Rejects when the disk refuses.
   */
  readonly persist: () => Promise<void>
  readonly close: () => Promise<void>
}

/** How a transaction is committed. */
export interface TransactionOptions {
  /**
   * `now` (the default): once committed it outlives a power failure. `later`: it outlives the process, and a power failure
   * only after {@link Database.persist}; over SQLite the event loop then does not wait for the disk.
   */
  readonly lasting?: 'now' | 'later'
}

/** Where the database is, and the clock that dates its migrations. */
export interface DatabaseOptions {
  /** `sqlite:<path>`, `sqlite::memory:`, or `postgres://…`. */
  readonly url: string
  readonly clock: Clock
}

/** Opens a database and proves that it answers. Throws one sentence when the URL is unknown or nobody answers. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { engine, dialect, file } = dialectOf(options.url)
  const kysely = new Kysely<unknown>({ dialect })
  try {
    await kysely.connection().execute(async () => undefined)
  } catch (cause) {
    await kysely.destroy().catch(() => undefined)
    throw new Error(`the ${engine} database could not be opened: ${sentenceOf(cause)}`, { cause })
  }
  const checkpoints = file === undefined ? undefined : checkpointer(file, options.clock)
  const tablesOn = (on: unknown): Tables => ({ engine, tables: <T>() => on as Kysely<T> })
  return {
    ...tablesOn(kysely),
    kysely,
    migrate: (migrations) => runMigrations({ kysely, engine, migrations, now: options.clock.now }),
    transaction: (run, { lasting = 'now' } = {}) => {
      checkpoints?.soon()
      return lasting === 'later' && engine === 'sqlite'
        ? transactionForLater(kysely, (connection) => run(tablesOn(connection)))
        : kysely.transaction().execute((transaction) => run(tablesOn(transaction)))
    },
    persist: () => (file === undefined ? Promise.resolve() : persistFile(file)),
    close: () => {
      checkpoints?.stop()
      return kysely.destroy()
    },
  }
}

/** `file` where there is one of SQLite's. */
interface Opened {
  readonly engine: Engine
  readonly dialect: Dialect
  readonly file?: string
}

function dialectOf(url: string): Opened {
  if (/^postgres(ql)?:/.test(url)) return { engine: 'postgres', dialect: postgresDialect(url) }
  if (!url.startsWith('sqlite:')) {
    throw new Error('the database URL must begin with sqlite: or postgres://')
  }
  const path = url.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, '')
  if (path === ':memory:') return { engine: 'sqlite', dialect: sqliteDialect(path) }
  const file = isAbsolute(path) ? path : resolve(path)
  return { engine: 'sqlite', dialect: sqliteDialect(file), file }
}

function sentenceOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
