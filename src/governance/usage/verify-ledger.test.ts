import { expect, test } from 'bun:test'
import { manualClock } from '../../lib/clock.ts'
import type { Database } from '../../platform/storage/index.ts'
import { describeEngines } from '../../platform/storage/testing.ts'
import { auditMigrations, openAudit } from '../audit/index.ts'
import { cleanRecord } from './clean.ts'
import { addOperations } from './operations.store.ts'
import { sampleRecord } from './testing.ts'
import { usageMigrations } from './usage-migrations.ts'
import { verifyLedger } from './verify-ledger.ts'

interface Tables {
  readonly operations: Record<string, string | number | null>
  readonly operation_contents: { readonly id: string; readonly content: string }
  readonly ledger_seals: { readonly sequence: number; readonly hashes: string; readonly contents: string }
}

describeEngines('the seals of the ledger', (open) => {
  /** Six operations in two batches; the third with content. */
  const sealed = async () => {
    const database = await open([...usageMigrations, ...auditMigrations])
    const seals = openAudit({ database, clock: manualClock(), seed: new Uint8Array(32), log: 'default/ledger' })
    const sealing = { log: seals, node: 'n1' }
    const record = (number: number) =>
      cleanRecord(sampleRecord(number, number === 3 ? { content: { request: 'hello', answer: 'there' } } : {}))
    await addOperations(database, [1, 2, 3].map(record), { sealing })
    // Shipped twice: sealed once.
    await addOperations(database, [3, 4, 5, 6].map(record), { sealing })
    const verify = (expiredBefore = 0) => verifyLedger({ database, seals, expiredBefore })
    return { database, seals, verify, sql: database.tables<Tables>(), sealing }
  }
  const id = (number: number) => sampleRecord(number).id
  const edit = (database: Database, number: number, values: Record<string, string>) =>
    database.tables<Tables>().updateTable('operations').set(values).where('id', '=', id(number)).execute()

  test('untouched records hold, each sealed once', async () => {
    const { verify } = await sealed()
    expect(await verify()).toEqual({ log: 'default/ledger', entries: 2, checkpoints: 0, operations: 6, expired: 0 })
  })

  test('a record that is edited or deleted is named, and so is a column beside it', async () => {
    const edited = await sealed()
    await edit(edited.database, 5, { record: JSON.stringify({ ...sampleRecord(5), cost: 1 }) })
    expect(await edited.verify()).toMatchObject({ operation: id(5), fault: { sequence: 2 } })
    const moved = await sealed()
    await edit(moved.database, 2, { team: 'other' })
    expect(await moved.verify()).toMatchObject({
      operation: id(2),
      fault: { problem: `edited: the column team of ${id(2)} is not what its record says` },
    })
    const deleted = await sealed()
    await deleted.sql.deleteFrom('operations').where('id', '=', id(4)).execute()
    expect(await deleted.verify()).toMatchObject({
      operation: id(4),
      fault: { problem: `deleted: the record of ${id(4)}` },
    })
  })

  test('a record that was never sealed is named', async () => {
    const { database, verify } = await sealed()
    await addOperations(database, [cleanRecord(sampleRecord(9))])
    expect(await verify()).toMatchObject({
      operation: id(9),
      fault: { problem: expect.stringContaining('never sealed') },
    })
  })

  test('hashes that are edited to fit do not fit their seal', async () => {
    const { sql, verify } = await sealed()
    await sql
      .updateTable('ledger_seals')
      .set({ hashes: '0'.repeat(192) })
      .where('sequence', '=', 1)
      .execute()
    expect(await verify()).toMatchObject({
      fault: { sequence: 1, problem: expect.stringContaining('hashes of this batch') },
    })
    const gone = await sealed()
    await gone.sql.deleteFrom('ledger_seals').where('sequence', '=', 2).execute()
    expect(await gone.verify()).toMatchObject({ fault: { sequence: 2, problem: expect.stringContaining('missing') } })
  })

  test('captured content may expire but not change', async () => {
    const { sql, verify } = await sealed()
    await sql.updateTable('operation_contents').set({ content: '{"request":"other"}' }).execute()
    expect(await verify()).toMatchObject({ operation: id(3), fault: { problem: expect.stringContaining('content') } })
    await sql.deleteFrom('operation_contents').execute()
    expect((await verify()).fault).toBeUndefined()
  })

  test('what retention deleted is counted and no fault', async () => {
    const { sql, verify } = await sealed()
    await sql
      .deleteFrom('operations')
      .where('id', 'in', [id(1), id(2)])
      .execute()
    expect(await verify(sampleRecord(3).at)).toMatchObject({ operations: 4, expired: 2 })
    expect((await verify(sampleRecord(2).at)).fault).toMatchObject({ sequence: 1 })
  })
})
