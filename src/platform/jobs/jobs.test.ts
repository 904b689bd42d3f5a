import { expect, test } from 'bun:test'
import { manualClock } from '../../lib/clock.ts'
import { seededRandom } from '../../lib/random.ts'
import type { Database } from '../storage/index.ts'
import { describeEngines } from '../storage/testing.ts'
import { jobsMigrations } from './jobs.store.ts'
import { type JobHandler, type JobsOptions, jobs } from './jobs.ts'

describeEngines('jobs', (open) => {
  const clock = manualClock()
  const node = (database: Database, name: string, handlers: JobsOptions['handlers']) =>
    jobs({ database, clock, random: seededRandom(1), node: name, handlers, leaseMs: 60_000 })
  const counting = () => {
    const seen: unknown[] = []
    const handler: JobHandler = async (payload) => {
      seen.push(payload)
    }
    return { seen, handler }
  }

  test('a job runs once, when it is due, with what it was told', async () => {
    const { seen, handler } = counting()
    const one = node(await open(jobsMigrations), 'a', { mail: handler })
    await one.enqueue({ id: 'm1', kind: 'mail', payload: { to: 'ann' }, runAt: clock.now() + 1_000 })
    expect(await one.runDue()).toBe(0)
    await clock.advance(1_000)
    expect(await one.runDue()).toBe(1)
    expect(await one.runDue()).toBe(0)
    expect(seen).toEqual([{ to: 'ann' }])
    expect(await one.find('m1')).toBeUndefined()
  })

  test('two nodes that look at the same moment do each job once between them', async () => {
    const database = await open(jobsMigrations)
    const { seen, handler } = counting()
    const nodes = ['a', 'b'].map((name) => node(database, name, { work: handler }))
    for (let index = 0; index < 8; index++) await nodes[0]?.enqueue({ id: `w${index}`, kind: 'work', payload: index })
    await Promise.all(nodes.map((one) => one.runDue()))
    expect([...seen].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  })

  test('a recurring job asked for twice is there once and comes back after its interval', async () => {
    const { seen, handler } = counting()
    const one = node(await open(jobsMigrations), 'a', { tidy: handler })
    await one.enqueue({ id: 'tidy', kind: 'tidy', everyMs: 10_000 })
    await one.enqueue({ id: 'tidy', kind: 'tidy', everyMs: 10_000 })
    expect(await one.runDue()).toBe(1)
    expect(await one.runDue()).toBe(0)
    await clock.advance(10_000)
    expect(await one.runDue()).toBe(1)
    expect(seen.length).toBe(2)
  })

  test('a failed job says why, waits longer each time, and is done when it succeeds', async () => {
    let fails = 2
    const handler: JobHandler = async () => {
      if (fails-- > 0) throw new Error('mail server away')
    }
    const one = node(await open(jobsMigrations), 'a', { mail: handler })
    await one.enqueue({ id: 'm', kind: 'mail' })
    await one.runDue()
    expect(await one.find('m')).toMatchObject({ failures: 1, last_error: 'mail server away' })
    expect(await one.runDue()).toBe(0)
    await clock.advance(5_000)
    await one.runDue()
    expect(await one.find('m')).toMatchObject({ failures: 2 })
    await clock.advance(10_000)
    expect(await one.runDue()).toBe(1)
    expect(await one.find('m')).toBeUndefined()
  })

  test('the job of a node that died is taken over when its lease has run out, and not before', async () => {
    const database = await open(jobsMigrations)
    const { seen, handler } = counting()
    const dead = jobs({
      database,
      clock: { ...clock, every: () => ({ cancel: () => undefined }) },
      random: seededRandom(1),
      node: 'dead',
      handlers: { work: () => new Promise(() => undefined) },
    })
    const alive = node(database, 'alive', { work: handler })
    await alive.enqueue({ id: 'w', kind: 'work' })
    void dead.runDue()
    while (((await alive.find('w')) as { leased_by?: string })?.leased_by !== 'dead') await clock.advance(0)
    expect(await alive.runDue()).toBe(0)
    await clock.advance(60_001)
    expect(await alive.runDue()).toBe(1)
    expect(seen.length).toBe(1)
  })

  test('a stopping node tells its handler and waits for it', async () => {
    const database = await open(jobsMigrations)
    let told = false
    let begun: () => void = () => undefined
    const beginning = new Promise<void>((resolve) => {
      begun = resolve
    })
    const one = node(database, 'a', {
      work: (_, signal) =>
        new Promise((resolve) => {
          begun()
          signal.addEventListener('abort', () => {
            told = true
            resolve()
          })
        }),
    })
    await one.enqueue({ id: 'w', kind: 'work' })
    const run = one.runDue()
    await beginning
    await one.stop()
    expect(told).toBe(true)
    await run
  })
})
