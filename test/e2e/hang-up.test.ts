import { afterAll, beforeEach, describe, expect, test } from 'bun:test'
import { hang, hangAfterHead, stream } from './scripts.ts'
import { CHAT_PROBES, type SurfaceProbe } from './surfaces.ts'
import { type Side, threeSides } from './three-sides.ts'
import { failureOf, until } from './until.ts'

const { gateway, sides, stop } = await threeSides('retry: {attempts: 3}', {
  documents: `kind: Limit
metadata: {name: one-at-a-time}
spec: {appliesTo: [org], concurrency: 1}`,
})
afterAll(stop)

const SEEN = { openai: 3, anthropic: 4, gemini: 2 } as const
let sessions = 0

/** Calls, waits until the upstream (or, streamed, the client) has it, hangs up, and gives what became of it. */
async function hangUp(probe: SurfaceProbe, side: Side, when: 'waiting' | 'streaming') {
  const session = `hang-up-${sessions++}`
  const controller = new AbortController()
  const streamed = when === 'streaming'
  const calling = gateway.post(probe.path(side.wire.name, streamed), probe.body(side.wire.name, { stream: streamed }), {
    signal: controller.signal,
    headers: { 'x-gatehouse-session': session },
  })
  const heard = await side.upstream.request()
  if (streamed) await (await calling).body?.getReader().read()
  const at = performance.now()
  controller.abort()
  if (!streamed) await failureOf(calling)
  const over = await heard.over
  const [record] = await until('the record', async () => {
    const found = await gateway.records(`session=${session}`)
    return found.length > 0 && found
  })
  return { tookMs: over.at - at, whole: over.whole, record }
}

for (const side of sides) {
  describe(`a client that hangs up, in front of ${side.wire.name}`, () => {
    beforeEach(() => side.upstream.clear())
    for (const probe of CHAT_PROBES) {
      for (const [what, when, script] of [
        ['before the upstream said anything', 'waiting', hang],
        ['after the upstream said 200', 'waiting', hangAfterHead],
        [
          'in the middle of a stream',
          'streaming',
          stream(side.wire.events({ text: ['One', ' two', ' three'] }), {
            after: SEEN[side.wire.name],
            ending: 'hang',
          }),
        ],
      ] as const) {
        test(`${probe.name}, ${what}: the upstream is left within 100 ms, once, and the client is recorded to have gone`, async () => {
          side.upstream.play(script)
          const { tookMs, whole, record } = await hangUp(probe, side, when)
          expect(tookMs).toBeLessThan(100)
          expect(whole).toBe(false)
          expect(side.upstream.heard).toHaveLength(1)
          expect(record).toMatchObject({ outcome: 'client_closed', error: { code: 'client_closed' } })
          // What came is billed; whether anything did is the upstream's to say.
          if (when === 'streaming') expect(record?.costNanoUsd).toBeGreaterThan(0)
        })
        test(`${probe.name}, ${what}: its place among the calls in flight is free again`, async () => {
          side.upstream.play(script)
          await hangUp(probe, side, when)
          side.upstream.play(side.wire.say({ text: ['Hello'] }))
          const next = await gateway.post(probe.path(side.wire.name, false), probe.body(side.wire.name))
          expect(next.status).toBe(200)
          await next.text()
        })
      }
    }
    test('the provider is not blamed: its target stays well', async () => {
      const metrics = await (await fetch(`${gateway.url}/metrics`)).text()
      const line = metrics
        .split('\n')
        .find((text) => text.startsWith(`gatehouse_target_cooling{target="${side.wire.name}/`))
      expect(line).toEndWith(' 0')
    })
  })
}
