import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manualClock } from '../../lib/clock.ts'
import { seededRandom } from '../../lib/random.ts'
import { describeEngines } from '../../platform/storage/testing.ts'
import { aesKey, openLocalSecrets, secretsStore, subjectKeys, VAULT_MIGRATIONS } from '../../platform/vault/index.ts'
import { auditMigrations, openAudit } from '../audit/index.ts'
import { openLedger } from './ledger.ts'
import { recordKeeping } from './retention.ts'
import { sampleRecord } from './testing.ts'
import { usageMigrations } from './usage-migrations.ts'
import { verifyLedger } from './verify-ledger.ts'

const root = mkdtempSync(join(tmpdir(), 'gatehouse-keeping-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const made = { count: 0 }
const DAY = 86_400_000

describeEngines('what is kept of operations', (open) => {
  const opened = async (operationsMs?: number) => {
    const database = await open([...usageMigrations, ...auditMigrations, ...VAULT_MIGRATIONS])
    const clock = manualClock(1_750_000_000_000)
    const random = seededRandom(3)
    const audit = openAudit({ database, clock, seed: new Uint8Array(32) })
    const seals = openAudit({ database, clock, seed: new Uint8Array(32), log: 'default/ledger' })
    const masterKeys = { current: aesKey(new Uint8Array(32).fill(1)) }
    const local = await openLocalSecrets({
      store: secretsStore(database),
      masterKeys,
      clock,
      randomBytes: random.bytes,
    })
    const subjects = subjectKeys({ local, clock, randomBytes: random.bytes })
    const directory = join(root, String(++made.count))
    const ledger = openLedger({ directory, database, clock, random, subjects, sealing: { log: seals, node: 'n' } })
    const records = recordKeeping({ database, clock, audit, operationsMs })
    const of = (number: number, user: string, team = 'claims') => {
      ledger.append(sampleRecord(number, { user, team, teams: [team], content: { request: `words of ${user}` } }))
      return sampleRecord(number).id
    }
    const verify = (expiredBefore = 0) => verifyLedger({ database, seals, expiredBefore })
    return { database, clock, audit, ledger, records, subjects, of, verify }
  }

  test('content is sealed under the key of whose it is; when that is destroyed it is gone, and nothing else is', async () => {
    const { database, ledger, subjects, of, verify } = await opened()
    const [ann, ben] = [of(1, 'ann'), of(2, 'ben')]
    await ledger.flush()
    const rows = await database
      .tables<{ operation_contents: { content: string } }>()
      .selectFrom('operation_contents')
      .selectAll()
      .execute()
    expect(JSON.stringify(rows)).not.toContain('words of')
    expect((await ledger.find('id', ann))?.content?.request).toBe('words of ann')
    expect(await subjects.destroy('user:ann')).toBe(true)
    expect(await subjects.destroy('user:ann')).toBe(false)
    expect((await ledger.find('id', ann))?.content).toBeUndefined()
    expect((await ledger.find('id', ann))?.user).toBe('ann')
    expect((await ledger.find('id', ben))?.content?.request).toBe('words of ben')
    expect((await verify()).fault).toBeUndefined()
    const again = of(3, 'ann')
    await ledger.flush()
    expect((await ledger.find('id', again))?.content?.request).toBe('words of ann')
    expect((await ledger.find('id', ann))?.content).toBeUndefined()
  })

  test('content that was moved to another operation does not open', async () => {
    const { database, ledger, of } = await opened()
    const [first, second] = [of(1, 'ann'), of(2, 'ann')]
    await ledger.flush()
    const contents = database.tables<{ operation_contents: { id: string; content: string } }>()
    const [row] = await contents.selectFrom('operation_contents').selectAll().where('id', '=', first).execute()
    await contents
      .updateTable('operation_contents')
      .set({ content: row?.content ?? '' })
      .where('id', '=', second)
      .execute()
    expect((await ledger.find('id', second))?.content).toBeUndefined()
  })

  test('records go after the days that were set, which is told, and their seals then say no fault', async () => {
    const { clock, audit, ledger, records, of, verify } = await opened(30 * DAY)
    of(1, 'ann')
    await ledger.flush()
    expect(await records.preview()).toMatchObject({ operations: 0, contents: 0, holds: 0 })
    await clock.advance(31 * DAY)
    const { operationsBefore = 0, ...preview } = await records.preview()
    expect(preview).toEqual({ operations: 1, contents: 1, holds: 0 })
    expect(await records.expire()).toEqual({ operations: 1, contents: 1 })
    expect((await audit.list({ filter: { action: 'ledger.expire' }, limit: 5 })).length).toBe(1)
    expect((await verify()).fault).toBeDefined()
    expect(await verify(operationsBefore)).toMatchObject({ operations: 0, expired: 1 })
    expect(await records.expire()).toEqual({ operations: 0, contents: 0 })
    expect((await audit.list({ filter: { action: 'ledger.expire' }, limit: 5 })).length).toBe(1)
  })

  test('what is held neither expires nor is counted, until the hold is lifted', async () => {
    const { clock, ledger, records, of } = await opened(30 * DAY)
    of(1, 'ann', 'claims')
    of(2, 'ben', 'sales')
    of(3, 'cid', 'sales')
    await ledger.flush()
    const lay = (id: string, scope: string) =>
      records.lay({ id, scope, reason: 'a lawsuit', actor: 'user:law' }, () => Promise.resolve())
    await lay('hold_1', 'team:claims')
    await lay('hold_2', 'user:ben')
    await clock.advance(31 * DAY)
    expect(await records.preview()).toMatchObject({ operations: 1, contents: 1, holds: 2 })
    expect(await records.expire()).toEqual({ operations: 1, contents: 1 })
    await lay('hold_3', 'org')
    expect(await records.lift('hold_1', () => Promise.resolve())).toMatchObject({ scope: 'team:claims' })
    expect(await records.expire()).toEqual({ operations: 0, contents: 0 })
    await records.lift('hold_3', () => Promise.resolve())
    expect(await records.expire()).toEqual({ operations: 1, contents: 1 })
    expect(await records.lift('hold_3', () => Promise.reject(new Error('not told')))).toBeUndefined()
    await expect(records.lift('hold_2', () => Promise.reject(new Error('not told')))).rejects.toThrow('not told')
    expect(await records.holds()).toMatchObject([{ id: 'hold_2', scope: 'user:ben', actor: 'user:law' }])
  })
})
