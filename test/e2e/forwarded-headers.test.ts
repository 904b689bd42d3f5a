import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type FakeUpstream, fakeUpstream } from './fake-upstream.ts'
import { type Gateway, startGateway } from './harness.ts'
import { whole } from './scripts.ts'
import { UPSTREAM_SECRET } from './wires/wire.ts'

const ANSWER = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4-5',
  content: [{ type: 'text', text: 'Hi.' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 3, output_tokens: 2 },
}

let upstream: FakeUpstream
let gateway: Gateway

beforeAll(async () => {
  upstream = await fakeUpstream(whole(200, ANSWER))
  gateway = await startGateway({
    documents: `kind: Provider
metadata: {name: claude}
spec: {type: anthropic, baseUrl: '${upstream.url}', network: private, credential: 'secret://env/UPSTREAM_SECRET'}
---
kind: Model
metadata: {name: assistant}
spec: {targets: [{provider: claude, model: claude-sonnet-4-5}]}`,
  })
})
afterAll(async () => {
  await gateway.stop()
  await upstream.stop()
})

test('of an Anthropic caller’s headers the known betas alone reach the upstream; the rest is declared dropped', async () => {
  const body = { model: 'assistant', max_tokens: 10, messages: [{ role: 'user', content: 'Hello' }] }
  const headers = {
    'anthropic-beta': 'context-1m-2025-08-07,mcp-client-2025-11-20',
    'x-api-key': gateway.key,
    cookie: 'session=1',
    'x-made-up': '1',
  }
  const response = await gateway.post('/v1/messages', body, { headers })
  expect(response.status).toBe(200)
  expect(response.headers.get('x-gatehouse-warnings')).toContain('dropped: anthropic-beta mcp-client-2025-11-20')
  const heard = upstream.heard.at(-1)
  const got = new Headers(heard?.headers)
  expect(got.get('anthropic-beta')).toBe('context-1m-2025-08-07')
  expect(got.get('x-api-key')).toBe(UPSTREAM_SECRET)
  for (const name of ['authorization', 'cookie', 'x-made-up']) expect(got.has(name)).toBe(false)
  expect(JSON.stringify(heard?.headers)).not.toContain(gateway.key)
})
