import { expect, test } from 'bun:test'
import { manualClock } from '../../lib/clock.ts'
import { GatewayError } from '../../lib/errors.ts'
import { idMaker } from '../../lib/ids.ts'
import { seededRandom } from '../../lib/random.ts'
import { describeEngines } from '../../platform/storage/testing.ts'
import { auditMigrations, openAudit } from '../audit/index.ts'
import { APPROVALS_MIGRATIONS, digestOfItems, reviews } from './index.ts'

const ORIGIN = { actor: 'user:max' }
const item = (name: string) => ({ kind: 'Grant', name, subject: 'team:claims', what: 'use on model:x', digest: 'd' })

describeEngines('reviews of access', (open) => {
  async function prepare(items = 2_500) {
    const clock = manualClock(1_750_000_000_000)
    const database = await open([...auditMigrations, ...APPROVALS_MIGRATIONS], clock)
    const audit = openAudit({ database, clock, seed: new Uint8Array(32) })
    const service = reviews({ database, audit, clock, ids: idMaker(clock, seededRandom(1)) })
    const review = await service.open({
      name: 'Summer',
      team: 'claims',
      opened_by: 'user:max',
      due_at: null,
      items: Array.from({ length: items }, (_, place) => item(`g${place}`)),
      origin: ORIGIN,
    })
    return { clock, audit, service, id: review.id, review }
  }
  const code = (work: Promise<unknown>) =>
    work.then(
      () => 'done',
      (cause: unknown) => (cause instanceof GatewayError ? cause.code : String(cause)),
    )
  const keep = { decision: 'keep', by: 'user:max', origin: ORIGIN } as const

  test('holds what it was opened with, in order and in pages', async () => {
    const { service, id, review } = await prepare()
    expect(review).toMatchObject({ items: 2_500, undecided: 2_500, revoked: 0, state: 'open' })
    const page = await service.items(id, { limit: 2, after: 2_497 })
    expect(page.map(({ number, name }) => [number, name])).toEqual([
      [2_498, 'g2497'],
      [2_499, 'g2498'],
    ])
    expect((await service.list(['claims'], { limit: 5 })).map((row) => row.id)).toEqual([id])
    expect(await service.list(['sales'], { limit: 5 })).toEqual([])
    expect(await service.list([], { limit: 5 })).toEqual([])
  })

  test('is signed once, when everything is decided, and not if something was decided otherwise meanwhile', async () => {
    const { service, id, audit } = await prepare(2)
    const sign = async (digest?: string) => {
      const items = await service.items(id, { limit: 10, after: 0 })
      return service.closeAlone(id, {
        by: 'user:max',
        revision: 4,
        digest: digest ?? digestOfItems(items),
        origin: ORIGIN,
      })
    }
    await service.decide(id, 1, keep)
    expect(await code(sign())).toBe('conflict')
    await service.decide(id, 2, keep)
    const before = digestOfItems(await service.items(id, { limit: 10, after: 0 }))
    await service.decide(id, 2, { ...keep, decision: 'revoke', note: 'Left.' })
    expect(await code(sign(before))).toBe('conflict')
    expect(await service.find(id)).toMatchObject({ state: 'open', undecided: 0, revoked: 1 })
    expect(await code(sign())).toBe('done')
    expect(await service.find(id)).toMatchObject({ state: 'closed', closed_by: 'user:max', revision: 4 })
    expect(await code(sign())).toBe('conflict')
    expect(await code(service.decide(id, 1, keep))).toBe('conflict')
    const [signed] = await audit.list({ filter: {}, limit: 1 })
    expect(signed).toMatchObject({ action: 'review.sign', object: id })
  })

  test('what is not in it cannot be decided', async () => {
    const { service, id } = await prepare(1)
    expect(await code(service.decide(id, 2, keep))).toBe('not_found')
    expect(await code(service.decide('rvw_none', 1, keep))).toBe('not_found')
  })
})
