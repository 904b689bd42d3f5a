import { afterAll, describe, expect, test } from 'bun:test'
import { rm } from 'node:fs/promises'
import { fakeUpstream } from './fake-upstream.ts'
import { clientOf, prepare, startGateway } from './harness.ts'
import { runGateway, spawnGateway } from './process.ts'
import { stream } from './scripts.ts'
import { CHAT_PROBES } from './surfaces.ts'
import { until } from './until.ts'
import { openaiFake } from './wires/openai.ts'

const upstream = await fakeUpstream(openaiFake.say({ text: ['Hello'] }))
afterAll(upstream.stop)

const documents = `${openaiFake.provider('up', upstream.url)}
---
kind: Model
metadata: {name: m}
spec: {targets: [{provider: up, model: gpt-4o-mini}], retry: {attempts: 1}}`
const [probe] = CHAT_PROBES
/** Processes start slowly on a machine that has much else to do. */
const PATIENCE_MS = 60_000

/** An environment for processes, removed when `work` is done. */
async function withData(work: (ready: Awaited<ReturnType<typeof prepare>>) => Promise<void>): Promise<void> {
  const ready = await prepare({ documents })
  try {
    await work(ready)
  } finally {
    await rm(ready.root, { recursive: true, force: true })
  }
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 10))

describe('SIGTERM', () => {
  test(
    'under load: every open answer is told to its end, nothing new is taken, and it ends with 0',
    async () => {
      await withData(async (ready) => {
        upstream.clear()
        const text = Array.from({ length: 30 }, (_, index) => `word${index} `)
        const slowly = stream(openaiFake.events({ text }), { pace: turn })
        const quickly = openaiFake.say({ text: ['Hello'] })
        upstream.play((heard, out) => (openaiFake.asked(heard).stream ? slowly : quickly)(heard, out))
        const running = await runGateway(ready.environment)
        const client = clientOf(running.url, ready)
        const answers = Array.from({ length: 20 }, async () => {
          const response = await client.post(probe.path('m', true), probe.body('m', { stream: true }))
          return { id: response.headers.get('x-request-id'), sse: await response.text() }
        })
        await upstream.request(19)
        const termAt = performance.now()
        running.child.kill('SIGTERM')
        const refused = await until('a refusal', async () => {
          const response = await client.post(probe.path('m', false), probe.body('m')).catch(() => undefined)
          return response?.status !== 200 && { status: response?.status }
        })
        expect([undefined, 503]).toContain(refused.status)
        const told = await Promise.all(answers)
        for (const { sse } of told) {
          expect(probe.textIn(sse)).toBe(text.join(''))
          expect(probe.endsCleanly(sse)).toBe(true)
        }
        expect(await running.ended).toBe(0)
        // It does not sit out its drain time of five seconds once nothing is open.
        expect(performance.now() - termAt).toBeLessThan(4_000)
        upstream.play(openaiFake.say({ text: ['Hello'] }))
        const next = await runGateway(ready.environment)
        const again = clientOf(next.url, ready)
        for (const { id } of told) expect(await again.record(id)).toMatchObject({ outcome: 'succeeded' })
        next.child.kill('SIGTERM')
        expect(await next.ended).toBe(0)
      })
    },
    PATIENCE_MS,
  )

  test(
    'an answer that outlives the drain time is cut, recorded, and it ends all the same',
    async () => {
      await withData(async (ready) => {
        upstream.clear()
        upstream.play(stream(openaiFake.events({ text: ['Hello', ' there'] }), { after: 3, ending: 'hang' }))
        const environment = { ...ready.environment, GATEHOUSE_DRAIN_SECONDS: '1' }
        const running = await runGateway(environment)
        const client = clientOf(running.url, ready)
        const response = await client.post(probe.path('m', true), probe.body('m', { stream: true }))
        const reading = response.text().catch(() => 'cut')
        running.child.kill('SIGTERM')
        expect(await running.ended).toBe(0)
        expect(probe.endsCleanly(await reading)).toBe(false)
        const next = await runGateway(environment)
        const record = await clientOf(next.url, ready).record(response.headers.get('x-request-id'))
        expect(['interrupted', 'client_closed']).toContain(record.outcome)
        next.child.kill('SIGTERM')
        await next.ended
      })
    },
    PATIENCE_MS,
  )
})

describe('kill -9', () => {
  test(
    'under load, ten times: no answered call is missing from the ledger, none is there twice',
    async () => {
      await withData(async (ready) => {
        upstream.clear()
        upstream.play((heard, out) => openaiFake.say({ text: ['Hello', ' there'] })(heard, out))
        const answered: (string | null)[] = []
        for (let round = 0; round < 10; round++) {
          const running = await runGateway(ready.environment)
          const client = clientOf(running.url, ready)
          let alive = true
          const before = answered.length
          const caller = async (streamed: boolean) => {
            while (alive) {
              const body = probe.body('m', { stream: streamed })
              const response = await client.post(probe.path('m', streamed), body).catch(() => undefined)
              const text = await response?.text().catch(() => undefined)
              if (response?.status !== 200 || text === undefined) return
              if (!streamed || probe.endsCleanly(text)) answered.push(response.headers.get('x-request-id'))
            }
          }
          const callers = Array.from({ length: 8 }, (_, index) => caller(index % 2 === 0))
          await until('some answers', () => answered.length - before > 10 + round * 3)
          running.child.kill('SIGKILL')
          expect(await running.ended).toBe('SIGKILL')
          alive = false
          await Promise.all(callers)
        }
        const last = await runGateway(ready.environment)
        const client = clientOf(last.url, ready)
        const counts = new Map<string, number>()
        let cursor: string | null = ''
        while (cursor !== null) {
          const query: string = `limit=500${cursor && `&cursor=${cursor}`}`
          const response = await client.control('GET', `/api/v1/operations?${query}`)
          const page = (await response.json()) as { items: { requestId: string }[]; nextCursor: string | null }
          for (const { requestId } of page.items) counts.set(requestId, (counts.get(requestId) ?? 0) + 1)
          cursor = page.nextCursor
        }
        expect(answered.length).toBeGreaterThan(230)
        expect(answered.filter((id) => counts.get(id ?? '') !== 1)).toEqual([])
        expect([...counts.values()].filter((count) => count !== 1)).toEqual([])
        last.child.kill('SIGTERM')
        expect(await last.ended).toBe(0)
      })
    },
    PATIENCE_MS,
  )
})

test(
  'a second process on the same data directory refuses in one sentence that names the first',
  async () => {
    await withData(async (ready) => {
      const running = await runGateway(ready.environment)
      const second = spawnGateway(ready.environment)
      expect(await second.ended).toBe(1)
      expect(second.errors()).toContain(String(running.child.pid))
      expect(second.errors().trim().split('\n')).toHaveLength(1)
      const client = clientOf(running.url, ready)
      upstream.play(openaiFake.say({ text: ['Hello'] }))
      expect((await client.post(probe.path('m', false), probe.body('m'))).status).toBe(200)
      running.child.kill('SIGTERM')
      expect(await running.ended).toBe(0)
    })
  },
  PATIENCE_MS,
)

test(
  'a policy published 50 times under load: no call fails, and each is decided by exactly one revision',
  async () => {
    const gateway = await startGateway({ documents })
    upstream.clear()
    upstream.play(openaiFake.say({ text: ['Hello'] }))
    const published = new Set<string>()
    const calls: { readonly status: number; readonly revision: string | null; readonly id: string | null }[] = []
    let publishing = true
    const caller = async (streamed: boolean) => {
      while (publishing) {
        const response = await gateway.post(probe.path('m', streamed), probe.body('m', { stream: streamed }))
        await response.text()
        const { status, headers } = response
        calls.push({ status, revision: headers.get('x-gatehouse-revision'), id: headers.get('x-request-id') })
      }
    }
    const callers = Array.from({ length: 6 }, (_, index) => caller(index % 2 === 0))
    const revisionNow = async () =>
      ((await (await fetch(`${gateway.url}/readyz`)).json()) as { revision: string }).revision
    published.add(await revisionNow())
    for (let number = 0; number < 50; number++) {
      const spec = { appliesTo: ['org'], requests: `${1_000_000 + number}/min` }
      const answer = await gateway.control('PUT', '/api/v1/documents/Limit/roomy', { kind: 'Limit', spec })
      expect([200, 201]).toContain(answer.status)
      published.add(await revisionNow())
    }
    publishing = false
    await Promise.all(callers)
    expect(published.size).toBe(51)
    expect(calls.length).toBeGreaterThan(50)
    expect(calls.filter(({ status }) => status !== 200)).toEqual([])
    expect(calls.filter(({ revision }) => !published.has(revision ?? ''))).toEqual([])
    expect(new Set(calls.map(({ revision }) => revision)).size).toBeGreaterThan(10)
    const records = new Map((await gateway.records('limit=500')).map((record) => [record.requestId, record]))
    const recorded = calls.filter(({ id }) => records.has(id ?? ''))
    expect(recorded.length).toBeGreaterThan(50)
    for (const { id, revision } of recorded) expect(records.get(id ?? '')?.revision).toBe(revision ?? '')
    await gateway.stop()
  },
  PATIENCE_MS,
)
