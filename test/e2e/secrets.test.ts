import { afterAll, beforeAll, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { auditAnswer } from '../../src/contract/audit.ts'
import { type Gateway, mintKey, startGateway } from './harness.ts'

const ADMIN = { email: 'ann@example.com', password: 'correct horse battery' }
const modeller = mintKey('modeller')
const DOCUMENTS = `${modeller.documents}
---
kind: Role
metadata: {name: modeller}
spec: {permissions: ['models:*', 'documents:read'], members: ['app:modeller']}`
const state: { gateway?: Gateway } = {}
beforeAll(async () => {
  const environment = { GATEHOUSE_ADMIN_EMAIL: ADMIN.email, GATEHOUSE_ADMIN_PASSWORD: ADMIN.password }
  state.gateway = await startGateway({ documents: DOCUMENTS, environment })
})
afterAll(() => state.gateway?.stop())

function gateway(): Gateway {
  if (!state.gateway) throw new Error('not started')
  return state.gateway
}

const provider = (host: string, credential = 'secret://vault/vendor') => ({
  spec: { type: 'openai-compatible', baseUrl: `https://${host}/v1`, credential },
})

function asModeller(method: string, path: string, body: unknown): Promise<Response> {
  const headers = { authorization: `Bearer ${modeller.key}`, 'content-type': 'application/json' }
  return fetch(gateway().url + path, { method, headers, body: JSON.stringify(body) })
}

async function told(action: string) {
  const answer = await gateway().control('GET', `/api/v1/audit?action=${action}`)
  return auditAnswer.parse(await answer.json()).items
}

test('a secret is bound to the host of its first use, and who may change providers alone cannot have it sent elsewhere', async () => {
  const { control } = gateway()
  expect((await control('PUT', '/api/v1/secrets/vendor', { value: 'sk-hidden' })).status).toBe(200)
  const path = '/api/v1/documents/Provider/vendor'
  // Its first use is for those who may write secrets.
  expect((await asModeller('PUT', path, provider('api.vendor.example'))).status).toBe(403)
  expect((await control('PUT', path, provider('api.vendor.example'))).status).toBe(201)
  expect(await told('secret.bind')).toMatchObject([
    { object: 'secret://vault/vendor', facts: { host: 'api.vendor.example' } },
  ])
  const stolen = await asModeller('PUT', path, provider('evil.example'))
  expect(stolen.status).toBe(403)
  expect(await stolen.text()).toContain('may be sent to api.vendor.example alone')
  const other = await asModeller('PUT', '/api/v1/documents/Provider/other', provider('evil.example'))
  expect(other.status).toBe(403)
  const unused = provider('evil.example', 'secret://env/UPSTREAM_SECRET')
  expect((await asModeller('PUT', '/api/v1/documents/Provider/other', unused)).status).toBe(403)
  expect(
    (await asModeller('PUT', path, { spec: { ...provider('api.vendor.example').spec, headers: { 'x-a': 'b' } } }))
      .status,
  ).toBe(200)
})

test('the list tells the age, the hosts and the users of a secret, and not the secret', async () => {
  const answer = await gateway().control('GET', '/api/v1/secrets')
  const text = await answer.text()
  expect(JSON.parse(text)).toMatchObject({
    items: [{ name: 'vendor', ageDays: 0, hosts: ['api.vendor.example'], usedBy: ['Provider/vendor'] }],
  })
  expect(text).not.toContain('sk-hidden')
})

test('a secret is shown to an owner who has just proved who they are, with a reason, and that is told', async () => {
  const { url, control } = gateway()
  const body = { reason: 'moving to another gateway' }
  expect((await control('POST', '/api/v1/secrets/vendor:reveal', body)).status).toBe(401)
  const signIn = await fetch(`${url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(ADMIN),
  })
  const cookie = signIn.headers.get('set-cookie')?.split(';')[0] ?? ''
  const reveal = (asked: unknown) =>
    fetch(`${url}/api/v1/secrets/vendor:reveal`, {
      method: 'POST',
      headers: { cookie, origin: url, 'x-gatehouse-csrf': '1', 'content-type': 'application/json' },
      body: JSON.stringify(asked),
    })
  expect((await reveal({ reason: 'why' })).status).toBe(400)
  const shown = await reveal(body)
  expect([shown.status, await shown.json()]).toEqual([200, { name: 'vendor', value: 'sk-hidden' }])
  expect(await told('secret.reveal')).toMatchObject([
    { actor: 'user:ann@example.com', object: 'secret:vendor', reason: body.reason },
  ])
})

test('the master key rotates while calls go on, and the old one is gone', async () => {
  const { control, dataDir } = gateway()
  const file = join(dataDir, 'master.key')
  const before = readFileSync(file, 'utf8')
  expect((await control('POST', '/api/v1/vault:rotate')).status).toBe(204)
  expect(readFileSync(file, 'utf8')).not.toBe(before)
  expect((await control('PUT', '/api/v1/secrets/second', { value: 'two', hosts: ['b.example'] })).status).toBe(200)
  expect(await told('vault.rotate')).toHaveLength(1)
})
