import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { type ManualClock, manualClock } from '../../lib/clock.ts'
import { seededRandom } from '../../lib/random.ts'
import type { Database } from '../../platform/storage/index.ts'
import { describeEngines } from '../../platform/storage/testing.ts'
import { cleanRecord } from './clean.ts'
import { type Ledger, openLedger } from './ledger.ts'
import { addOperations } from './operations.store.ts'
import type { OperationRecord } from './record.ts'
import { retention } from './retention.ts'
import { DIMENSIONS } from './rollups.store.ts'
import { sampleNumber, sampleRecord } from './testing.ts'
import { usageMigrations } from './usage-migrations.ts'

const root = mkdtempSync(join(tmpdir(), 'gatehouse-ledger-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let made = 0

interface Bench {
  readonly ledger: Ledger
  readonly clock: ManualClock
  readonly database: Database
  readonly directory: string
}
const bench = (database: Database, directory = join(root, String(++made))): Bench => {
  const clock = manualClock()
  return { ledger: openLedger({ directory, database, clock, random: seededRandom(1) }), clock, database, directory }
}
const hour = 3_600_000
const ids = (records: readonly OperationRecord[]) => records.map((record) => sampleNumber(record))
const cleaned = cleanRecord

/** A database that fails while `state.isAway`. */
const failing = (database: Database, state: { isAway: boolean }): Database => ({
  ...database,
  transaction: (run) => (state.isAway ? Promise.reject(new Error('away')) : database.transaction(run)),
})

describeEngines('ledger', (open) => {
  test('a record is found again by its ids, whole', async () => {
    const { ledger } = bench(await open(usageMigrations))
    const record = sampleRecord(7, { run: 'r1', tags: { ä: 'ö\u{1f600}' } })
    ledger.append(record)
    expect(await ledger.flush()).toBe(true)
    expect(await ledger.find('id', record.id)).toEqual(record)
    expect(await ledger.find('request_id', record.requestId)).toEqual(record)
    expect(await ledger.find('decision_id', record.decisionId)).toEqual(record)
    expect(await ledger.find('id', 'op_0')).toBeUndefined()
  })

  test('what no database takes is removed, and what is too long is cut', async () => {
    const { ledger } = bench(await open(usageMigrations))
    const tags = Object.fromEntries(Array.from({ length: 90 }, (_, index) => [`t${index}`, 'x'.repeat(999)]))
    const error = { code: 'internal', message: `nul\u0000 half\ud800${'m'.repeat(900)}` } as const
    ledger.append(sampleRecord(1, { tags, error, modelAsked: 'm\u0000'.repeat(400), outcome: 'failed' }))
    await ledger.flush()
    const found = await ledger.find('id', sampleRecord(1).id)
    expect(found?.error?.message.slice(0, 10)).toBe('nul\u2400 half\ufffd')
    expect(found?.error?.message.length).toBe(500)
    expect(found?.modelAsked?.length).toBe(256)
    expect(Object.keys(found?.tags ?? {}).length).toBe(50)
    expect(found?.tags.t0?.length).toBe(256)
  })

  test('a batch that is shipped twice, or holds a record twice, counts once', async () => {
    const database = await open(usageMigrations)
    const { ledger } = bench(database)
    const entries = [1, 2, 3, 2].map((number) => cleaned(sampleRecord(number)))
    expect(await addOperations(database, entries)).toBe(3)
    expect(await addOperations(database, [...entries, cleaned(sampleRecord(4))])).toBe(1)
    const usage = await ledger.usage({ groupBy: [], from: 0, to: 2e12 })
    expect(usage).toMatchObject([{ operations: 4, cost: 4 * 123_456, tokens_in: 4 * 812, first_tokens: 4 }])
  })

  test('two nodes that ship the same records at once count them once', async () => {
    const database = await open(usageMigrations)
    const entries = Array.from({ length: 60 }, (_, number) =>
      cleaned(sampleRecord(number, { user: `user-${number % 7}` })),
    )
    const added = await Promise.all([addOperations(database, entries), addOperations(database, entries)])
    expect(added.reduce((a, b) => a + b)).toBe(60)
    const usage = await bench(database).ledger.usage({ groupBy: [], from: 0, to: 2e12 })
    expect(usage[0]?.operations).toBe(60)
  })

  test('a store that is away for five minutes costs delay and no record', async () => {
    const database = await open(usageMigrations)
    const state = { isAway: true }
    const { ledger, clock } = bench(failing(database, state))
    for (let number = 0; number < 100; number++) {
      ledger.append(sampleRecord(number))
      await clock.advance(3_000)
    }
    expect(ledger.status()).toMatchObject({ lastError: 'away', writable: true, lost: 0 })
    expect(ledger.status().failures).toBeGreaterThan(5)
    expect(ledger.status().failures).toBeLessThan(50)
    state.isAway = false
    expect(await ledger.flush()).toBe(true)
    expect((await ledger.list({}, { limit: 500 })).length).toBe(100)
    expect(ledger.status()).toMatchObject({ failures: 0, backlogBytes: 0 })
  })

  test('what a stopped process could not ship is shipped by the next one', async () => {
    const database = await open(usageMigrations)
    const first = bench(failing(database, { isAway: true }))
    first.ledger.append(sampleRecord(1))
    const stopping = first.ledger.stop()
    await first.clock.advance(6_000)
    await stopping
    const second = bench(database, first.directory)
    await second.ledger.flush()
    expect(ids(await second.ledger.list({}, { limit: 10 }))).toEqual([1])
  })

  test('a record that the store refuses is set aside and does not hold up the others', async () => {
    const database = await open(usageMigrations)
    const { ledger, directory } = bench(database)
    ledger.append(sampleRecord(1))
    const odd = sampleRecord(2, { cost: Number.NaN })
    ledger.append(odd)
    ledger.append(sampleRecord(3))
    expect(await ledger.flush()).toBe(true)
    expect(ledger.status().setAside).toBe(1)
    expect(ids(await ledger.list({}, { limit: 10 }))).toEqual([3, 1])
    expect(readFileSync(join(directory, 'refused.ndjson'), 'utf8')).toContain(odd.id)
  })

  test('whoever watches is told once a batch of records set aside, with the reason', async () => {
    const told: unknown[] = []
    const onSetAside = (report: unknown) => void told.push(report)
    const directory = join(root, String(++made))
    const database = await open(usageMigrations)
    const ledger = openLedger({ directory, database, clock: manualClock(), random: seededRandom(1), onSetAside })
    ledger.append(sampleRecord(1))
    await ledger.flush()
    expect(told).toEqual([])
    const odd = [2, 3].map((number) => sampleRecord(number, { cost: Number.NaN }))
    for (const record of [...odd, sampleRecord(4)]) ledger.append(record)
    await ledger.flush()
    ledger.append(sampleRecord(5, { cost: Number.NaN }))
    await ledger.flush()
    expect(told).toEqual([
      { count: 2, total: 2, operationId: odd[1]?.id, reason: expect.stringMatching(/./) },
      { count: 1, total: 3, operationId: sampleRecord(5).id, reason: expect.stringMatching(/./) },
    ])
    expect(ids(await ledger.list({}, { limit: 10 }))).toEqual([4, 1])
  })

  test('a mistake of our own while storing sets no record aside: they wait until it is mended', async () => {
    const database = await open(usageMigrations)
    const state = { isBroken: true }
    const { ledger, clock } = bench({
      ...database,
      transaction: (run) =>
        state.isBroken ? Promise.reject(new TypeError('x is not a function')) : database.transaction(run),
    })
    ledger.append(sampleRecord(1))
    await clock.advance(3_000)
    expect(ledger.status()).toMatchObject({ setAside: 0, lastError: 'x is not a function' })
    state.isBroken = false
    expect(await ledger.flush()).toBe(true)
    expect(ids(await ledger.list({}, { limit: 10 }))).toEqual([1])
  })

  test('the list is newest first, filters by every name, and its cursor is stable while records arrive', async () => {
    const { ledger } = bench(await open(usageMigrations))
    for (let number = 0; number < 30; number++) {
      const at = 1_750_000_000_000 + Math.floor(number / 4)
      ledger.append(
        sampleRecord(number, { at, team: number % 2 ? 'odd' : 'even', session: number === 5 ? 's5' : undefined }),
      )
    }
    await ledger.flush()
    const seen: number[] = []
    let after: { id: string } | undefined
    for (let extra = 100; ; extra++) {
      const page = await ledger.list({}, { limit: 7, ...(after && { after }) })
      seen.push(...ids(page))
      const last = page.at(-1)
      if (!last) break
      after = { id: last.id }
      ledger.append(sampleRecord(extra, { at: 1_750_000_000_000 + 50 }))
      await ledger.flush()
    }
    expect(seen).toEqual(Array.from({ length: 30 }, (_, index) => 29 - index))
    const count = async (filter: Parameters<Ledger['list']>[0]) => (await ledger.list(filter, { limit: 500 })).length
    expect(await count({ team: 'odd' })).toBe(15)
    expect(await count({ session: 's5' })).toBe(1)
    expect(await count({ requestId: sampleRecord(9, { at: 1_750_000_000_002 }).requestId })).toBe(1)
    expect(await count({ from: 1_750_000_000_001, to: 1_750_000_000_003 })).toBe(8)
    expect(await count({ outcome: 'denied' })).toBe(0)
  })

  test('a rare name is found wherever it lies, page by page, also among thousands and over empty days', async () => {
    const database = await open(usageMigrations)
    const { ledger } = bench(database)
    const start = 1_750_000_000_000
    const rare = [0, 999, 1_000, 1_001, 2_300, 2_999]
    const record = (number: number) =>
      sampleRecord(number, {
        at: number < 2_500 ? start + number : start + 9 * 24 * hour + number,
        ...(rare.includes(number) && { team: 'rare', app: 'a9', principal: 'app:a9', outcome: 'denied' }),
      })
    await addOperations(
      database,
      Array.from({ length: 3_000 }, (_, number) => cleaned(record(number))),
    )
    for (const filter of [{ team: 'rare' }, { principal: 'app:a9' }, { outcome: 'denied' as const, app: 'a9' }]) {
      const found: number[] = []
      for (let page = await ledger.list(filter, { limit: 2 }); page.length > 0; ) {
        found.push(...ids(page))
        page = await ledger.list(filter, { limit: 2, after: { id: page.at(-1)?.id ?? '' } })
      }
      expect(found).toEqual(rare.toReversed())
    }
    const span = { team: 'rare', from: start + 1_000, to: start + 1_002 }
    expect(ids(await ledger.list(span, { limit: 9 }))).toEqual([1_001, 1_000])
    expect(await ledger.list({ team: 'nobody' }, { limit: 9 })).toEqual([])
  })

  test('usage by hour and day, and spending since any instant, agree with the records', async () => {
    const { ledger } = bench(await open(usageMigrations))
    const start = Math.ceil(1_750_000_000_000 / hour) * hour
    const at = (number: number) => start + number * 20 * 60_000 + 7
    for (let number = 0; number < 9; number++)
      ledger.append(sampleRecord(number, { at: at(number), cost: 10 ** number }))
    await ledger.flush()
    const byHour = await ledger.usage({ groupBy: ['team'], from: 0, to: 2e12, bucket: 'hour' })
    expect(byHour.map((row) => [row.bucket, row.team, row.cost])).toEqual([
      [start, 'claims', 111],
      [start + hour, 'claims', 111_000],
      [start + 2 * hour, 'claims', 111_000_000],
    ])
    expect(await ledger.spentSince({ team: ['claims', 'other'] }, at(1))).toBe(111_111_110)
    expect(await ledger.spentSince({ team: 'claims', app: 'claims-portal' }, at(2) + 1)).toBe(111_111_000)
    expect(await ledger.spentSince({}, start + 2 * hour)).toBe(111_000_000)
    expect(await ledger.spentSince({ user: 'nobody' }, 0)).toBe(0)
  })

  test('what an agent has spent is found, to the nano-dollar, whoever it acted for', async () => {
    const { ledger } = bench(await open(usageMigrations))
    const start = Math.ceil(1_750_000_000_000 / hour) * hour
    for (const [number, principal] of ['agent:triage', 'agent:triage', 'agent:other', 'app:triage'].entries()) {
      ledger.append(sampleRecord(number, { at: start + number * hour, principal, cost: 10 ** number }))
    }
    await ledger.flush()
    expect(await ledger.spentSince({ agent: 'triage' }, 0)).toBe(11)
    expect(await ledger.spentSince({ agent: ['triage'] }, start + 7)).toBe(10)
    expect(await ledger.spentSince({ agent: ['triage', 'other'] }, start - 7)).toBe(111)
    const rows = await ledger.usage({ groupBy: ['agent'], from: 0, to: 2e12 })
    expect(rows.map(({ agent, cost }) => [agent, cost])).toEqual([
      ['', 1_000],
      ['other', 100],
      ['triage', 11],
    ])
  })

  test('an invented model name makes no roll-up row of its own', async () => {
    const { ledger } = bench(await open(usageMigrations))
    const error = { code: 'model_not_found', message: 'no' } as const
    for (let number = 0; number < 5; number++) {
      ledger.append(sampleRecord(number, { modelAsked: `made-up-${number}`, outcome: 'rejected', error, at: hour }))
    }
    await ledger.flush()
    expect(await ledger.usage({ groupBy: ['model'], from: 0, to: 2e12 })).toMatchObject([{ model: '', rejected: 5 }])
  })

  test('content goes when its time has come, operations when theirs has, and a dry run only counts', async () => {
    const database = await open(usageMigrations)
    const { ledger } = bench(database)
    const at = 1_750_000_000_000
    ledger.append(sampleRecord(1, { at, content: { request: 'ask', retainMs: 1_000 } }))
    ledger.append(sampleRecord(2, { at: at + hour, content: { answer: 'say', retainMs: 9 * hour } }))
    await ledger.flush()
    const keeper = retention(database)
    expect((await ledger.list({}, { limit: 5 })).every((record) => record.content === undefined)).toBe(true)
    expect((await ledger.find('id', sampleRecord(1, { at }).id))?.content?.request).toBe('ask')
    expect(await keeper.dryRun({ now: at + 1_000 })).toEqual({ operations: 0, contents: 1 })
    expect(await keeper.run({ now: at + 1_000 })).toEqual({ operations: 0, contents: 1 })
    expect((await ledger.find('id', sampleRecord(1, { at }).id))?.content).toBeUndefined()
    expect((await ledger.find('id', sampleRecord(2, { at: at + hour }).id))?.content?.answer).toBe('say')
    expect(await keeper.run({ now: at, operationsBefore: at + 1 })).toEqual({ operations: 1, contents: 0 })
    expect(ids(await ledger.list({}, { limit: 5 }))).toEqual([2])
    const usage = await ledger.usage({ groupBy: [], from: 0, to: 2e12 })
    expect(usage[0]?.operations).toBe(2)
  })

  test('whatever the records, the sum of the ledger is the sum of the roll-ups', async () => {
    const database = await open(usageMigrations)
    const { ledger } = bench(database)
    const name = fc.constantFrom('', 'a', 'b')
    const records = fc.sample(
      fc.record({
        number: fc.nat(60),
        at: fc.integer({ min: 0, max: 5 * hour }),
        cost: fc.nat(10 ** 12),
        team: name,
        app: name,
        user: name,
        modelAsked: name,
        provider: name,
      }),
      { numRuns: 200, seed: 5 },
    )
    for (const { number, ...changes } of records) ledger.append(sampleRecord(number, changes))
    await ledger.flush()
    const listed = await ledger.list({}, { limit: 500 })
    const cost = listed.reduce((sum, record) => sum + record.cost, 0)
    expect(listed.length).toBe(new Set(records.map(({ number, at }) => `${number} ${at}`)).size)
    for (const groupBy of [[], ...DIMENSIONS.map((dimension) => [dimension]), [...DIMENSIONS]]) {
      const rows = await ledger.usage({ groupBy, from: 0, to: 10 * hour })
      expect(rows.reduce((sum, row) => sum + row.cost, 0)).toBe(cost)
      expect(rows.reduce((sum, row) => sum + row.operations, 0)).toBe(listed.length)
    }
  })
})
