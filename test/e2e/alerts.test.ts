import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Gateway, startGateway } from './harness.ts'

let gateway: Gateway
const received: { readonly signature: string; readonly body: string }[] = []
const hook = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch: async (request) => {
    received.push({ signature: request.headers.get('x-gatehouse-signature') ?? '', body: await request.text() })
    return new Response('thanks')
  },
})
beforeAll(async () => {
  gateway = await startGateway({
    documents: `kind: Alert
metadata: {name: leaks}
spec:
  watch: {signal: key-leaked}
  tell: [{webhook: 'http://127.0.0.1:${hook.port}/hook', secret: 'secret://vault/hook', network: private}]`,
  })
})
afterAll(async () => {
  await gateway.stop()
  await hook.stop(true)
})

test('a channel can be tried, and says why it took nothing', async () => {
  const before = await gateway.control('POST', '/api/v1/alerts:test', { alert: 'leaks' })
  expect(await before.json()).toMatchObject({
    channels: [{ channel: `webhook 127.0.0.1:${hook.port}`, error: expect.any(String) }],
  })
  await gateway.control('PUT', '/api/v1/secrets/hook', { value: 'hmac-key' })
  const after = await gateway.control('POST', '/api/v1/alerts:test', { alert: 'leaks' })
  expect(await after.json()).toEqual({ channels: [{ channel: `webhook 127.0.0.1:${hook.port}` }] })
  expect(received).toMatchObject([{ signature: expect.stringMatching(/^t=\d+,v1=[0-9a-f]{64}$/) }])
})

test('anybody may report a leaked key, once, and learns nothing by it', async () => {
  const report = (key: string) =>
    fetch(`${gateway.url}/api/v1/keys:leaked`, { method: 'POST', body: JSON.stringify({ key, where: 'a gist' }) })
  for (const key of [gateway.key, gateway.key, `gth_${'0'.repeat(36)}`, 'nonsense']) {
    const answer = await report(key)
    expect([answer.status, await answer.json()]).toEqual([202, { received: true }])
  }
  const told = await gateway.control('GET', '/api/v1/audit?action=key.leaked')
  const { items } = (await told.json()) as { readonly items: readonly unknown[] }
  expect(items).toHaveLength(1)
  expect(JSON.stringify(items)).not.toContain(gateway.key)
})

test('alerts are listed by those who may, and what is not there is not found', async () => {
  const list = await gateway.control('GET', '/api/v1/alerts?state=open')
  expect(await list.json()).toEqual({ items: [], nextCursor: null })
  expect((await gateway.control('POST', '/api/v1/alerts/alr_none:acknowledge', {})).status).toBe(404)
  expect((await fetch(`${gateway.url}/api/v1/alerts`)).status).toBe(401)
})
