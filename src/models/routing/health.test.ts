import { describe, expect, test } from 'bun:test'
import { manualClock } from '../../lib/clock.ts'
import { type ErrorCode, GatewayError } from '../../lib/errors.ts'
import { targetHealth } from './health.ts'
import type { Target } from './served.ts'
import { attemptAt, modelsFrom, modelYaml, planFrom } from './testing.ts'

const TARGET = planFrom(modelsFrom(modelYaml('m', ['a'])), 'm').targets[0] as Target

function watched() {
  const clock = manualClock()
  const health = targetHealth(clock)
  const call = (code?: ErrorCode, more: { retryAfterMs?: number; firstTokenMs?: number } = {}) => {
    health.begin(TARGET)
    const error = code && new GatewayError(code, { retryAfterMs: more.retryAfterMs })
    health.settle([attemptAt(TARGET, clock, { error, firstTokenMs: more.firstTokenMs, durationMs: 500 })])
  }
  return { clock, health, call }
}

describe('the health of a target', () => {
  test('five failures in a row open the circuit for fifteen seconds; four do not', async () => {
    const { clock, health, call } = watched()
    for (let count = 0; count < 4; count++) call('upstream_error')
    expect(health.isCooling(TARGET)).toBe(false)
    call('upstream_timeout')
    expect(health.isCooling(TARGET)).toBe(true)
    await clock.advance(14_999)
    expect(health.isCooling(TARGET)).toBe(true)
    await clock.advance(1)
    expect(health.isCooling(TARGET)).toBe(false)
  })

  test('a success between failures closes the count', () => {
    const { health, call } = watched()
    for (let count = 0; count < 4; count++) call('upstream_error')
    call()
    for (let count = 0; count < 4; count++) call('upstream_unreachable')
    expect(health.isCooling(TARGET)).toBe(false)
  })

  test('after the cool-down one call alone tries it; its failure opens the circuit again, its success closes it', async () => {
    const { clock, health, call } = watched()
    for (let count = 0; count < 5; count++) call('upstream_error')
    await clock.advance(15_000)
    health.begin(TARGET)
    expect(health.isCooling(TARGET)).toBe(true)
    health.settle([attemptAt(TARGET, clock, { error: new GatewayError('upstream_overloaded') })])
    expect(health.isCooling(TARGET)).toBe(true)
    await clock.advance(15_000)
    call()
    expect(health.isCooling(TARGET)).toBe(false)
    expect(health.report()[0]?.consecutiveFailures).toBe(0)
  })

  test('a rate limit rests the target for as long as the provider says, five seconds when it does not, five minutes at most', async () => {
    for (const [said, rests] of [
      [2_000, 2_000],
      [undefined, 5_000],
      [86_400_000, 300_000],
    ] as const) {
      const { clock, health, call } = watched()
      call('upstream_rate_limited', said === undefined ? {} : { retryAfterMs: said })
      await clock.advance(rests - 1)
      expect(health.isCooling(TARGET)).toBe(true)
      await clock.advance(1)
      expect(health.isCooling(TARGET)).toBe(false)
    }
  })

  test('a mistake of the caller, a content filter or a hang-up says nothing about the target', () => {
    const { health, call } = watched()
    const codes = [
      'upstream_rejected',
      'content_filtered',
      'context_length_exceeded',
      'client_closed',
      'internal',
    ] as const
    for (const code of codes) for (let count = 0; count < 6; count++) call(code)
    expect(health.isCooling(TARGET)).toBe(false)
    expect(health.report()[0]?.consecutiveFailures).toBe(0)
  })

  test('calls in flight are counted once, though an attempt is settled twice', () => {
    const { clock, health } = watched()
    health.begin(TARGET)
    health.begin(TARGET)
    const attempt = attemptAt(TARGET, clock)
    health.settle([attempt])
    health.settle([attempt])
    expect(health.inFlight(TARGET)).toBe(1)
  })

  test('latency is that of the first content, smoothed', () => {
    const { health, call } = watched()
    call(undefined, { firstTokenMs: 100 })
    expect(health.latencyMs(TARGET)).toBe(100)
    call(undefined, { firstTokenMs: 200 })
    expect(health.latencyMs(TARGET)).toBeCloseTo(120)
  })

  test('a report says cooling only while it cools', async () => {
    const { clock, health, call } = watched()
    call('upstream_rate_limited')
    expect(health.report()[0]).toMatchObject({ state: 'cooling', coolingUntil: clock.now() + 5_000 })
    await clock.advance(5_000)
    expect(health.report()[0]).toMatchObject({ state: 'healthy', coolingUntil: 0 })
  })

  test('what is remembered of targets is bounded', () => {
    const health = targetHealth(manualClock())
    for (let count = 0; count < 10_050; count++) health.begin({ ...TARGET, id: `local/${count}` })
    expect(health.report()).toHaveLength(10_000)
  })
})
