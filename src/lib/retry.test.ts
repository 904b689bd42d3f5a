import { expect, test } from 'bun:test'
import { manualClock } from './clock.ts'
import { seededRandom } from './random.ts'
import { backoffMs, retry } from './retry.ts'

test('waits grow, stay within half and whole of the ceiling, and never pass the maximum', () => {
  const random = seededRandom(3)
  for (let attempt = 1; attempt <= 20; attempt++) {
    const ceiling = Math.min(1_000, 50 * 2 ** (attempt - 1))
    const wait = backoffMs(attempt, random, { baseMs: 50, maxMs: 1_000 })
    expect(wait).toBeGreaterThanOrEqual(ceiling / 2)
    expect(wait).toBeLessThanOrEqual(ceiling)
  }
})

test('a task that fails twice succeeds at the third try, after two waits', async () => {
  const clock = manualClock()
  const startedAt = clock.now()
  const random = { ...seededRandom(1), fraction: () => 0 }
  const done = retry(
    async (attempt) => {
      if (attempt < 3) throw new Error('not yet')
      return clock.now() - startedAt
    },
    { clock, random, attempts: 3 },
  )
  await clock.advance(1_000)
  expect(await done).toBe(50 + 100)
})

test('the last failure is thrown, and a hopeless one at once', async () => {
  const clock = manualClock()
  const random = seededRandom(1)
  let tries = 0
  const failing = () => {
    tries++
    return Promise.reject(new Error(`try ${tries}`))
  }
  const done = retry(failing, { clock, random, attempts: 2 }).catch((error: Error) => error.message)
  await clock.advance(1_000)
  expect(await done).toBe('try 2')
  const hopeless = retry(failing, { clock, random, attempts: 9, isWorthwhile: () => false })
  expect(await hopeless.catch((error: Error) => error.message)).toBe('try 3')
})

test('an abort ends the waiting with its reason', async () => {
  const clock = manualClock()
  const abort = new AbortController()
  const failing = () => Promise.reject(new Error('no'))
  const done = retry(failing, { clock, random: seededRandom(1), attempts: 5, signal: abort.signal }).catch(String)
  await clock.advance(1)
  abort.abort('enough')
  expect(await done).toBe('enough')
})
