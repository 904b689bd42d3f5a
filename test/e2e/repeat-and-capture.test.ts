import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Gateway, mintKey, startGateway } from './harness.ts'

const OTHER = mintKey('other')
let gateway: Gateway

beforeAll(async () => {
  gateway = await startGateway({
    documents: `${OTHER.documents}
---
kind: Grant
metadata: {name: other-may}
spec: {to: ['app:other'], effect: allow, actions: [use], on: ['model:*']}
---
kind: Capture
metadata: {name: keep-other}
spec: {appliesTo: ['app:other'], content: full, retain: 1h}`,
  })
})
afterAll(() => gateway.stop())

const CHAT = '/v1/chat/completions'
const body = (text: string, stream = false) => ({
  model: 'sandbox',
  stream,
  messages: [{ role: 'user', content: text }],
})

describe('an idempotency key', () => {
  test('gives the first answer again, without another attempt or cost', async () => {
    const headers = { 'idempotency-key': 'order-1' }
    const first = await gateway.post(CHAT, body('once'), { headers })
    const again = await gateway.post(CHAT, body('once'), { headers })
    expect(await again.text()).toBe(await first.text())
    expect(first.headers.get('x-gatehouse-attempts')).toBe('1')
    expect(again.headers.get('x-gatehouse-attempts')).toBe('0')
    expect(again.headers.get('x-gatehouse-cache')).toBe('hit')
    const record = await gateway.record(again.headers.get('x-request-id'))
    expect(record.outcome).toBe('succeeded')
    expect(record.attempts).toEqual([])
  })

  test('gives a stream again as a stream', async () => {
    const headers = { 'idempotency-key': 'stream-1' }
    const first = await (await gateway.post(CHAT, body('piece by piece', true), { headers })).text()
    const again = await gateway.post(CHAT, body('piece by piece', true), { headers })
    expect(again.headers.get('content-type')).toContain('text/event-stream')
    expect(await again.text()).toBe(first)
    expect(first).toEndWith('data: [DONE]\n\n')
  })

  test('refuses another request under the same key', async () => {
    const headers = { 'idempotency-key': 'order-2' }
    await (await gateway.post(CHAT, body('one thing'), { headers })).text()
    const other = await gateway.post(CHAT, body('another thing'), { headers })
    expect(other.status).toBe(409)
    expect((await gateway.record(other.headers.get('x-request-id'))).outcome).toBe('rejected')
  })

  test('is free again after a failure', async () => {
    const headers = { 'idempotency-key': 'order-3' }
    const failed = await gateway.post(CHAT, body('sandbox:fail=400'), { headers })
    expect(failed.status).toBe(400)
    const again = await gateway.post(CHAT, body('sandbox:fail=400'), { headers })
    expect(again.status).toBe(400)
    expect(again.headers.get('x-gatehouse-attempts')).toBe('1')
  })

  test('never answers one caller with what another was told', async () => {
    const headers = { 'idempotency-key': 'shared' }
    await (await gateway.post(CHAT, body('mine'), { headers })).text()
    const theirs = await gateway.post(CHAT, body('mine'), { headers, key: OTHER.key })
    expect(theirs.headers.get('x-gatehouse-cache')).toBe('off')
  })

  test('answers a second request in flight with a conflict, not with a second call', async () => {
    const headers = { 'idempotency-key': 'slow-1' }
    const first = gateway.post(CHAT, body('sandbox:slow=300ms'), { headers })
    const states = await Promise.all([first, gateway.post(CHAT, body('sandbox:slow=300ms'), { headers })])
    expect(states.map((response) => response.status).sort()).toEqual([200, 409])
  })
})

describe('a Capture document', () => {
  test('keeps request and answer of those it names, whole and streamed, and of nobody else', async () => {
    for (const stream of [false, true]) {
      const kept = await gateway.post(CHAT, body('remember this', stream), { key: OTHER.key })
      await kept.text()
      const record = await gateway.record(kept.headers.get('x-request-id'))
      const whole = await (await gateway.control('GET', `/api/v1/operations/${record.id}`)).json()
      expect(whole).toMatchObject({ content: { request: expect.stringContaining('remember this') } })
      expect(JSON.stringify(whole)).toContain('[sandbox]')
    }
    const plain = await gateway.post(CHAT, body('forget this'))
    await plain.text()
    const record = await gateway.record(plain.headers.get('x-request-id'))
    const bare = await (await gateway.control('GET', `/api/v1/operations/${record.id}`)).text()
    expect(bare).not.toContain('forget this')
  })
})

test('a decision id leads from the answer to the record of why', async () => {
  const response = await gateway.post(CHAT, body('why'))
  await response.text()
  await gateway.record(response.headers.get('x-request-id'))
  const decision = await gateway.control('GET', `/api/v1/decisions/${response.headers.get('x-gatehouse-decision')}`)
  expect(decision.status).toBe(200)
  expect(JSON.stringify(await decision.json())).toContain('tester-may')
})
