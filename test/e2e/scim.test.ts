import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Gateway, mintKey, startGateway } from './harness.ts'

const SCIM_KEY = mintKey('okta-scim')
const ROOT = '/scim/v2/okta'
const DOCUMENTS = `kind: IdentityProvider
metadata: {name: okta}
spec: {kind: oidc, domains: [example.com], issuer: 'https://example.okta.com', clientId: x}
---
kind: IdentityProvider
metadata: {name: entra}
spec: {kind: oidc, domains: [example.com], issuer: 'https://login.microsoftonline.com/x/v2.0', clientId: x}
---
${SCIM_KEY.documents}
---
kind: Role
metadata: {name: provisioner}
spec: {permissions: ['users:provision'], members: ['app:okta-scim']}
---
kind: Team
metadata: {name: claims}
spec: {ssoGroups: [Claims]}
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
  gateway = await startGateway({ documents: DOCUMENTS })
})
afterAll(() => gateway.stop())

type Json = Record<string, unknown>
interface Answer {
  readonly status: number
  readonly body: Json
  readonly headers: Headers
}

async function scim(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(gateway.url + ROOT + path, {
    method,
    headers: { authorization: `Bearer ${SCIM_KEY.key}`, 'content-type': 'application/scim+json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Json), headers: response.headers }
}

const OPERATION = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'
const patch = (path: string, ...Operations: Json[]) => scim('PATCH', path, { schemas: [OPERATION], Operations })
const person = (name: string, more: Json = {}) => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
  userName: `${name}@example.com`,
  externalId: `00u-${name}`,
  name: { givenName: name, familyName: 'Archer' },
  emails: [{ primary: true, value: `${name}@example.com`, type: 'work' }],
  active: true,
  ...more,
})

async function created(name: string): Promise<string> {
  const { status, body } = await scim('POST', '/Users', person(name))
  expect(status).toBe(201)
  return String(body.id)
}

/** A key of a provisioned person, made by an administrator. */
async function keyOf(name: string): Promise<string> {
  const made = await gateway.control('POST', '/api/v1/keys', { for: `user:${name}@example.com`, name: `${name}-key` })
  return ((await made.json()) as { key: string }).key
}

const call = async (key: string) => {
  const body = { model: 'rehearsal', messages: [{ role: 'user', content: 'Hello' }] }
  return (await gateway.post('/v1/chat/completions', body, { key })).status
}

test('a person is made, read, found by name, changed and taken away', async () => {
  const made = await scim('POST', '/Users', person('ann', { nickName: 'Annie', password: 'never kept' }))
  expect(made.status).toBe(201)
  expect(made.headers.get('content-type')).toBe('application/scim+json')
  const id = String(made.body.id)
  expect(made.body).toMatchObject({
    userName: 'ann@example.com',
    externalId: '00u-ann',
    active: true,
    nickName: 'Annie',
  })
  expect(made.body.meta).toMatchObject({
    resourceType: 'User',
    location: expect.stringContaining(`${ROOT}/Users/${id}`),
  })
  expect(JSON.stringify(made.body)).not.toContain('never kept')
  expect((await scim('GET', `/Users/${id}`)).body).toEqual(made.body)
  const found = await scim('GET', `/Users?filter=${encodeURIComponent('userName eq "ANN@example.com"')}`)
  expect(found.body).toMatchObject({ totalResults: 1, Resources: [{ id }] })
  expect((await scim('POST', '/Users', person('Ann'))).body).toMatchObject({ status: '409', scimType: 'uniqueness' })
  const replaced = await scim('PUT', `/Users/${id}`, person('ann', { displayName: 'Ann A.' }))
  expect(replaced.body).toMatchObject({ displayName: 'Ann A.' })
  expect(replaced.body).not.toHaveProperty('nickName')
  const users = (await (await gateway.control('GET', '/api/v1/users?search=ann@')).json()) as { items: Json[] }
  expect(users.items[0]).toMatchObject({ email: 'ann@example.com', name: 'Ann A.', origin: 'scim:okta' })
  expect((await scim('DELETE', `/Users/${id}`)).status).toBe(204)
  expect((await scim('GET', `/Users/${id}`)).body).toMatchObject({
    status: '404',
    schemas: [expect.stringContaining('Error')],
  })
})

test('who is deactivated loses their keys within five seconds, in every way that providers say it', async () => {
  const group = await scim('POST', '/Groups', { displayName: 'Claims' })
  const ways: readonly Json[] = [
    { op: 'replace', value: { active: false } },
    { op: 'Replace', path: 'active', value: 'False' },
    { op: 'replace', path: 'active', value: false },
  ]
  for (const [at, way] of ways.entries()) {
    const id = await created(`leaver${at}`)
    await patch(`/Groups/${group.body.id}`, { op: 'add', path: 'members', value: [{ value: id }] })
    const key = await keyOf(`leaver${at}`)
    expect(await call(key)).toBe(200)
    const startedAt = performance.now()
    expect((await patch(`/Users/${id}`, way)).body.active).toBe(false)
    expect(await call(key)).toBe(401)
    expect(performance.now() - startedAt).toBeLessThan(5_000)
    expect((await patch(`/Users/${id}`, { op: 'replace', value: { active: true } })).body.active).toBe(true)
    expect(await call(key)).toBe(200)
  }
})

test('groups make teams: members come, move and go, and a renamed group is another', async () => {
  const mover = await created('mover')
  const key = await keyOf('mover')
  expect(await call(key)).toBe(403)
  const found = await scim(
    'GET',
    `/Groups?filter=${encodeURIComponent('displayName eq "claims"')}&excludedAttributes=members`,
  )
  const [claims] = found.body.Resources as Json[]
  expect(claims).not.toHaveProperty('members')
  const id = String(claims?.id)
  await patch(`/Groups/${id}`, { op: 'Add', path: 'members', value: [{ value: mover }] })
  expect(await call(key)).toBe(200)
  expect((await scim('GET', `/Users/${mover}`)).body.groups).toMatchObject([{ value: id, display: 'Claims' }])
  await patch(`/Groups/${id}`, { op: 'Remove', path: `members[value eq "${mover}"]` })
  expect(await call(key)).toBe(403)
  await patch(`/Groups/${id}`, { op: 'add', path: 'members', value: [{ value: mover }] })
  await patch(`/Groups/${id}`, { op: 'replace', value: { id, displayName: 'Claims (old)' } })
  expect(await call(key)).toBe(403)
  await patch(`/Groups/${id}`, { op: 'replace', path: 'displayName', value: 'Claims' })
  expect(await call(key)).toBe(200)
  const unknown = await patch(`/Groups/${id}`, { op: 'add', path: 'members', value: [{ value: 'usr_nobody' }] })
  expect(unknown.status).toBe(400)
  expect((await scim('DELETE', `/Groups/${id}`)).status).toBe(204)
  expect(await call(key)).toBe(403)
})

test('patches of one group that come together all count', async () => {
  const group = String((await scim('POST', '/Groups', { displayName: 'Crowd' })).body.id)
  const people = await Promise.all(Array.from({ length: 8 }, (_, at) => created(`crowd${at}`)))
  await Promise.all(
    people.map((value) => patch(`/Groups/${group}`, { op: 'add', path: 'members', value: [{ value }] })),
  )
  expect(((await scim('GET', `/Groups/${group}`)).body.members as Json[]).length).toBe(8)
})

test('lists are paged from 1 and counted whole', async () => {
  const filter = encodeURIComponent('userName sw "crowd" and active eq true')
  const page = (more: string) => scim('GET', `/Users?filter=${filter}&attributes=userName${more}`)
  const first = await page('&startIndex=1&count=5')
  expect(first.body).toMatchObject({ totalResults: 8, startIndex: 1, itemsPerPage: 5 })
  const second = await page('&startIndex=6&count=5')
  expect(second.body).toMatchObject({ totalResults: 8, startIndex: 6, itemsPerPage: 3 })
  const names = [first, second].flatMap(({ body }) => (body.Resources as Json[]).map(({ userName }) => userName))
  expect(new Set(names).size).toBe(8)
  expect(Object.keys((first.body.Resources as Json[])[0] ?? {}).sort()).toEqual(['id', 'schemas', 'userName'])
  expect((await page('&count=0')).body).toMatchObject({ totalResults: 8, Resources: [] })
  expect((await scim('GET', '/Users?filter=userName%20is%20x')).body).toMatchObject({
    status: '400',
    scimType: 'invalidFilter',
  })
})

test('a tag guards against overwriting what changed meanwhile', async () => {
  const id = await created('tagged')
  const tag = (await scim('GET', `/Users/${id}`)).headers.get('etag') ?? ''
  expect((await scim('GET', `/Users/${id}`, undefined, { 'if-none-match': tag })).status).toBe(304)
  expect((await scim('PUT', `/Users/${id}`, person('tagged', { title: 'Dr' }), { 'if-match': tag })).status).toBe(200)
  expect((await scim('PUT', `/Users/${id}`, person('tagged'), { 'if-match': tag })).body).toMatchObject({
    status: '412',
  })
})

test('a provider reaches its own people and its own domains alone', async () => {
  const id = await created('own')
  const foreign = await fetch(`${gateway.url}/scim/v2/entra/Users/${id}`, {
    headers: { authorization: `Bearer ${SCIM_KEY.key}` },
  })
  expect(foreign.status).toBe(404)
  const elsewhere = person('x', { userName: 'x@elsewhere.example', emails: [{ value: 'x@elsewhere.example' }] })
  expect((await scim('POST', '/Users', elsewhere)).body).toMatchObject({ status: '400', scimType: 'invalidValue' })
  expect((await scim('GET', '/Users', undefined, { authorization: `Bearer ${gateway.key}` })).body.status).toBe('403')
  expect((await scim('GET', '/Users', undefined, { authorization: 'Bearer nothing' })).body.status).toBe('401')
  expect(
    (await fetch(`${gateway.url}/scim/v2/nobody/Users`, { headers: { authorization: `Bearer ${SCIM_KEY.key}` } }))
      .status,
  ).toBe(404)
})

test('what the endpoint can do is told', async () => {
  expect((await scim('GET', '/ServiceProviderConfig')).body).toMatchObject({ patch: { supported: true } })
  expect((await scim('GET', '/ResourceTypes')).body.totalResults).toBe(2)
  expect((await scim('GET', '/Schemas')).body.totalResults).toBe(2)
})
