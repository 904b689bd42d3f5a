import { afterAll, beforeAll, expect, test } from 'bun:test'
import { generateKey, keyDigest } from '../../src/governance/identity/index.ts'
import { systemRandom } from '../../src/lib/random.ts'
import { type Gateway, startGateway } from './harness.ts'

const key = generateKey(systemRandom)
let gateway: Gateway

beforeAll(async () => {
  gateway = await startGateway({
    documents: `kind: Model
metadata: {name: small}
spec: {targets: [{provider: sandbox, model: sandbox}]}
---
kind: Model
metadata: {name: large}
spec: {targets: [{provider: sandbox, model: sandbox}]}
---
kind: Agent
metadata: {name: sorter}
spec: {owner: 'user:ann@example.com', purpose: Sorts., riskTier: 2, actsFor: user}
---
kind: Key
metadata: {name: sorter}
spec: {for: 'agent:sorter', sha256: ${keyDigest(key)}}
---
kind: Grant
metadata: {name: sorter-may}
spec: {to: ['agent:sorter'], on: ['model:small', 'model:large']}
---
kind: Grant
metadata: {name: ann-may}
spec: {to: ['user:ann@example.com'], on: ['model:small']}`,
  })
})
afterAll(() => gateway.stop())

const ask = (model: string, onBehalfOf?: string, more: Readonly<Record<string, string>> = {}) =>
  gateway.post(
    '/v1/chat/completions',
    { model, messages: [{ role: 'user', content: 'hello' }] },
    { key, headers: { ...more, ...(onBehalfOf ? { 'x-gatehouse-on-behalf-of': onBehalfOf } : {}) } },
  )

test('an agent that acts for people does for each what both may, and its record names both', async () => {
  const allowed = await ask('small', 'user:ann@example.com')
  expect(allowed.status).toBe(200)
  const record = await gateway.record(allowed.headers.get('x-request-id'))
  expect(record).toMatchObject({ principal: 'agent:sorter', user: 'ann@example.com' })
  expect((await ask('large', 'user:ann@example.com')).status).toBe(403)
  expect((await ask('small', 'user:bob@example.com')).status).toBe(403)
  const alone = await ask('small')
  expect(alone.status).toBe(403)
  expect(await alone.text()).toContain('x-gatehouse-on-behalf-of')
  expect(await gateway.record(alone.headers.get('x-request-id'))).toMatchObject({
    principal: 'agent:sorter',
    outcome: 'denied',
  })
})

test('what was answered for one person is not given again when the agent acts for another', async () => {
  const same = { 'idempotency-key': 'once' }
  expect((await ask('small', 'user:ann@example.com', same)).status).toBe(200)
  expect((await ask('small', 'user:ann@example.com', same)).headers.get('x-gatehouse-cache')).toBe('hit')
  expect((await ask('small', 'user:bob@example.com', same)).status).toBe(403)
})
