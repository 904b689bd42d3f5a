import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Gateway, startGateway } from './harness.ts'

let gateway: Gateway
beforeAll(async () => {
  gateway = await startGateway({ documents: 'kind: Team\nmetadata: {name: claims}\nspec: {}' })
})
afterAll(() => gateway.stop())

function post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}) {
  return fetch(gateway.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.adminKey}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

test('a POST under an idempotency key is done once and answered again as it was', async () => {
  const once = { 'idempotency-key': 'make-a-key' }
  const wish = { for: 'app:bootstrap', name: 'second' }
  const first = await post('/api/v1/keys', wish, once)
  const made = (await first.json()) as { key: string }
  const again = await post('/api/v1/keys', wish, once)
  expect([first.status, again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 201, 'true'])
  expect(await again.json()).toEqual(made)
  expect((await post('/api/v1/keys', wish)).status).toBe(409)
  const other = await post('/api/v1/keys', { ...wish, name: 'third' }, once)
  expect([other.status, ((await other.json()) as { code: string }).code]).toEqual([409, 'idempotency_conflict'])
  // Another caller's key of the same name is another key.
  const asOther = await fetch(`${gateway.url}/api/v1/keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${made.key}`, 'content-type': 'application/json', ...once },
    body: JSON.stringify({ ...wish, name: 'fourth' }),
  })
  expect(asOther.status).toBe(201)
})

test('what failed under an idempotency key can be tried again', async () => {
  const once = { 'idempotency-key': 'bad-then-good' }
  expect((await post('/api/v1/keys', { for: 'app:none', name: 'x' }, once)).status).toBe(422)
  expect((await post('/api/v1/keys', { for: 'app:bootstrap', name: 'x' }, once)).status).toBe(201)
})

test('the description of the API is there for anybody, and its page runs no script', async () => {
  const described = await fetch(`${gateway.url}/api/openapi.json`)
  expect([described.status, ((await described.json()) as { openapi: string }).openapi]).toEqual([200, '3.1.1'])
  const page = await fetch(`${gateway.url}/api/docs`)
  expect(page.headers.get('content-type')).toContain('text/html')
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect((await fetch(`${gateway.url}/api/docs/style.css`)).headers.get('content-type')).toContain('text/css')
})

test('an answer without a body says nothing of its type', async () => {
  const gone = await fetch(`${gateway.url}/api/v1/secrets/none`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${gateway.adminKey}` },
  })
  expect([gone.status, gone.headers.get('content-type')]).toEqual([204, null])
})

test('a refusal of the gate carries the decision, a sentence and who could grant it, and the decision can be looked up', async () => {
  const made = await post('/api/v1/documents:apply', {
    documents: [
      {
        kind: 'Grant',
        metadata: { name: 'not-the-sandbox' },
        spec: { to: ['app:tester'], effect: 'deny', on: ['model:sandbox'] },
      },
    ],
  })
  expect(made.status).toBe(200)
  const refused = await gateway.post('/v1/chat/completions', {
    model: 'sandbox',
    messages: [{ role: 'user', content: 'x' }],
  })
  expect(refused.status).toBe(403)
  const { error } = (await refused.json()) as { error: { message: string; grantedBy?: string } }
  const id = refused.headers.get('x-gatehouse-decision') ?? ''
  expect(error.message).toContain(id)
  expect(error.message).toContain('not-the-sandbox')
  await gateway.record(refused.headers.get('x-request-id'))
  const decision = await gateway.control('GET', `/api/v1/decisions/${id}`)
  expect(await decision.json()).toMatchObject({
    effect: 'deny',
    rules: ['not-the-sandbox'],
    grants: [{ effect: 'deny' }],
    attempts: [],
  })
})

test('keys are listed in pages, and a key makes none that outlives it or may do more', async () => {
  const wish = (name: string, more: object) => post('/api/v1/keys', { for: 'app:bootstrap', name, ...more })
  const soon = new Date(Date.now() + 3_600_000).toISOString()
  const ending = (await (await wish('ending', { expires: soon })).json()) as { key: string }
  const narrowed = (await (await wish('narrow', { narrowTo: ['model:sandbox'] })).json()) as { key: string }
  const as = (key: string, name: string, more: object) =>
    fetch(`${gateway.url}/api/v1/keys`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ for: 'app:bootstrap', name, ...more }),
    })
  expect((await as(ending.key, 'child', {})).status).toBe(201)
  expect((await as(ending.key, 'later', { expires: '2099-01-01' })).status).toBe(201)
  expect((await as(ending.key, 'sooner', { expires: '2020-01-01' })).status).toBe(201)
  const role = { kind: 'Role', metadata: { name: 'smith' }, spec: { permissions: ['keys:*'], members: ['key:narrow'] } }
  expect((await post('/api/v1/documents:apply', { documents: [role] })).status).toBe(200)
  expect((await as(narrowed.key, 'wide', {})).status).toBe(403)
  const names: string[] = []
  const ends = new Map<string, string | undefined>()
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page = await gateway.control('GET', `/api/v1/keys?limit=2&cursor=${cursor}`)
    const read = (await page.json()) as { items: { name: string; expires?: string }[]; nextCursor: string | null }
    for (const { name, expires } of read.items) ends.set(name, expires)
    names.push(...read.items.map(({ name }) => name))
    cursor = read.nextCursor
  }
  expect(names).toEqual([...names].sort())
  expect(new Set(names).size).toBe(names.length)
  expect([ends.get('child'), ends.get('later')]).toEqual([soon, soon])
  expect(ends.get('sooner')).toBe('2020-01-01T00:00:00.000Z')
})
