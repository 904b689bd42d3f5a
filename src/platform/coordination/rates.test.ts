import { describe, expect, test } from 'bun:test'
import { seededRandom } from '../../lib/random.ts'
import { inProcessCoordinator } from './in-process.ts'

const MINUTE = 60_000
const START = 1_750_000_020_000 - (1_750_000_020_000 % MINUTE)

const one = (nowMs: number, amount = 1, limit = 10) => ({ key: 'r', amount, limit, perMs: MINUTE, nowMs })

describe('rates', () => {
  test('a limit of ten lets ten through and refuses the eleventh with the time to wait', () => {
    const coordinator = inProcessCoordinator()
    for (let index = 0; index < 10; index++) {
      expect(coordinator.take(one(START))).toMatchObject({ granted: true, remaining: 9 - index })
    }
    const refused = coordinator.take(one(START + 1_000))
    expect(refused).toMatchObject({ granted: false, remaining: 0 })
    expect(refused.retryAfterMs).toBeGreaterThan(0)
  })

  test('after the time to wait the amount fits, and not a second before', () => {
    const random = seededRandom(7)
    for (let round = 0; round < 300; round++) {
      const coordinator = inProcessCoordinator()
      let now = START + Math.floor(random.fraction() * MINUTE)
      for (;;) {
        const answer = coordinator.take(one(now, 1 + Math.floor(random.fraction() * 4)))
        if (!answer.granted) break
        now += Math.floor(random.fraction() * 9_000)
      }
      const amount = 1 + Math.floor(random.fraction() * 9)
      const refused = coordinator.take(one(now, amount))
      if (refused.granted) continue
      const wait = refused.retryAfterMs ?? Number.NaN
      if (wait > 1_000) expect(coordinator.take(one(now + wait - 1_000, amount)).granted).toBe(false)
      expect(coordinator.take(one(now + wait, amount)).granted).toBe(true)
    }
  })

  test('two windows side by side never give twice the limit at their border', () => {
    const coordinator = inProcessCoordinator()
    let granted = 0
    for (let at = START + MINUTE - 500; at < START + MINUTE + 500; at += 10) {
      if (coordinator.take(one(at)).granted) granted += 1
    }
    expect(granted).toBeLessThanOrEqual(11)
  })

  test('an amount larger than the limit is refused without a time to wait', () => {
    const answer = inProcessCoordinator().take(one(START, 11))
    expect(answer.granted).toBe(false)
    expect(answer.retryAfterMs).toBeUndefined()
  })

  test('what is given back may be taken again, and a late give-back touches no later window', () => {
    const coordinator = inProcessCoordinator()
    coordinator.take(one(START, 10))
    coordinator.correct({ key: 'r', perMs: MINUTE, delta: -6, takenAtMs: START, nowMs: START + 5 })
    expect(coordinator.take(one(START + 6, 6)).granted).toBe(true)
    const later = START + 3 * MINUTE
    coordinator.take(one(later, 10))
    coordinator.correct({ key: 'r', perMs: MINUTE, delta: -10, takenAtMs: START, nowMs: later })
    expect(coordinator.take(one(later)).granted).toBe(false)
  })

  test('giving back more than was taken never makes a counter negative', () => {
    const coordinator = inProcessCoordinator()
    coordinator.take(one(START, 2))
    coordinator.correct({ key: 'r', perMs: MINUTE, delta: -50, takenAtMs: START, nowMs: START })
    expect(coordinator.take(one(START, 1)).remaining).toBe(9)
  })

  test('a forced take counts and still says that it did not fit', () => {
    const coordinator = inProcessCoordinator()
    coordinator.take(one(START, 10))
    expect(coordinator.take({ ...one(START), force: true }).granted).toBe(false)
    expect(coordinator.take(one(START)).remaining).toBe(0)
  })

  test('idle counters are forgotten: many keys over time leave a bounded memory', () => {
    const coordinator = inProcessCoordinator()
    let largest = 0
    for (let index = 0; index < 200_000; index++) {
      coordinator.take({ key: `user-${index}`, amount: 1, limit: 5, perMs: 1_000, nowMs: START + index })
      largest = Math.max(largest, coordinator.size())
    }
    expect(largest).toBeLessThan(6_000)
  })
})
