import { describe, expect, test } from 'bun:test'
import { seededRandom } from '../../lib/random.ts'
import { type InProcessCoordinator, inProcessCoordinator } from './in-process.ts'

const wish = (amount: number, limit = 100, periodStart = 0) => ({
  key: 'b',
  periodStart,
  expiresAt: periodStart + 1_000,
  amount,
  limit,
  nowMs: periodStart,
})

function used(coordinator: InProcessCoordinator): number {
  return coordinator.hold(wish(0)).used
}

describe('money', () => {
  test('of fifty parallel calls with budget for one, one is let in', () => {
    const coordinator = inProcessCoordinator()
    const answers = Array.from({ length: 50 }, () => coordinator.hold(wish(60)))
    expect(answers.filter((answer) => answer.granted)).toHaveLength(1)
  })

  test('in any interleaving the overshoot is at most what the open holds cost beyond their estimate', () => {
    for (let seed = 1; seed <= 200; seed++) simulate(seed)
  })

  test('a hold ends once: settling or releasing again changes nothing', () => {
    const coordinator = inProcessCoordinator()
    const { hold } = coordinator.hold(wish(40))
    hold?.settle(30)
    hold?.settle(30)
    hold?.release()
    expect(used(coordinator)).toBe(30)
    const second = coordinator.hold(wish(40)).hold
    second?.release()
    second?.release()
    second?.settle(10)
    expect(used(coordinator)).toBe(30)
  })

  test('a new period begins with nothing spent, and holds of the old one do not touch it', () => {
    const coordinator = inProcessCoordinator()
    const old = coordinator.hold(wish(90)).hold
    expect(coordinator.hold(wish(90, 100, 5_000)).granted).toBe(true)
    old?.settle(90)
    expect(coordinator.hold(wish(5, 100, 5_000))).toMatchObject({ granted: true, used: 90 })
  })

  test('a changed amount takes effect at once and what was spent is kept', () => {
    const coordinator = inProcessCoordinator()
    coordinator.hold(wish(80)).hold?.settle(80)
    expect(coordinator.hold(wish(30, 100)).granted).toBe(false)
    expect(coordinator.hold(wish(30, 200)).granted).toBe(true)
    expect(coordinator.hold(wish(1, 50)).granted).toBe(false)
  })

  test('what costs nothing passes when the budget is spent', () => {
    const coordinator = inProcessCoordinator()
    coordinator.hold(wish(100)).hold?.settle(140)
    expect(coordinator.hold(wish(1)).granted).toBe(false)
    expect(coordinator.hold(wish(0)).granted).toBe(true)
  })

  test('a cost that is no number counts as what was held', () => {
    const coordinator = inProcessCoordinator()
    coordinator.hold(wish(70)).hold?.settle(Number.NaN)
    expect(used(coordinator)).toBe(70)
    expect(coordinator.hold(wish(Number.NaN)).granted).toBe(false)
  })

  test('a period is primed once, and counts nothing twice that was settled here before', () => {
    const coordinator = inProcessCoordinator()
    coordinator.hold(wish(10)).hold?.settle(10)
    coordinator.prime({ key: 'b', periodStart: 0, expiresAt: 1_000, spent: 50, nowMs: 0 })
    coordinator.prime({ key: 'b', periodStart: 0, expiresAt: 1_000, spent: 70, nowMs: 0 })
    expect(used(coordinator)).toBe(50)
    expect(coordinator.isPrimed('b', 0)).toBe(true)
  })

  test('an account with an open hold is never forgotten', () => {
    const coordinator = inProcessCoordinator()
    const { hold } = coordinator.hold(wish(10))
    for (let index = 0; index < 1_000; index++) {
      coordinator.hold({ ...wish(0), key: `other-${index}`, nowMs: 10_000 + index, expiresAt: 10_000 }).hold?.release()
    }
    expect(coordinator.size()).toBeLessThan(20)
    expect(used(coordinator)).toBe(10)
    hold?.settle(4)
    expect(used(coordinator)).toBe(4)
  })
})

/** Fifty calls that begin and end in random order; after every step the books are compared with an exact account. */
function simulate(seed: number): void {
  const random = seededRandom(seed)
  const coordinator = inProcessCoordinator()
  const limit = 1 + Math.floor(random.fraction() * 200)
  const open: {
    readonly settle: (actual: number) => unknown
    readonly release: () => unknown
    readonly amount: number
  }[] = []
  let spent = 0
  let excess = 0
  let started = 0
  while (started < 50 || open.length > 0) {
    if (started < 50 && random.fraction() < 0.6) {
      started += 1
      const before = spent + open.reduce((sum, hold) => sum + hold.amount, 0)
      const answer = coordinator.hold(wish(1 + Math.floor(random.fraction() * 100), limit))
      expect(answer.used).toBe(before)
      if (answer.hold) open.push(answer.hold)
    } else {
      const [hold] = open.splice(Math.floor(random.fraction() * open.length), 1)
      if (!hold) continue
      const actual = Math.floor(random.fraction() * 150)
      if (random.fraction() < 0.2) hold.release()
      else {
        hold.settle(actual)
        spent += actual
        excess += Math.max(0, actual - hold.amount)
      }
      hold.release()
      hold.settle(99)
    }
    expect(used(coordinator)).toBeGreaterThanOrEqual(0)
    expect(used(coordinator)).toBe(spent + open.reduce((sum, hold) => sum + hold.amount, 0))
    expect(used(coordinator)).toBeLessThanOrEqual(limit + excess)
  }
  expect(used(coordinator)).toBe(spent)
}

describe('concurrency', () => {
  test('at most the limit are inside, a leaver makes room, and leaving too often frees nobody else', () => {
    const coordinator = inProcessCoordinator()
    expect(coordinator.enter('c', 2)).toEqual({ granted: true, active: 1 })
    expect(coordinator.enter('c', 2)).toEqual({ granted: true, active: 2 })
    expect(coordinator.enter('c', 2)).toEqual({ granted: false, active: 2 })
    coordinator.leave('c')
    expect(coordinator.enter('c', 2).granted).toBe(true)
    for (let index = 0; index < 5; index++) coordinator.leave('c')
    expect(coordinator.size()).toBe(0)
    expect(coordinator.enter('c', 1).active).toBe(1)
  })
})
