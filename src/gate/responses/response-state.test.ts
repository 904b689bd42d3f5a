import { expect, test } from 'bun:test'
import { manualClock, nextTurn } from '../../lib/clock.ts'
import type { Database } from '../../platform/storage/index.ts'
import { describeEngines } from '../../platform/storage/testing.ts'
import { inputItemsPage } from './input-items.ts'
import { responseState } from './response-state.ts'
import { deleteExpiredResponses, responseMigrations, type StoredResponse } from './responses.store.ts'

const DAY = 24 * 3_600_000
const NOW = 1_750_000_000_000

const sample = (id: string, changes: Partial<StoredResponse> = {}): StoredResponse => ({
  principal: 'app:claims',
  id,
  team: 'claims',
  createdAt: NOW,
  expiresAt: NOW + 30 * DAY,
  response: JSON.stringify({ id, output: [{ id: `msg_${id}`, type: 'message', text: 'n\u0000 \ud800 \u{1f600}' }] }),
  input: '[{"role":"user","content":"x"}]',
  items: [{ id: `msg_${id}`, item: `{"id":"msg_${id}"}` }],
  ...changes,
})

const bench = (database: Database) => {
  const clock = manualClock(NOW)
  const problems: string[] = []
  return { clock, problems, state: responseState({ database, clock, problem: (message) => problems.push(message) }) }
}

/** A database that fails while `state.isAway`. */
const failing = (database: Database, state: { isAway: boolean }): Database => ({
  ...database,
  tables: <T>() => {
    if (state.isAway) throw new Error('away')
    return database.tables<T>()
  },
  transaction: (run) => (state.isAway ? Promise.reject(new Error('away')) : database.transaction(run)),
})

describeEngines('stored responses', (open) => {
  test('a response is seen at once, and the same after it was written', async () => {
    const database = await open(responseMigrations)
    const { state } = bench(database)
    state.put(sample('resp_1'))
    expect(await state.find('app:claims', 'resp_1')).toEqual(sample('resp_1'))
    await state.flush()
    const { items: _, ...stored } = sample('resp_1')
    expect(await state.find('app:claims', 'resp_1')).toMatchObject(stored)
    expect(await bench(database).state.find('app:claims', 'resp_1')).toMatchObject(stored)
  })

  test("nobody sees, refers to, deletes or replaces another's response, written or not", async () => {
    const { state } = bench(await open(responseMigrations))
    for (const isWritten of [false, true]) {
      const id = `resp_${isWritten}`
      state.put(sample(id))
      state.put(sample(id, { principal: 'app:other', response: '{"theirs":true}', items: [] }))
      if (isWritten) await state.flush()
      expect(await state.find('app:nobody', id)).toBeUndefined()
      expect((await state.find('app:claims', id))?.response).toBe(sample(id).response)
      expect((await state.findItems('app:other', [`msg_${id}`])).size).toBe(0)
      expect((await state.findItems('app:claims', [`msg_${id}`, 'msg_none'])).size).toBe(1)
      expect(await state.delete('app:nobody', id)).toBe(false)
      expect(await state.delete('app:other', id)).toBe(true)
      expect(await state.find('app:claims', id)).toBeDefined()
    }
  })

  test('what was deleted stays deleted, also when it was just being written', async () => {
    const { state } = bench(await open(responseMigrations))
    state.put(sample('resp_1'))
    await nextTurn()
    expect(await state.delete('app:claims', 'resp_1')).toBe(true)
    await state.flush()
    expect(await state.find('app:claims', 'resp_1')).toBeUndefined()
    expect((await state.findItems('app:claims', ['msg_resp_1'])).size).toBe(0)
    expect(await state.delete('app:claims', 'resp_1')).toBe(false)
  })

  test('the newest of an id counts, also within a batch', async () => {
    const database = await open(responseMigrations)
    const { state } = bench(database)
    state.put(sample('resp_1'))
    await state.flush()
    state.put(sample('resp_1', { response: '{"second":1}' }))
    state.put(sample('resp_1', { response: '{"third":1}' }))
    await state.flush()
    expect((await bench(database).state.find('app:claims', 'resp_1'))?.response).toBe('{"third":1}')
  })

  test('many are written in batches, each with many items', async () => {
    const database = await open(responseMigrations)
    const { state } = bench(database)
    const items = Array.from({ length: 250 }, (_, index) => ({ id: `fc_${index}`, item: '{}' }))
    for (let index = 0; index < 120; index++) state.put(sample(`resp_${index}`, index === 7 ? { items } : {}))
    await state.flush()
    const fresh = bench(database).state
    expect(await fresh.find('app:claims', 'resp_119')).toBeDefined()
    expect(
      (
        await fresh.findItems(
          'app:claims',
          items.map(({ id }) => id),
        )
      ).size,
    ).toBe(250)
  })

  test('after thirty days it is gone, and its rows with it', async () => {
    const database = await open(responseMigrations)
    const { state, clock } = bench(database)
    state.put(sample('resp_1'))
    state.put(sample('resp_2', { expiresAt: NOW + 31 * DAY }))
    await state.flush()
    await clock.advance(30 * DAY)
    expect(await state.find('app:claims', 'resp_1')).toBeUndefined()
    expect(await state.find('app:claims', 'resp_2')).toBeDefined()
    expect((await state.findItems('app:claims', ['msg_resp_1', 'msg_resp_2'])).size).toBe(1)
    await state.stop()
    // The hourly cleaning may have been busy with an earlier hour when the last one struck.
    await deleteExpiredResponses(database, NOW + 30 * DAY)
    expect(await deleteExpiredResponses(database, NOW + 31 * DAY)).toBe(1)
  })

  test('a database that is away loses nothing that fits in memory, and is said to be away', async () => {
    const away = { isAway: true }
    const { state, clock, problems } = bench(failing(await open(responseMigrations), away))
    state.put(sample('resp_1'))
    await nextTurn()
    await clock.advance(1)
    expect(problems).toEqual(['stored responses cannot be written: away'])
    expect(await state.find('app:claims', 'resp_1')).toBeDefined()
    expect(await state.find('app:claims', 'resp_2').catch((error: Error) => error.message)).toStartWith('not_ready')
    away.isAway = false
    await clock.advance(1_000)
    await state.flush()
    expect(await state.find('app:claims', 'resp_1')).toBeDefined()
  })

  test('what waits is bounded: the oldest is given up, and that is told', async () => {
    const { state, problems } = bench(failing(await open(responseMigrations), { isAway: true }))
    const large = 'x'.repeat(20 * 1_048_576)
    for (const id of ['resp_1', 'resp_2', 'resp_3', 'resp_4']) state.put(sample(id, { input: large }))
    expect(problems).toEqual(['a response was not kept: too many wait for the database'])
    expect(await state.find('app:claims', 'resp_4')).toBeDefined()
    await state.stop()
  })
})

test('pages of input items hold every item once, in either order, with the same ids each time', () => {
  const input = JSON.stringify([
    { role: 'user', content: 'x' },
    { id: 'fc_1', type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
    { type: 'function_call_output', call_id: 'c', output: 'ok' },
  ])
  const stored = sample('resp_ab', { input })
  for (const order of ['asc', 'desc']) {
    const ids: string[] = []
    for (let after = ''; ; ) {
      const query = new URLSearchParams({ order, limit: '1', ...(after && { after }) })
      const page = inputItemsPage(stored, query) as { data: { id: string }[]; has_more: boolean; last_id: string }
      ids.push(...page.data.map(({ id }) => id))
      after = page.last_id
      if (!page.has_more) break
    }
    const expected = ['msg_ab0000', 'fc_1', 'fco_ab0002']
    expect(ids).toEqual(order === 'asc' ? expected : expected.reverse())
  }
  for (const wrong of ['limit=0', 'limit=101', 'order=up', 'after=none'])
    expect(() => inputItemsPage(stored, new URLSearchParams(wrong))).toThrow('invalid_request')
})
