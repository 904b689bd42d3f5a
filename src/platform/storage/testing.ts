import { afterAll, beforeAll, describe } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, manualClock } from '../../lib/clock.ts'
import { type Database, openDatabase } from './database.ts'
import type { Migration } from './migrations.ts'
import type { Engine } from './tables.ts'
import { postgresPrograms, startTestPostgres, type TestPostgres } from './test-postgres.ts'

/** The very first start on a machine also initialises the cached directory. */
const START_TIMEOUT_MS = 60_000

/** Opens an empty database of the engine under test, migrated as asked; closed when the suite ends. */
export type OpenTestDatabase = (migrations?: readonly Migration[], clock?: Clock) => Promise<Database>

/**
 * Runs the same tests on both engines: SQLite in a temporary folder, and a real PostgreSQL from the system's package,
 * started once a test process. Where PostgreSQL is not installed its half is skipped, and says so.
 */
export function describeEngines(name: string, suite: (open: OpenTestDatabase, engine: Engine) => void): void {
  describe(`${name} (sqlite)`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-sqlite-'))
    let made = 0
    suite(
      opener(async () => `sqlite:${join(folder, `${++made}.db`)}`),
      'sqlite',
    )
    afterAll(() => rmSync(folder, { recursive: true, force: true }))
  })
  const programs = postgresPrograms()
  if (programs) {
    describe(`${name} (postgres)`, () => {
      beforeAll(async () => {
        await sharedPostgres(programs)
      }, START_TIMEOUT_MS)
      suite(
        opener(async () => (await sharedPostgres(programs)).freshDatabase()),
        'postgres',
      )
    })
  } else {
    describe.skip(`${name} (postgres: not installed here, apt-get install postgresql)`, () => {
      suite(
        opener(async () => ''),
        'postgres',
      )
    })
  }
}

function opener(freshUrl: () => Promise<string>): OpenTestDatabase {
  const opened: Database[] = []
  afterAll(async () => {
    await Promise.all(opened.map((database) => database.close()))
  })
  return async (migrations = [], clock = manualClock()) => {
    const database = await openDatabase({ url: await freshUrl(), clock })
    opened.push(database)
    await database.migrate(migrations)
    return database
  }
}

/** Kept on the global object, because every test file loads this module anew and starting a server takes time. */
function sharedPostgres(programs: string): Promise<TestPostgres> {
  const shared = globalThis as { gatehouseTestPostgres?: Promise<TestPostgres> }
  shared.gatehouseTestPostgres ??= startTestPostgres(programs)
  return shared.gatehouseTestPostgres
}
