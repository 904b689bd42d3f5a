import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { operationsAnswer } from '../../contract/operations.ts'
import { usageAnswer } from '../../contract/usage.ts'
import { auditMigrations, openAudit } from '../../governance/audit/index.ts'
import { openLedger, usageMigrations } from '../../governance/usage/index.ts'
import { sampleRecord } from '../../governance/usage/testing.ts'
import { manualClock } from '../../lib/clock.ts'
import { seededRandom } from '../../lib/random.ts'
import { describeEngines } from '../../platform/storage/testing.ts'
import type { ControlRequest } from '../route-types.ts'
import { OWNER } from '../testing.ts'
import { operationRoutes } from './operations.ts'
import { usageRoutes } from './usage.ts'

const root = mkdtempSync(join(tmpdir(), 'gatehouse-operations-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let made = 0

const AT = 1_750_000_000_000
const routes = [...operationRoutes, ...usageRoutes]

describeEngines('operations and usage over the control API', (open) => {
  const prepare = async () => {
    const database = await open([...usageMigrations, ...auditMigrations])
    const clock = manualClock(AT + 60_000)
    const directory = join(root, String(++made))
    const audit = openAudit({ database, clock, seed: new Uint8Array(32) })
    const ledger = openLedger({ directory, database, clock, random: seededRandom(1) })
    const get = async (path: string, as: Partial<Pick<ControlRequest, 'rights' | 'reach'>> = {}) => {
      const url = new URL(path, 'http://gate')
      const [, folder, id] = /^(.*\/(?:operations|decisions))\/([^/]+)$/.exec(url.pathname) ?? []
      const route = routes.find((one) => one.path === (folder ? `${folder}/:id` : url.pathname))
      if (!route) throw new Error(`no route for ${path}`)
      const caller = { principal: 'user:ann', teams: [], administrator: true }
      const request = {
        params: { id: id ?? '' },
        query: url.searchParams,
        body: undefined,
        headers: new Headers(),
        caller,
        ...OWNER,
        ...as,
      }
      return route.handle(request, { ledger, audit, clock, policy: { documentsAt: async () => undefined } })
    }
    return { ledger, audit, get }
  }

  test('the list reads its own writes, pages by cursor, and has the documented shape', async () => {
    const { ledger, get } = await prepare()
    for (let number = 0; number < 5; number++) ledger.append(sampleRecord(number))
    const first = operationsAnswer.parse((await get('/api/v1/operations?limit=3')).body)
    expect(first.items.map((item) => item.id)).toEqual([4, 3, 2].map((number) => sampleRecord(number).id))
    expect(first.items[0]).toMatchObject({
      at: '2025-06-15T15:06:44.000Z',
      costUsd: '0.000123456',
      costNanoUsd: 123_456,
    })
    const second = operationsAnswer.parse((await get(`/api/v1/operations?limit=3&cursor=${first.nextCursor}`)).body)
    expect(second.items.map((item) => item.id)).toEqual([1, 0].map((number) => sampleRecord(number).id))
    expect(second.nextCursor).toBeNull()
  })

  test('instants are taken as RFC 3339 and as epoch milliseconds', async () => {
    const { ledger, get } = await prepare()
    for (let number = 0; number < 5; number++) ledger.append(sampleRecord(number))
    for (const from of ['2025-06-15T15:06:43Z', '2025-06-15T17:06:43%2B02:00', String(AT + 3_000)]) {
      const page = operationsAnswer.parse((await get(`/api/v1/operations?from=${from}`)).body)
      expect(page.items.length).toBe(2)
    }
  })

  test('a parameter that is unknown or not valid is refused by its name', async () => {
    const { get } = await prepare()
    await expect(get('/api/v1/operations?modle=x')).rejects.toThrow('There is no parameter modle here')
    await expect(get('/api/v1/operations?limit=0')).rejects.toMatchObject({ code: 'invalid_request', param: 'limit' })
    await expect(get('/api/v1/operations?cursor=nonsense')).rejects.toMatchObject({ param: 'cursor' })
    await expect(get('/api/v1/usage?groupBy=colour')).rejects.toMatchObject({ param: 'groupBy' })
  })

  test('captured content is shown one operation at a time and to administrators only', async () => {
    const { ledger, audit, get } = await prepare()
    const record = sampleRecord(1, { content: { request: 'secret plan' } })
    ledger.append(record)
    expect(JSON.stringify((await get('/api/v1/operations')).body)).not.toContain('secret plan')
    expect(JSON.stringify((await get(`/api/v1/operations/${record.id}`)).body)).toContain('secret plan')
    const blind = {
      rights: {
        ...OWNER.rights,
        reach: (one: string) => (one === 'content:read' ? undefined : ('everything' as const)),
      },
    }
    expect(JSON.stringify((await get(`/api/v1/operations/${record.id}`, blind)).body)).not.toContain('secret plan')
    const told = await audit.list({ filter: {}, limit: 10 })
    expect(told.map(({ action, object }) => [action, object])).toEqual([['content.read', `operation:${record.id}`]])
    await expect(get('/api/v1/operations/op_0')).rejects.toMatchObject({ code: 'not_found' })
  })

  test('a decision is found by its id, with the reason and the rules', async () => {
    const { ledger, get } = await prepare()
    const decision = { effect: 'deny', rules: ['no-gpt'], reason: 'not for claims' } as const
    ledger.append(sampleRecord(1, { outcome: 'denied', decision }))
    const answer = await get(`/api/v1/decisions/${sampleRecord(1).decisionId}`)
    expect(answer.body).toMatchObject({ ...decision, resource: 'model:assistant', operationId: sampleRecord(1).id })
  })

  test('an export holds every operation that matches, over many pages, and no formula for a spreadsheet', async () => {
    const { ledger, get } = await prepare()
    for (let number = 0; number < 1_100; number++) ledger.append(sampleRecord(number, { session: '=1+1,"x"' }))
    await ledger.flush()
    const text = async (path: string) => new Response((await get(path)).body as ReadableStream<Uint8Array>).text()
    const lines = (await text('/api/v1/operations?format=ndjson')).trimEnd().split('\n')
    expect(new Set(lines.map((line) => JSON.parse(line).id)).size).toBe(1_100)
    const csv = (await text('/api/v1/operations?format=csv&from=1750000000000')).trimEnd().split('\r\n')
    expect(csv.length).toBe(1_101)
    expect(csv[1]).toContain(`"'=1+1,""x"""`)
  })

  test('usage is grouped, bucketed, filtered, and says the cost in dollars', async () => {
    const { ledger, get } = await prepare()
    ledger.append(sampleRecord(1, { team: 'a', cost: 1_500_000_000 }))
    ledger.append(sampleRecord(2, { team: 'b', outcome: 'failed' }))
    const { items } = usageAnswer.parse((await get('/api/v1/usage?groupBy=team,model&bucket=day')).body)
    expect(items.map((row) => [row.bucket, row.team, row.model, row.costUsd])).toEqual([
      ['2025-06-15T00:00:00.000Z', 'a', 'assistant', '1.5'],
      ['2025-06-15T00:00:00.000Z', 'b', 'assistant', '0.000123456'],
    ])
    expect(items[1]).toMatchObject({ operations: 1, outcomes: { failed: 1, succeeded: 0 }, meanFirstTokenMs: 210 })
    const one = usageAnswer.parse((await get('/api/v1/usage?team=b')).body)
    expect(one.items).toMatchObject([{ operations: 1 }])
  })

  test('who reaches a part sees the operations and the usage of that part, and nothing else is there', async () => {
    const { ledger, get } = await prepare()
    const mine = sampleRecord(1, { team: 'a', app: 'one' })
    const other = sampleRecord(2, { team: 'b', app: 'two', principal: 'app:two' })
    const person = sampleRecord(3, { team: 'b', app: undefined, user: 'ann', principal: 'user:ann' })
    const nobody = sampleRecord(4, { team: undefined, teams: [], app: undefined, principal: undefined })
    const robot = sampleRecord(5, { team: undefined, teams: [], app: undefined, principal: 'agent:bot' })
    for (const record of [mine, other, person, nobody, robot]) ledger.append(record)
    const cases: readonly [{ teams: readonly string[]; principals: readonly string[] }, readonly object[]][] = [
      [{ teams: ['a'], principals: [] }, [mine]],
      [{ teams: ['a'], principals: ['user:ann'] }, [person, mine]],
      [{ teams: [], principals: ['app:two'] }, [other]],
      [{ teams: ['a', 'b'], principals: [] }, [person, other, mine]],
      [{ teams: [], principals: [] }, []],
      [{ teams: [], principals: ['agent:bot'] }, [robot]],
      [{ teams: [''], principals: ['user:', 'agent:'] }, []],
    ]
    for (const [reach, seen] of cases) {
      const page = operationsAnswer.parse((await get('/api/v1/operations', { reach })).body)
      expect(page.items.map((item) => item.id)).toEqual(seen.map((record) => (record as { id: string }).id))
      const usage = usageAnswer.parse((await get('/api/v1/usage', { reach })).body)
      expect(usage.items.map((row) => row.operations)).toEqual(seen.length === 0 ? [] : [seen.length])
      for (const record of [mine, other, person, nobody, robot]) {
        const found = await get(`/api/v1/operations/${record.id}`, { reach }).then(
          () => true,
          () => false,
        )
        expect(found).toBe(seen.includes(record))
      }
    }
  })
})
