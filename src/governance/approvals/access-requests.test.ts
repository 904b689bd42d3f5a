import { expect, test } from 'bun:test'
import { manualClock } from '../../lib/clock.ts'
import { GatewayError } from '../../lib/errors.ts'
import { idMaker } from '../../lib/ids.ts'
import { seededRandom } from '../../lib/random.ts'
import { describeEngines } from '../../platform/storage/testing.ts'
import { auditMigrations, openAudit } from '../audit/index.ts'
import { APPROVALS_MIGRATIONS, accessRequests } from './index.ts'

const ORIGIN = { actor: 'user:ann' }
const ASKED = {
  requester: 'user:ann',
  principal: 'user:ann',
  team: 'claims',
  action: 'use',
  resource: 'model:large',
  reason: 'For the pilot.',
  days: 7,
  origin: ORIGIN,
} as const

describeEngines('requests for access', (open) => {
  async function prepare() {
    const clock = manualClock(1_750_000_000_000)
    const database = await open([...auditMigrations, ...APPROVALS_MIGRATIONS], clock)
    const audit = openAudit({ database, clock, seed: new Uint8Array(32) })
    const requests = accessRequests({ database, audit, clock, ids: idMaker(clock, seededRandom(1)) })
    return { clock, database, audit, requests }
  }
  const code = (work: Promise<unknown>) =>
    work.then(
      () => 'done',
      (cause: unknown) => (cause instanceof GatewayError ? cause.code : String(cause)),
    )

  test('the same is asked once at a time, also by two at once; after its end it can be asked again', async () => {
    const { requests } = await prepare()
    const outcomes = await Promise.all([code(requests.ask(ASKED)), code(requests.ask(ASKED))])
    expect(outcomes.sort()).toEqual(['conflict', 'done'])
    const [waiting] = await requests.list({ state: 'pending' }, { limit: 10 })
    if (!waiting) throw new Error('nothing waits')
    await requests.end(waiting.id, 'withdrawn', { decidedBy: 'user:ann', origin: ORIGIN })
    expect(await code(requests.ask(ASKED))).toBe('done')
  })

  test('a request ends once, and an approval that comes too late undoes what it was made with', async () => {
    const { requests, database } = await prepare()
    const { id } = await requests.ask(ASKED)
    const deciding = { decidedBy: 'user:max', origin: ORIGIN, grant: { name: 'access-1', ends: 5 } }
    await database.transaction(requests.approve(id, deciding))
    expect(await requests.find(id)).toMatchObject({ state: 'approved', grant_name: 'access-1', grant_ends: 5 })
    expect(await code(database.transaction(requests.approve(id, deciding)))).toBe('conflict')
    expect(await code(requests.end(id, 'declined', deciding))).toBe('conflict')
    expect(await code(requests.end('acr_none', 'declined', deciding))).toBe('not_found')
  })

  test('lists go by state, by page and by whose they are', async () => {
    const { requests, clock } = await prepare()
    const ids: string[] = []
    for (const [place, principal] of ['user:ann', 'user:bob', 'app:portal'].entries()) {
      await clock.advance(1_000)
      const team = place === 1 ? 'sales' : 'claims'
      ids.unshift((await requests.ask({ ...ASKED, principal, team, requester: principal })).id)
    }
    const listed = async (within: { principals?: string[]; teams?: string[]; requesters?: string[] } | undefined) => {
      const filter = within && { principals: [], teams: [], requesters: [], ...within }
      return (await requests.list({ within: filter }, { limit: 10 })).map(({ principal }) => principal)
    }
    expect(await listed(undefined)).toEqual(['app:portal', 'user:bob', 'user:ann'])
    expect(await listed({ teams: ['claims'] })).toEqual(['app:portal', 'user:ann'])
    expect(await listed({ principals: ['user:bob'], requesters: ['user:ann'] })).toEqual(['user:bob', 'user:ann'])
    expect(await listed({})).toEqual([])
    const second = await requests.list({}, { limit: 1, before: ids[0] })
    expect(second.map(({ id }) => id)).toEqual([ids[1] ?? ''])
    expect(await requests.list({ state: 'approved' }, { limit: 10 })).toEqual([])
  })

  test('nobody floods whoever decides, and every step is told in the audit log', async () => {
    const { requests, audit } = await prepare()
    const first = await requests.ask(ASKED)
    for (let number = 1; number < 50; number++) await requests.ask({ ...ASKED, resource: `model:m${number}` })
    expect(await code(requests.ask({ ...ASKED, resource: 'model:more' }))).toBe('rate_limited')
    await requests.end(first.id, 'declined', {
      decidedBy: 'user:max',
      note: 'Too dear.',
      origin: { actor: 'user:max' },
    })
    const entries = await audit.list({ filter: {}, limit: 2 })
    expect(entries.map(({ action, object }) => [action, object])).toEqual([
      ['access.decline', first.id],
      ['access.request', expect.stringMatching(/^acr_/)],
    ])
  })
})
