import { describe, expect, test } from 'bun:test'
import { manualClock } from '../../lib/clock.ts'
import { type ErrorCode, GatewayError } from '../../lib/errors.ts'
import { seededRandom } from '../../lib/random.ts'
import { walkTargets } from './call-model.ts'
import { targetHealth } from './health.ts'
import type { Attempt } from './served.ts'
import { modelsFrom, modelYaml, planFrom } from './testing.ts'

interface Script {
  readonly yaml: readonly string[]
  /** By the target's model: what each asking throws, in turn; then it answers. */
  readonly fails: Readonly<Record<string, readonly (ErrorCode | GatewayError | Error)[]>>
}

function walking({ yaml, fails }: Script) {
  const clock = manualClock()
  const models = modelsFrom(...yaml)
  const client = new AbortController()
  const attempts: Attempt[] = []
  const askedAt: number[] = []
  const health = targetHealth(clock)
  const left = new Map(Object.entries(fails).map(([model, list]) => [model, [...list]]))
  const start = clock.now()
  const done = walkTargets({
    plan: planFrom(models, 'm'),
    models,
    health,
    clock,
    random: seededRandom(1),
    facts: { tokens: 1, tools: false, stream: false, model: 'm' },
    signal: client.signal,
    attempts,
    ask: async (target) => {
      askedAt.push(clock.now() - start)
      const failure = left.get(target.model)?.shift()
      if (failure === undefined) return target.model
      throw typeof failure === 'string' ? new GatewayError(failure) : failure
    },
  }).catch((cause: unknown) => cause)
  const asked = () => attempts.map(({ target }) => target.model)
  return { clock, client, done, asked, askedAt, attempts, health }
}

const ten = (code: ErrorCode) => Array.from({ length: 20 }, () => code)
const RETRIED: readonly (readonly [ErrorCode, string])[] = [
  ['upstream_rate_limited', '429'],
  ['upstream_error', '5xx'],
  ['upstream_invalid', '5xx'],
  ['upstream_overloaded', '5xx'],
  ['upstream_auth', '5xx'],
  ['upstream_timeout', 'timeout'],
  ['upstream_unreachable', 'unreachable'],
]

describe('walking from target to target', () => {
  for (const [code, on] of RETRIED) {
    test(`${code} goes on to the next target where the policy retries ${on}, and not where it does not`, async () => {
      const yes = walking({ yaml: [modelYaml('m', ['a', 'b'], `retry: {on: [${on}]}`)], fails: { a: [code] } })
      expect(await yes.done).toBe('b')
      const others = RETRIED.map(([, name]) => name).filter((name) => name !== on)
      const no = walking({
        yaml: [modelYaml('m', ['a', 'b'], `retry: {on: [${others.join(', ')}]}`)],
        fails: { a: [code] },
      })
      expect(await no.done).toMatchObject({ code })
      expect(no.asked()).toEqual(['a'])
    })
  }

  for (const code of [
    'upstream_rejected',
    'context_length_exceeded',
    'content_filtered',
    'unsupported_parameter',
    'internal',
  ] as const) {
    test(`${code} is never retried: the same request would fail the same way`, async () => {
      const walk = walking({ yaml: [modelYaml('m', ['a', 'b'])], fails: { a: [code] } })
      expect(await walk.done).toMatchObject({ code })
      expect(walk.asked()).toEqual(['a'])
    })
  }

  test('another target is asked at once, the same one again only after a pause that grows', async () => {
    const walk = walking({
      yaml: [modelYaml('m', ['a', 'b'], 'retry: {attempts: 6}')],
      fails: { a: ten('upstream_error'), b: ten('upstream_error') },
    })
    await walk.clock.advance(10_000)
    expect(walk.asked()).toEqual(['a', 'b', 'a', 'b', 'a', 'b'])
    const [, second = 0, third = 0, fourth = 0, fifth = 0, sixth = 0] = walk.askedAt
    expect(second).toBe(0)
    const pauses = [third - second, fourth - third, fifth - fourth, sixth - fifth]
    for (const [index, pause] of pauses.entries()) {
      expect(pause).toBeGreaterThanOrEqual(50 * 2 ** index)
      expect(pause).toBeLessThanOrEqual(100 * 2 ** index)
    }
  })

  test('a pause is what the provider asked for, but never more than two seconds', async () => {
    for (const [asked, waits] of [
      [700, 700],
      [60_000, 2_000],
    ] as const) {
      const limited = new GatewayError('upstream_rate_limited', { retryAfterMs: asked })
      const walk = walking({ yaml: [modelYaml('m', ['a'], 'retry: {attempts: 2}')], fails: { a: [limited] } })
      await walk.clock.advance(5_000)
      expect(await walk.done).toBe('a')
      expect(walk.askedAt).toEqual([0, waits])
    }
  })

  const REASONS: readonly (readonly [ErrorCode, string])[] = [
    ['upstream_error', 'error'],
    ['upstream_timeout', 'error'],
    ['upstream_auth', 'error'],
    ['upstream_rate_limited', 'rate-limited'],
    ['context_length_exceeded', 'context-length'],
    ['content_filtered', 'content-filter'],
  ]
  for (const [code, reason] of REASONS) {
    test(`${code} falls back where the policy says ${reason}, and only there`, async () => {
      const spare = modelYaml('spare', ['x'])
      const model = (on: string) => modelYaml('m', ['a'], `retry: {attempts: 1}, fallback: {on: [${on}], to: [spare]}`)
      expect(await walking({ yaml: [model(reason), spare], fails: { a: [code] } }).done).toBe('x')
      const others = ['error', 'rate-limited', 'context-length', 'content-filter'].filter((name) => name !== reason)
      expect(await walking({ yaml: [model(others.join(', ')), spare], fails: { a: [code] } }).done).toMatchObject({
        code,
      })
    })
  }

  test("a caller's own mistake never falls back", async () => {
    const yaml = [modelYaml('m', ['a'], 'fallback: {to: [spare]}'), modelYaml('spare', ['x'])]
    expect(await walking({ yaml, fails: { a: ['upstream_rejected'] } }).done).toMatchObject({
      code: 'upstream_rejected',
    })
  })

  test('however the policy is written, one operation makes at most twelve attempts', async () => {
    const spares = ['s1', 's2', 's3'].map((name) => modelYaml(name, [name], 'retry: {attempts: 10}'))
    const yaml = [modelYaml('m', ['a'], 'retry: {attempts: 10}, fallback: {to: [s1, s2, s3]}'), ...spares]
    const all = ten('upstream_error')
    const walk = walking({ yaml, fails: { a: all, s1: all, s2: all, s3: all } })
    await walk.clock.advance(120_000)
    expect(await walk.done).toMatchObject({ code: 'upstream_error' })
    expect(walk.attempts).toHaveLength(12)
  })

  test('nothing is asked any more once the client has gone, not even the call that was waiting for its pause', async () => {
    const yaml = [modelYaml('m', ['a'], 'retry: {attempts: 5}, fallback: {to: [spare]}'), modelYaml('spare', ['x'])]
    const walk = walking({ yaml, fails: { a: ten('upstream_error') } })
    await walk.clock.advance(10)
    walk.client.abort()
    await walk.clock.advance(10_000)
    expect(await walk.done).toBeInstanceOf(GatewayError)
    expect(walk.asked()).toEqual(['a'])
  })

  test('what failed is learnt at once and no longer counted as in flight, while the answer of another still streams', async () => {
    const walk = walking({ yaml: [modelYaml('m', ['a', 'b'])], fails: { a: ['upstream_rate_limited'] } })
    expect(await walk.done).toBe('b')
    const [a, b] = walk.attempts
    expect(a && walk.health.inFlight(a.target)).toBe(0)
    expect(a && walk.health.isCooling(a.target)).toBe(true)
    expect(b && walk.health.inFlight(b.target)).toBe(1)
  })

  test('a bug is thrown as it is, at once, and does not stay in flight', async () => {
    const walk = walking({ yaml: [modelYaml('m', ['a', 'b'])], fails: { a: [new TypeError('a bug')] } })
    expect(await walk.done).toBeInstanceOf(TypeError)
    expect(walk.attempts[0]?.error?.code).toBe('internal')
    expect(walk.attempts[0] && walk.health.inFlight(walk.attempts[0].target)).toBe(0)
  })
})
