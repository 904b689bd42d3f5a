import { describe, expect, test } from 'bun:test'
import { z } from 'zod'
import { GatewayError } from '../../lib/errors.ts'
import { NANO_PER_USD } from '../../lib/money.ts'
import { seededRandom } from '../../lib/random.ts'
import { type Coordinator, type InProcessCoordinator, inProcessCoordinator } from '../../platform/coordination/index.ts'
import { defineKind, documentSet } from '../../platform/documents/index.ts'
import { resourceGroupKind } from '../access/index.ts'
import { appKind, type Caller, keyKind, teamKind } from '../identity/index.ts'
import {
  budgetKind,
  compileLimits,
  type Hold,
  limitKind,
  primeBudgets,
  type Reservation,
  type ReserveRequest,
  reserve,
  type SpendFilter,
} from './index.ts'

const model = defineKind({ kind: 'Model', summary: 'For the test.', schema: z.strictObject({}), example: '' })
const KINDS = [teamKind, appKind, keyKind, resourceGroupKind, model, limitKind, budgetKind]
const NOW = Date.parse('2026-06-15T12:00:00Z')
const USD = NANO_PER_USD
const MODELS =
  '---\nkind: Model\nmetadata: {name: big}\nspec: {}\n---\nkind: Model\nmetadata: {name: small}\nspec: {}\n'
const BASE = `
kind: Team
metadata: {name: operations}
---
kind: Team
metadata: {name: claims}
spec: {parent: operations}
---
kind: App
metadata: {name: portal}
spec: {team: claims}
---
kind: Key
metadata: {name: k}
spec: {for: 'app:portal', sha256: ${'a'.repeat(64)}}
${MODELS}`
const ANN: Caller = person('ann')

function person(name: string): Caller {
  return {
    principal: `user:${name}`,
    user: name,
    team: 'claims',
    teams: ['claims', 'operations'],
    administrator: false,
  }
}
const limit = (name: string, spec: string) => `---\nkind: Limit\nmetadata: {name: ${name}}\nspec: ${spec}\n`
const budget = (name: string, spec: string) => `---\nkind: Budget\nmetadata: {name: ${name}}\nspec: ${spec}\n`
const indexOf = (...documents: readonly string[]) => compileLimits(documentSet(KINDS, BASE + documents.join('')))

interface Desk {
  readonly coordinator: InProcessCoordinator
  readonly ask: (over?: Partial<ReserveRequest>) => Reservation
  readonly hold: (over?: Partial<ReserveRequest>) => Hold
}

function desk(...documents: readonly string[]): Desk {
  const coordinator = inProcessCoordinator()
  const index = indexOf(...documents)
  const ask = (over: Partial<ReserveRequest> = {}): Reservation => {
    const estimate = { inputTokens: 100, outputTokens: 100, cost: USD }
    const resource = { kind: 'model', name: 'big' }
    const outcome = reserve({ index, coordinator, caller: ANN, resource, estimate, nowMs: NOW, ...over })
    if (outcome instanceof Promise) throw new Error('in one process nothing is waited for')
    return outcome
  }
  const hold = (over: Partial<ReserveRequest> = {}): Hold => {
    const outcome = ask(over)
    if (outcome.kind !== 'held') throw new Error(`downgraded to ${outcome.to}`)
    return outcome
  }
  return { coordinator, ask, hold }
}

function refusal(work: () => unknown): GatewayError {
  try {
    work()
  } catch (cause) {
    if (cause instanceof GatewayError) return cause
    throw cause
  }
  throw new Error('nothing was refused')
}
const cost = (usd: number) => ({ estimate: { inputTokens: 0, outputTokens: 0, cost: usd * USD } })

describe('limits', () => {
  test('the request over the limit is refused, and the answer says which scope was hit and when to come back', () => {
    const { hold } = desk(limit('rpm', "{appliesTo: ['team:operations'], per: user, requests: 3/min}"))
    for (let count = 0; count < 3; count++) hold()
    const error = refusal(() => hold())
    expect(error.code).toBe('rate_limited')
    expect(error.facts).toEqual({ limit: 'rpm', scope: 'team:operations', per: 'user', counter: 'requests' })
    expect(error.retryAfterMs).toBeGreaterThan(0)
    expect(hold({ caller: person('bob') }).kind).toBe('held')
  })

  test('without `per` everybody in the scope shares one counter', () => {
    const { hold } = desk(limit('rpm', '{appliesTo: [org], requests: 2/min}'))
    hold()
    hold({ caller: person('bob') })
    expect(refusal(() => hold({ caller: person('eve') })).code).toBe('rate_limited')
  })

  test('tokens are held by the estimate and set right when the call ends', () => {
    const { hold } = desk(limit('tpm', '{appliesTo: [org], tokens: 1000/min}'))
    const estimate = { inputTokens: 100, outputTokens: 800, cost: 0 }
    const first = hold({ estimate })
    expect(refusal(() => hold({ estimate })).facts).toMatchObject({ counter: 'tokens' })
    first.settle({ tokens: 150, cost: 0 })
    expect(hold({ estimate: { inputTokens: 850, outputTokens: 0, cost: 0 } }).kind).toBe('held')
    const tooLarge = refusal(() => hold({ estimate: { inputTokens: 1_001, outputTokens: 0, cost: 0 } }))
    expect(tooLarge.retryAfterMs).toBeUndefined()
    expect(tooLarge.publicMessage).toContain('smaller')
  })

  test('at most so many calls are in flight, whether they end well or are given up', () => {
    const { hold } = desk(limit('two', '{appliesTo: [org], concurrency: 2}'))
    const first = hold()
    const second = hold()
    expect(refusal(() => hold()).code).toBe('concurrency_limited')
    first.settle({ tokens: 1, cost: 1 })
    first.release()
    const third = hold()
    expect(refusal(() => hold()).code).toBe('concurrency_limited')
    second.release()
    third.release()
    expect([hold(), hold()].length).toBe(2)
  })

  test('a limit on a model, by name, by pattern or by group, touches no other', () => {
    const group = '---\nkind: ResourceGroup\nmetadata: {name: dear}\nspec: {select: [{kind: Model, names: [big]}]}\n'
    for (const spec of [
      "{appliesTo: ['model:big'], requests: 1/min}",
      "{appliesTo: ['group:dear'], requests: 1/min}",
      "{appliesTo: [org], on: ['model:b*'], requests: 1/min}",
      '{appliesTo: [org], per: model, requests: 1/min}',
    ]) {
      const { hold } = desk(group, limit('l', spec))
      hold()
      expect(refusal(() => hold()).code).toBe('rate_limited')
      expect(hold({ resource: { kind: 'model', name: 'small' } }).kind).toBe('held')
    }
  })

  test('monitor mode refuses nothing and says what it would have refused', () => {
    const { hold } = desk(
      limit('watch', '{appliesTo: [org], requests: 1/min, concurrency: 1, mode: monitor}'),
      budget('watched', '{appliesTo: [org], amount: 1 USD, period: day, mode: monitor}'),
    )
    expect(hold().wouldHave).toEqual([])
    const second = hold()
    expect([...second.wouldHave].sort()).toEqual([
      'watch: concurrency_limited',
      'watch: rate_limited',
      'watched: budget_exceeded',
    ])
    expect(second.rateHeaders()).toEqual({})
    expect(second.budgetRemaining).toBeUndefined()
  })

  test('the headers tell of the limit with the least left, in the form that clients know', () => {
    const { hold } = desk(
      limit('wide', '{appliesTo: [org], requests: 100/min, tokens: 1000/min}'),
      limit('narrow', '{appliesTo: [org], requests: 5/h}'),
    )
    expect(hold().rateHeaders()).toMatchObject({
      'x-ratelimit-limit-requests': '5',
      'x-ratelimit-remaining-requests': '4',
      'x-ratelimit-limit-tokens': '1000',
      'x-ratelimit-remaining-tokens': '800',
      'x-ratelimit-reset-tokens': '2m0s',
    })
  })

  test('when one refuses, everything taken before is given back', () => {
    const { hold, coordinator } = desk(
      limit('calls', '{appliesTo: [org], requests: 5/min, tokens: 5000/min, concurrency: 5}'),
      budget('purse', '{appliesTo: [org], amount: 3 USD, period: day}'),
      budget('small-purse', "{appliesTo: ['user:ann'], amount: 1 USD, period: day}"),
    )
    for (let count = 0; count < 50; count++) expect(refusal(() => hold(cost(2))).code).toBe('budget_exceeded')
    const bob = person('bob')
    const free = Array.from({ length: 5 }, () => hold({ caller: bob, ...cost(0) }))
    for (const one of free) one.release()
    expect(budgetLeft(coordinator)).toBe(3 * USD)
    expect(coordinator.enter('calls calls ', 1).active).toBe(1)
  })
})

describe('budgets', () => {
  test('of fifty parallel calls with budget for one, one is let in, and after settling nothing is overspent', () => {
    const { hold } = desk(budget('b', '{appliesTo: [org], amount: 1 USD, period: month}'))
    const held = Array.from({ length: 50 }, () => {
      try {
        return hold()
      } catch {
        return undefined
      }
    }).filter((one) => one !== undefined)
    expect(held).toHaveLength(1)
    held[0]?.settle({ tokens: 1, cost: 0.4 * USD })
    held[0]?.settle({ tokens: 1, cost: 0.4 * USD })
    expect(held[0]?.budgetRemaining).toBe(0.6 * USD)
  })

  test('in random races of fifty calls the overshoot is at most what calls in flight cost beyond their holds', () => {
    for (let seed = 1; seed <= 60; seed++) race(seed)
  })

  test('a refusal names the budget and says when the next period begins, if that would help', () => {
    const { hold } = desk(budget('b', "{appliesTo: ['team:claims'], per: user, amount: 1 USD, period: day}"))
    hold()
    const error = refusal(() => hold())
    expect(error).toMatchObject({ code: 'budget_exceeded', retryAfterMs: 12 * 3_600_000 })
    expect(error.facts).toEqual({ limit: 'b', scope: 'team:claims', per: 'user', period: 'day' })
    expect(refusal(() => hold(cost(2))).retryAfterMs).toBeUndefined()
    expect(hold({ nowMs: NOW + 12 * 3_600_000 }).budgetRemaining).toBe(0)
  })

  test('a changed amount takes effect at once and what was spent is kept', () => {
    const spec = (usd: number) => budget('b', `{appliesTo: [org], amount: ${usd} USD, period: month}`)
    const { hold } = desk(spec(2))
    hold().settle({ tokens: 1, cost: 2 * USD })
    expect(refusal(() => hold()).code).toBe('budget_exceeded')
    expect(hold({ index: indexOf(spec(5)) }).budgetRemaining).toBe(2 * USD)
    expect(refusal(() => hold({ index: indexOf(spec(1)) })).code).toBe('budget_exceeded')
  })

  test('a spent budget that offers a cheaper model says so, and blocks who uses it already', () => {
    const { ask } = desk(
      budget('b', '{appliesTo: [org], amount: 1 USD, period: month, atLimit: {downgrade: {to: small}}}'),
    )
    expect(ask().kind).toBe('held')
    expect(ask()).toEqual({ kind: 'downgrade', to: 'small', budget: 'b' })
    const small = { kind: 'model', name: 'small' }
    expect(refusal(() => ask({ resource: small })).code).toBe('budget_exceeded')
    expect(ask({ resource: small, ...cost(0) }).kind).toBe('held')
  })

  test('a budget that only alerts lets everything pass and goes below zero', () => {
    const { hold } = desk(budget('b', '{appliesTo: [org], amount: 1 USD, period: total, atLimit: alert}'))
    hold()
    expect(hold().budgetRemaining).toBe(-USD)
  })

  test('a budget for a run counts each run by itself, and a call without a run alone', () => {
    const { hold } = desk(budget('b', '{appliesTo: [org], amount: 1 USD, period: run}'))
    hold({ run: 'one' })
    expect(refusal(() => hold({ run: 'one' })).code).toBe('budget_exceeded')
    hold({ run: 'two' })
    hold()
    hold()
    expect(refusal(() => hold(cost(1.5))).code).toBe('budget_exceeded')
  })
})

describe('priming', () => {
  test('what the ledger has is counted before the first call, once, and for new budgets when they come', async () => {
    const coordinator = inProcessCoordinator()
    const asked: [SpendFilter, number][] = []
    const spentSince = async (filter: SpendFilter, fromMs: number) => {
      asked.push([filter, fromMs])
      return 2 * USD
    }
    const team = budget('team', "{appliesTo: ['team:operations'], amount: 3 USD, period: month}")
    const each = budget('each', "{appliesTo: [org], per: app, on: ['model:b*'], amount: 9 USD, period: day}")
    const agent = budget('agent', "{appliesTo: ['agent:triage'], amount: 1 USD, period: month}")
    const index = indexOf(team)
    expect(await primeBudgets({ index, coordinator, spentSince, nowMs: NOW })).toBe(1)
    expect(asked).toEqual([[{ team: ['claims', 'operations'] }, Date.parse('2026-06-01T00:00:00Z')]])
    expect(await primeBudgets({ index, coordinator, spentSince, nowMs: NOW })).toBe(0)
    const next = indexOf(team, each)
    expect(await primeBudgets({ index: next, coordinator, spentSince, nowMs: NOW })).toBe(1)
    expect(asked[1]).toEqual([{ model: ['big'], app: ['portal'] }, Date.parse('2026-06-15T00:00:00Z')])
    expect(await primeBudgets({ index: indexOf(agent), coordinator, spentSince, nowMs: NOW })).toBe(1)
    expect(asked[2]).toEqual([{ agent: ['triage'] }, Date.parse('2026-06-01T00:00:00Z')])
    const estimate = { inputTokens: 0, outputTokens: 0, cost: 1.5 * USD }
    const wish = { index, coordinator, caller: ANN, resource: { kind: 'model', name: 'big' }, estimate, nowMs: NOW }
    expect(refusal(() => reserve(wish)).code).toBe('budget_exceeded')
  })
})

describe('a coordinator that answers later', () => {
  test('holds, refuses and gives back just the same', async () => {
    const near = inProcessCoordinator()
    const far: Coordinator = {
      ...near,
      take: async (request) => near.take(request),
      correct: async (correction) => near.correct(correction),
      hold: async (request) => near.hold(request),
      leave: async (key) => near.leave(key),
    }
    const index = indexOf(
      limit('l', '{appliesTo: [org], requests: 9/min, concurrency: 9}'),
      budget('b', '{appliesTo: [org], amount: 1 USD, period: day}'),
    )
    const estimate = { inputTokens: 1, outputTokens: 1, cost: USD }
    const resource = { kind: 'model', name: 'big' }
    const wish = { index, coordinator: far, caller: ANN, resource, estimate, nowMs: NOW }
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, async () => reserve(wish)))
    const held = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    expect(held).toHaveLength(1)
    const [first] = held
    if (first?.kind === 'held') await first.release()
    expect(near.enter('calls l ', 1).active).toBe(1)
    expect(
      near.hold({ key: 'budget b day UTC ', periodStart: 0, expiresAt: 1, amount: 0, limit: 1, nowMs: NOW }).used,
    ).toBe(0)
  })
})

test("every kind's example is valid, and mistakes are problems", () => {
  for (const kind of [limitKind, budgetKind]) expect(documentSet(KINDS, kind.example).documents.length).toBe(1)
  expect(() => indexOf(limit('l', '{appliesTo: [org]}'))).toThrow('limits nothing')
  expect(() => indexOf(limit('l', "{appliesTo: ['team:clams'], requests: 1/s}"))).toThrow('clams')
  expect(() => indexOf(budget('b', '{appliesTo: [org], amount: 1 USD, period: day, timeZone: Europe/Berln}'))).toThrow(
    'time zone',
  )
  expect(() =>
    indexOf(budget('b', '{appliesTo: [org], amount: 1 USD, period: day, atLimit: {downgrade: {to: smal}}}')),
  ).toThrow('smal')
})

function budgetLeft(coordinator: InProcessCoordinator): number {
  const periodStart = Date.parse('2026-06-15T00:00:00Z')
  const key = 'budget purse day UTC '
  return coordinator.hold({ key, periodStart, expiresAt: NOW, amount: 0, limit: 3 * USD, nowMs: NOW }).remaining
}

function race(seed: number): void {
  const random = seededRandom(seed)
  const { hold } = desk(
    budget('b', '{appliesTo: [org], amount: 5 USD, period: month}'),
    limit('l', '{appliesTo: [org], concurrency: 20}'),
  )
  const open: { readonly hold: Hold; readonly estimate: number }[] = []
  let spent = 0
  let excess = 0
  let started = 0
  while (started < 50 || open.length > 0) {
    if (started < 50 && random.fraction() < 0.6) {
      started += 1
      const estimate = 0.1 + random.fraction()
      try {
        open.push({ hold: hold(cost(estimate)), estimate })
      } catch {
        // Refused, which is what a budget is for.
      }
    } else {
      const [one] = open.splice(Math.floor(random.fraction() * open.length), 1)
      if (!one) continue
      const actual = random.fraction() * 1.5
      one.hold.settle({ tokens: 0, cost: actual * USD })
      one.hold.release()
      spent += actual
      excess += Math.max(0, actual - one.estimate)
    }
    expect(open.length).toBeLessThanOrEqual(20)
    expect(spent).toBeLessThanOrEqual(5 + excess + 1e-6)
  }
}
