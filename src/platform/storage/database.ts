import { isAbsolute, resolve } from 'node:path'
import { type Dialect, Kysely } from 'kysely'
import type { Clock } from '../../lib/clock.ts'
import { type Migration, runMigrations } from './migrations.ts'
import { postgresDialect } from './postgres.ts'
import { sqliteDialect } from './sqlite.ts'
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
  readonly transaction: <R>(run: (tables: Tables) => Promise<R>) => Promise<R>
  readonly close: () => Promise<void>
}

/** Where the database is, and the clock that dates its migrations. */
export interface DatabaseOptions {
  /** `sqlite:<path>`, `sqlite::memory:`, or `postgres://…`. */
  readonly url: string
  readonly clock: Clock
}

/** Opens a database and proves that it answers. Throws one sentence when the URL is unknown or nobody answers. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { engine, dialect } = dialectOf(options.url)
  const kysely = new Kysely<unknown>({ dialect })
  try {
    await kysely.connection().execute(async () => undefined)
  } catch (cause) {
    await kysely.destroy().catch(() => undefined)
    throw new Error(`the ${engine} database could not be opened: ${sentenceOf(cause)}`, { cause })
  }
  const tablesOn = (on: unknown): Tables => ({ engine, tables: <T>() => on as Kysely<T> })
  return {
    ...tablesOn(kysely),
    kysely,
    migrate: (migrations) => runMigrations({ kysely, engine, migrations, now: options.clock.now }),
    transaction: (run) => kysely.transaction().execute((transaction) => run(tablesOn(transaction))),
    close: () => kysely.destroy(),
  }
}

function dialectOf(url: string): { readonly engine: Engine; readonly dialect: Dialect } {
  if (/^postgres(ql)?:/.test(url)) return { engine: 'postgres', dialect: postgresDialect(url) }
  if (!url.startsWith('sqlite:')) {
    throw new Error('the database URL must begin with sqlite: or postgres://')
  }
  const path = url.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, '')
  const file = path === ':memory:' || isAbsolute(path) ? path : resolve(path)
  return { engine: 'sqlite', dialect: sqliteDialect(file) }
}

function sentenceOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
