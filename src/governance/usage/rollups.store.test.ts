import { expect, test } from 'bun:test'
import { sql } from 'kysely'
import { describeEngines } from '../../platform/storage/testing.ts'
import { operationsMigration } from './operation-tables.ts'
import { DIMENSIONS, MEASURES, readUsage, rollupsMigration } from './rollups.store.ts'
import { usageMigrations } from './usage-migrations.ts'

describeEngines('roll-ups', (open) => {
  test('of before agents were told apart are kept', async () => {
    const database = await open([operationsMigration, rollupsMigration])
    const sums = MEASURES.map((name) => (name === 'cost' ? 7 : 1))
    const names = ['team', 'app', 'user', 'key', 'model', 'provider']
    await sql`insert into rollups values (${sql.join([0, ...names, ...sums])})`.execute(database.kysely)
    await database.migrate(usageMigrations)
    const rows = await readUsage(database, { groupBy: DIMENSIONS, from: 0, to: 1 })
    expect(rows).toMatchObject([{ team: 'team', provider: 'provider', agent: '', cost: 7, operations: 1 }])
  })
})
