import { describe, expect, test } from 'bun:test'
import { manualClock } from '../../lib/clock.ts'
import { GatewayError } from '../../lib/errors.ts'
import { Deadline, type DeadlineWatch, deadlineWatch } from './deadline.ts'

function begun(totalMs = 10_000) {
  const clock = manualClock()
  const client = new AbortController()
  const inner = deadlineWatch(clock)
  let running = 0
  const watch: DeadlineWatch = {
    add: (deadline) => {
      running++
      inner.add(deadline)
    },
    remove: (deadline) => {
      running--
      inner.remove(deadline)
    },
  }
  const deadline = new Deadline({ clock, watch, totalMs, client: client.signal })
  return { clock, client, deadline, running: () => running }
}

describe('a deadline', () => {
  for (const [phase, sentence] of [
    ['firstToken', 'did not begin'],
    ['idle', 'stopped answering'],
  ] as const) {
    test(`aborts when the phase ${phase} runs out, at most 25 ms late and never early, and says which it was`, async () => {
      const { clock, deadline } = begun()
      await clock.advance(7)
      deadline.enter(phase, 1_000)
      await clock.advance(999)
      expect(deadline.signal.aborted).toBe(false)
      await clock.advance(26)
      expect(deadline.signal.aborted).toBe(true)
      const error = deadline.explain(new Error('socket closed'))
      expect(error.code).toBe('upstream_timeout')
      expect(error.facts).toEqual({ phase })
      expect(error.publicMessage).toContain(sentence)
    })
  }

  test('aborts when the total runs out, whatever phases were entered', async () => {
    const { clock, deadline } = begun(5_000)
    for (let count = 0; count < 49; count++) {
      deadline.enter('idle', 1_000)
      await clock.advance(100)
    }
    expect(deadline.signal.aborted).toBe(false)
    deadline.enter('idle', 1_000)
    await clock.advance(125)
    expect(deadline.explain(undefined).facts).toEqual({ phase: 'total' })
  })

  test('a phase that is entered again begins again', async () => {
    const { clock, deadline } = begun()
    deadline.enter('idle', 1_000)
    await clock.advance(900)
    deadline.enter('idle', 1_000)
    await clock.advance(900)
    expect(deadline.signal.aborted).toBe(false)
  })

  test('nothing but the total runs while it pauses: a client that reads slowly is not the fault of the upstream', async () => {
    const { clock, deadline } = begun(60_000)
    deadline.enter('idle', 1_000)
    deadline.pause()
    await clock.advance(50_000)
    expect(deadline.signal.aborted).toBe(false)
    await clock.advance(10_025)
    expect(deadline.signal.aborted).toBe(true)
  })

  test('the client going away aborts at once and is no time-out', () => {
    const { client, deadline } = begun()
    client.abort()
    expect(deadline.signal.aborted).toBe(true)
    expect(deadline.explain(new Error('aborted')).code).toBe('client_closed')
  })

  test('a client that has gone before it began has it aborted from the start', () => {
    const clock = manualClock()
    const watch = deadlineWatch(clock)
    const deadline = new Deadline({ clock, watch, totalMs: 1, client: AbortSignal.abort() })
    expect(deadline.signal.aborted).toBe(true)
  })

  test('a time-out that came first stays one, though the client leaves afterwards', async () => {
    const { clock, client, deadline } = begun()
    deadline.enter('firstToken', 100)
    await clock.advance(125)
    client.abort()
    expect(deadline.explain(undefined).code).toBe('upstream_timeout')
  })

  test('once cleared nothing aborts it, and nobody looks after it any more', async () => {
    const { clock, client, deadline, running } = begun()
    deadline.enter('idle', 100)
    deadline.clear()
    expect(running()).toBe(0)
    client.abort()
    await clock.advance(60_000)
    expect(deadline.signal.aborted).toBe(false)
  })

  test('an error of the gate is explained as itself, anything else as a broken connection whose text is for the log', () => {
    const { deadline } = begun()
    const refused = new GatewayError('upstream_rate_limited')
    expect(deadline.explain(refused)).toBe(refused)
    const broken = deadline.explain(new Error('ECONNRESET 10.0.0.7'))
    expect(broken.code).toBe('upstream_error')
    expect(broken.publicMessage).not.toContain('10.0.0.7')
    expect(broken.internalDetail).toContain('10.0.0.7')
  })
})
