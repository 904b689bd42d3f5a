import { afterAll, beforeAll, expect, test } from 'bun:test'
import { methodsAnswer, oneTimePasswordAnswer, sessionAnswer, userAnswer } from '../../src/contract/people.ts'
import { type Gateway, startGateway } from './harness.ts'

const ADMIN = { email: 'root@example.com', password: 'a long enough password' }
const TEAM = `kind: Team
metadata: {name: claims}
spec: {}
---
kind: Provider
metadata: {name: rehearsal}
spec: {type: sandbox}
---
kind: Model
metadata: {name: rehearsal}
spec: {targets: [{provider: rehearsal, model: sandbox}]}
---
kind: Grant
metadata: {name: claims-may}
spec: {to: ['team:claims'], effect: allow, actions: [use], on: ['model:rehearsal']}`

let gateway: Gateway
beforeAll(async () => {
  const environment = { GATEHOUSE_ADMIN_EMAIL: 'Root@Example.com', GATEHOUSE_ADMIN_PASSWORD: ADMIN.password }
  gateway = await startGateway({ documents: TEAM, environment })
})
afterAll(() => gateway.stop())

interface Asked {
  readonly body?: unknown
  readonly cookie?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** A request as a browser on the gateway's own pages makes it. */
function ask(method: string, path: string, { body, cookie, headers }: Asked = {}): Promise<Response> {
  return fetch(gateway.url + path, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(cookie ? { cookie, origin: gateway.url, 'x-gatehouse-csrf': '1' } : {}),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}

async function signIn(body: unknown = ADMIN): Promise<{ readonly cookie: string; readonly response: Response }> {
  const response = await ask('POST', '/api/v1/session', { body })
  return { cookie: response.headers.get('set-cookie')?.split(';')[0] ?? '', response }
}

async function codeOf(response: Response): Promise<string> {
  return `${response.status} ${((await response.json()) as { readonly code?: string }).code}`
}

/** Makes an account and signs in with a password of its own choice. */
async function member(email: string, teams: readonly string[]) {
  const { cookie: admin } = await signIn()
  const made = await ask('POST', '/api/v1/users', { cookie: admin, body: { email, name: 'Ann', teams } })
  expect(made.status).toBe(201)
  const { user, password: first } = oneTimePasswordAnswer.parse(await made.json())
  const { cookie } = await signIn({ email, password: first })
  const password = `${email} has a long password`
  const changed = await ask('PUT', '/api/v1/me/password', { cookie, body: { current: first, password } })
  expect(changed.status).toBe(204)
  return { user, cookie, admin, password }
}

const CHAT = { model: 'rehearsal', messages: [{ role: 'user', content: 'Hello' }] }

test('the first administrator signs in, sees who they are, may everything, and signs out', async () => {
  const { cookie, response } = await signIn()
  expect(response.status).toBe(201)
  expect(response.headers.get('set-cookie')).toMatch(
    /^gatehouse_session=gts_\w{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=28800$/,
  )
  const session = sessionAnswer.parse(await response.json())
  expect(session.user.email).toBe('root@example.com')
  expect(session.roles).toContain('owner')
  expect(session.permissions).toContain('users:write')
  expect(sessionAnswer.parse(await (await ask('GET', '/api/v1/session', { cookie })).json())).toEqual(session)
  expect((await ask('GET', '/api/v1/documents', { cookie })).status).toBe(200)
  const out = await ask('DELETE', '/api/v1/session', { cookie })
  expect([out.status, out.headers.get('set-cookie')]).toEqual([204, expect.stringContaining('Max-Age=0')])
  expect(await codeOf(await ask('GET', '/api/v1/session', { cookie }))).toBe('401 session_ended')
})

test('what is offered is known before anybody signs in, and nothing else is', async () => {
  const methods = methodsAnswer.parse(await (await ask('GET', '/api/v1/session/methods')).json())
  expect(methods).toEqual({ password: true, providers: [] })
  expect(await codeOf(await ask('GET', '/api/v1/session'))).toBe('401 unauthenticated')
  expect(await codeOf(await ask('GET', '/api/v1/users'))).toBe('401 unauthenticated')
})

test('a one-time password opens nothing but the way to another one', async () => {
  const { cookie: admin } = await signIn()
  const made = await ask('POST', '/api/v1/users', { cookie: admin, body: { email: 'new@example.com' } })
  const { password } = oneTimePasswordAnswer.parse(await made.json())
  const { cookie, response } = await signIn({ email: 'new@example.com', password })
  expect(sessionAnswer.parse(await response.json()).passwordChange).toBe('required')
  expect(await codeOf(await ask('GET', '/api/v1/me/keys', { cookie }))).toBe('403 password_change_required')
  expect((await ask('POST', '/v1/chat/completions', { cookie, body: CHAT })).status).toBe(403)
  const weak = await ask('PUT', '/api/v1/me/password', { cookie, body: { current: password, password: 'short' } })
  expect(await codeOf(weak)).toBe('400 invalid_request')
  const same = await ask('PUT', '/api/v1/me/password', { cookie, body: { current: password, password } })
  expect(await codeOf(same)).toBe('400 invalid_request')
})

test('a member of a team calls models with the session, as themselves and with that team', async () => {
  const { cookie } = await member('ann@example.com', ['claims'])
  const answer = await ask('POST', '/v1/chat/completions', { cookie, body: CHAT })
  expect(answer.status).toBe(200)
  await answer.text()
  const record = await gateway.record(answer.headers.get('x-request-id'))
  expect(record).toMatchObject({ principal: 'user:ann@example.com', team: 'claims', outcome: 'succeeded' })
  for (const [path, body] of [
    ['/v1/messages', { ...CHAT, max_tokens: 50 }],
    ['/v1beta/models/rehearsal:generateContent', { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] }],
    ['/v1/responses', { model: 'rehearsal', input: 'Hello' }],
  ] as const) {
    expect([path, (await ask('POST', path, { cookie, body })).status]).toEqual([path, 200])
  }
  const models = (await (await ask('GET', '/v1/models', { cookie })).json()) as { data: { id: string }[] }
  expect(models.data.map(({ id }) => id)).toEqual(['rehearsal'])
})

test('a member may not administer, whatever the address', async () => {
  const { cookie, user } = await member('carl@example.com', [])
  for (const [method, path] of [
    ['GET', '/api/v1/users'],
    ['GET', `/api/v1/users/${user.id}`],
    ['PATCH', `/api/v1/users/${user.id}`],
    ['DELETE', '/api/v1/users/root@example.com'],
    ['POST', '/api/v1/users/root@example.com:reset-password'],
    ['PUT', '/api/v1/secrets/x'],
  ] as const) {
    expect([
      path,
      await codeOf(await ask(method, path, { cookie, ...(method === 'GET' ? {} : { body: {} }) })),
    ]).toEqual([path, '403 access_denied'])
  }
  expect(await codeOf(await ask('POST', '/v1/chat/completions', { cookie, body: CHAT }))).toStartWith('403')
})

test('a change with a session needs the header and an origin that is the gateway, on every surface', async () => {
  const { cookie } = await member('csrf@example.com', ['claims'])
  const attempts: readonly Readonly<Record<string, string>>[] = [
    { cookie },
    { cookie, 'x-gatehouse-csrf': '1' },
    { cookie, origin: gateway.url },
    { cookie, origin: 'https://evil.example', 'x-gatehouse-csrf': '1' },
    { cookie, origin: 'null', 'x-gatehouse-csrf': '1' },
    { cookie, origin: `${gateway.url}.evil.example`, 'x-gatehouse-csrf': '1' },
  ]
  for (const headers of attempts) {
    for (const path of [
      '/api/v1/me/keys',
      '/v1/chat/completions',
      '/v1/messages',
      '/v1beta/models/rehearsal:generateContent',
    ]) {
      expect([path, (await ask('POST', path, { body: {}, headers })).status]).toEqual([path, 403])
    }
    expect((await ask('DELETE', '/api/v1/session', { headers })).status).toBe(403)
  }
  // Somebody else's page cannot sign a visitor in as somebody else, either.
  const foreign = await ask('POST', '/api/v1/session', { body: ADMIN, headers: { origin: 'https://evil.example' } })
  expect(await codeOf(foreign)).toBe('403 csrf_refused')
  expect((await ask('GET', '/api/v1/session', { headers: { cookie } })).status).toBe(200)
})

test('virtual keys are taken as before, with or without a cookie beside them', async () => {
  const headers = { authorization: `Bearer ${gateway.key}`, cookie: 'gatehouse_session=gts_nobody' }
  expect((await ask('POST', '/v1/chat/completions', { body: CHAT, headers })).status).toBe(200)
})

test('a personal key speaks for its person and their teams, is seen by its owner alone, and is revoked by them', async () => {
  const { cookie } = await member('key@example.com', ['claims'])
  const { cookie: other } = await member('other@example.com', ['claims'])
  const made = await ask('POST', '/api/v1/me/keys', { cookie, body: { name: 'laptop' } })
  expect(made.status).toBe(201)
  const { id, key } = (await made.json()) as { id: string; key: string }
  const call = () => gateway.post('/v1/chat/completions', CHAT, { key })
  const answer = await call()
  expect(answer.status).toBe(200)
  expect(await gateway.record(answer.headers.get('x-request-id'))).toMatchObject({
    principal: 'user:key@example.com',
    team: 'claims',
    key: id,
  })
  const names = async (of: string) =>
    ((await (await ask('GET', '/api/v1/me/keys', { cookie: of })).json()) as { items: { id: string }[] }).items
  expect((await names(cookie)).map((item) => item.id)).toEqual([id])
  expect(await names(other)).toEqual([])
  expect(await codeOf(await ask('DELETE', `/api/v1/me/keys/${id}`, { cookie: other }))).toBe('404 not_found')
  expect((await ask('DELETE', `/api/v1/me/keys/${id}`, { cookie })).status).toBe(200)
  expect((await call()).status).toBe(401)
})

test('who is disabled loses session and keys at once, and gets the keys back when let in again', async () => {
  const { cookie, admin, user } = await member('leaver@example.com', ['claims'])
  const made = await ask('POST', '/api/v1/me/keys', { cookie, body: { name: 'laptop' } })
  const { key } = (await made.json()) as { key: string }
  const call = async () => (await gateway.post('/v1/chat/completions', CHAT, { key })).status
  expect(await call()).toBe(200)
  const path = `/api/v1/users/${user.id}`
  const disabled = await ask('PATCH', path, { cookie: admin, body: { disabled: true } })
  expect(userAnswer.parse(await disabled.json()).status).toBe('disabled')
  expect(await call()).toBe(401)
  expect((await ask('POST', '/v1/chat/completions', { cookie, body: CHAT })).status).toBe(401)
  await ask('PATCH', path, { cookie: admin, body: { disabled: false } })
  expect(await call()).toBe(200)
  expect((await ask('DELETE', path, { cookie: admin })).status).toBe(204)
  expect(await call()).toBe(401)
  // Invited anew, the same address does not inherit the keys of before.
  expect((await ask('POST', '/api/v1/users', { cookie: admin, body: { email: user.email } })).status).toBe(201)
  expect(await call()).toBe(401)
})

test('teams that an administrator gives count at once, in sessions and keys', async () => {
  const { cookie, admin, user } = await member('mover@example.com', [])
  const status = async () => (await ask('POST', '/v1/chat/completions', { cookie, body: CHAT })).status
  expect(await status()).toBe(403)
  const moved = await ask('PATCH', `/api/v1/users/${user.id}`, { cookie: admin, body: { teams: ['claims'] } })
  expect(userAnswer.parse(await moved.json()).effectiveTeams).toEqual(['claims'])
  expect(await status()).toBe(200)
  const unknown = await ask('PATCH', `/api/v1/users/${user.id}`, { cookie: admin, body: { teams: ['nobody'] } })
  expect(await codeOf(unknown)).toBe('400 invalid_request')
})

test('what is done to people, and by them, stands in the audit log', async () => {
  const { cookie, admin, user } = await member('audited@example.com', ['claims'])
  await ask('PATCH', `/api/v1/users/${user.id}`, { cookie: admin, body: { disabled: true } })
  expect((await ask('GET', '/api/v1/session', { cookie })).status).toBe(401)
  const log = await (await ask('GET', '/api/v1/audit?limit=100', { cookie: admin })).text()
  for (const action of ['user.create', 'session.create', 'user.password', 'user.change']) {
    expect(log).toContain(`"${action}"`)
  }
  expect(log).toContain('user:audited@example.com')
  expect(log).not.toContain('has a long password')
})

test('nobody locks themselves out, and nobody with fewer rights touches who has more', async () => {
  const { cookie: admin } = await signIn()
  const self = await ask('PATCH', '/api/v1/users/root@example.com', { cookie: admin, body: { disabled: true } })
  expect(await codeOf(self)).toBe('409 conflict')
  const { cookie, user } = await member('helpdesk@example.com', [])
  const role = {
    kind: 'Role',
    metadata: { name: 'helpdesk' },
    spec: { permissions: ['users:read', 'users:write'], members: [`user:${user.email}`] },
  }
  expect((await ask('PUT', '/api/v1/documents/Role/helpdesk', { cookie: admin, body: role })).status).toBeLessThan(300)
  expect((await ask('GET', '/api/v1/users', { cookie })).status).toBe(200)
  const attempt = await ask('POST', '/api/v1/users/root@example.com:reset-password', { cookie, body: {} })
  expect(await codeOf(attempt)).toBe('403 access_denied')
  const plain = await ask('POST', '/api/v1/users/new@example.com:reset-password', { cookie, body: {} })
  expect(plain.status).toBe(200)
})
