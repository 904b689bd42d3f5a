import { CompiledQuery, type Kysely, sql } from 'kysely'
import type { Engine } from './tables.ts'

/** One step forward of the schema, declared by the room that owns the tables. Never changed once released. */
export interface Migration {
  /** `<room>-<number>`: `usage-001`. Recorded once run. */
  readonly id: string
  /** Statements, run in one transaction; the types `bigint`, `text` and `double precision` mean the same on both engines. */
  readonly up: readonly string[] | ((engine: Engine) => readonly string[])
}

interface MigrationRow {
  readonly id: string
  readonly at: number
  readonly digest: string
}

interface MigrationTables {
  readonly migrations: MigrationRow
}

/** Any number, the same for every node: which of several starting nodes migrates is decided by PostgreSQL's lock. */
const ADVISORY_LOCK = 7_164_020_611

/** What {@link runMigrations} is given. */
export interface MigrationRun {
  readonly kysely: Kysely<unknown>
  readonly engine: Engine
  readonly migrations: readonly Migration[]
  readonly now: () => number
}

/**
 * Runs what was not run yet. Each migration and its record commit together, so that a start interrupted anywhere goes on
 * from there. Throws when a migration was changed after it ran, or when two carry one id.
 */
export async function runMigrations(run: MigrationRun): Promise<void> {
  const ids = run.migrations.map((migration) => migration.id)
  const twice = ids.find((id, index) => ids.indexOf(id) !== index)
  if (twice) throw new Error(`two migrations are called ${twice}`)
  await run.kysely.connection().execute(async (connection) => {
    const locked = connection as unknown as Kysely<MigrationTables>
    if (run.engine === 'postgres') await sql`select pg_advisory_lock(${sql.lit(ADVISORY_LOCK)})`.execute(locked)
    try {
      await sql`create table if not exists migrations (id text primary key, at bigint not null, digest text not null)`.execute(
        locked,
      )
      for (const migration of run.migrations) await step(run, migration, locked)
    } finally {
      if (run.engine === 'postgres') await sql`select pg_advisory_unlock(${sql.lit(ADVISORY_LOCK)})`.execute(locked)
    }
  })
}

async function step(run: MigrationRun, migration: Migration, locked: Kysely<MigrationTables>): Promise<void> {
  const statements = typeof migration.up === 'function' ? migration.up(run.engine) : migration.up
  const digest = new Bun.CryptoHasher('sha256').update(statements.join(';\n')).digest('hex')
  const done = await locked.selectFrom('migrations').selectAll().where('id', '=', migration.id).executeTakeFirst()
  if (done) {
    if (done.digest === digest) return
    throw new Error(`migration ${migration.id} was changed after it ran; add a new one instead`)
  }
  await locked.transaction().execute(async (transaction) => {
    for (const statement of statements) await transaction.executeQuery(CompiledQuery.raw(statement))
    await transaction.insertInto('migrations').values({ id: migration.id, at: run.now(), digest }).execute()
  })
}
