import { expect, test } from 'bun:test'
import { manualClock } from '../lib/clock.ts'
import { admissionControl } from './admission.ts'

const bounds = { maxOpen: 2, maxResidentBytes: Number.MAX_SAFE_INTEGER, maxLagMs: 5_000 }

test('nothing is let in that could not be recorded, and everything again once it can be', () => {
  let isRecording = false
  const admission = admissionControl(manualClock(), { ...bounds, isRecording: () => isRecording })
  expect(admission.enter()).toMatchObject({ code: 'not_ready', status: 503, retryAfterMs: 1_000 })
  expect(admission.open()).toBe(0)
  isRecording = true
  expect(admission.enter()).toBeUndefined()
  expect(admission.open()).toBe(1)
})

test('more than may be open are told to come back, and there is room again when one leaves', () => {
  const admission = admissionControl(manualClock(), { ...bounds, isRecording: () => true })
  expect([admission.enter(), admission.enter()]).toEqual([undefined, undefined])
  expect(admission.enter()).toMatchObject({ code: 'overloaded', retryAfterMs: 1_000 })
  admission.leave()
  expect(admission.enter()).toBeUndefined()
})

test('while draining nothing is let in, and idle comes with the last who leaves', async () => {
  const admission = admissionControl(manualClock(), { ...bounds, isRecording: () => true })
  admission.enter()
  admission.drain()
  expect(admission.enter()).toMatchObject({ code: 'draining' })
  const idle = admission.idle(1_000)
  admission.leave()
  expect(await idle).toBe(true)
})
