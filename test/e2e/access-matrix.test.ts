import { afterAll, beforeAll, expect, test } from 'bun:test'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { problemAnswer } from '../../src/contract/list.ts'
import { CONTROL_ROUTES } from '../../src/control/index.ts'
import { generateKey, keyDigest } from '../../src/governance/identity/index.ts'
import { systemRandom } from '../../src/lib/random.ts'
import { operations, organisation, ROLES, type RoleName, SAMPLES, SIDES, type Side, victims } from './access-matrix.ts'
import { type Gateway, startGateway } from './harness.ts'

/** Run with `UPDATE_GOLDEN=1` to write the table anew; read the difference before you keep it. */
const UPDATES = process.env.UPDATE_GOLDEN === '1'
const FILE = join(import.meta.dir, '../golden/access-matrix.txt')

let gateway: Gateway
let keys: ReturnType<typeof organisation>['keys']
let made: Awaited<ReturnType<typeof operations>>

beforeAll(async () => {
  const set = organisation()
  keys = set.keys
  gateway = await startGateway({ documents: set.documents })
  const applied = await gateway.control('POST', '/api/v1/documents:apply', { documents: victims() })
  if (applied.status !== 200) throw new Error(await applied.text())
  made = await operations(gateway, keys)
})
afterAll(() => gateway.stop())

async function statusOf(method: string, sample: { path: string; body?: unknown }, role: RoleName): Promise<number> {
  const hasBody = method !== 'GET' && method !== 'DELETE'
  const response = await fetch(gateway.url + sample.path, {
    method,
    headers: { authorization: `Bearer ${keys[role]}`, 'content-type': 'application/json' },
    ...(hasBody ? { body: JSON.stringify(sample.body ?? {}) } : {}),
  })
  await checkAnswer(method, sample.path, response)
  return response.status
}

/** Whatever is answered has the shape that the reference of the API tells of. */
async function checkAnswer(method: string, path: string, response: Response): Promise<void> {
  const type = response.headers.get('content-type') ?? ''
  if (response.status === 204 || !/^application\/(?:problem\+)?json/.test(type)) return response.body?.cancel()
  const body: unknown = await response.json()
  const route = CONTROL_ROUTES.find(
    (one) =>
      one.method === method &&
      new RegExp(`^${templateExpression(one.path)}$`).test(new URL(path, gateway.url).pathname),
  )
  const schema = response.ok ? route?.answer : problemAnswer
  const parsed = typeof schema === 'object' ? schema.safeParse(body) : undefined
  if (parsed?.success === false) throw new Error(`${method} ${path}: ${parsed.error.message}\n${JSON.stringify(body)}`)
}

const templateExpression = (path: string) =>
  path.replace(/(?<=\/)([:*])[a-zA-Z]+/g, (_, sign) => (sign === ':' ? '[^/]+' : '.+'))

/** Fixed, so that a longer address changes one line and not all of them. */
const width = 54

async function line(address: string, side: Side | undefined): Promise<string> {
  const [method = '', path = ''] = address.split(' ')
  const cells: string[] = []
  for (const role of ROLES) {
    const setting = { role, side: side ?? 'own', ...made[side ?? 'own'] }
    const sample = SAMPLES[address]?.(setting) ?? { path: path.replace(/(?<=\/)[:*][a-zA-Z]+/g, 'none') }
    cells.push(String(await statusOf(method, sample, role)).padEnd(role.length))
  }
  return `${address.padEnd(width)}  ${(side ?? '').padEnd(5)}  ${cells.join('  ')}`.trimEnd()
}

test("every address answers every role, for what is theirs and for what is another team's, as it was last looked at", async () => {
  const lines = [`${'address'.padEnd(width)}  ${'whose'}  ${ROLES.join('  ')}`]
  for (const { method, path } of CONTROL_ROUTES) {
    const address = `${method} ${path}`
    const sides: readonly (Side | undefined)[] = SAMPLES[address] ? SIDES : [undefined]
    for (const side of sides) lines.push(await line(address, side))
  }
  const table = `${lines.join('\n')}\n`
  if (UPDATES) writeFileSync(FILE, table)
  expect(existsSync(FILE)).toBe(true)
  // Written anew with: UPDATE_GOLDEN=1 npm test -- --no-install test/e2e/access-matrix
  expect(table).toBe(readFileSync(FILE, 'utf8'))
}, 60_000)

test("lists show what lies within one's reach and not one row more", async () => {
  const list = async (role: RoleName, path: string) => {
    const response = await fetch(gateway.url + path, { headers: { authorization: `Bearer ${keys[role]}` } })
    if (response.status !== 200) return response.status
    const { items } = (await response.json()) as { items: Record<string, unknown>[] }
    return items
  }
  for (const role of ['manager', 'member'] as const) {
    const operationList = await list(role, '/api/v1/operations')
    expect(operationList).toMatchObject([{ id: made.own.operation, team: 'claims' }])
    expect(await list(role, '/api/v1/usage?groupBy=team')).toMatchObject([{ team: 'claims', operations: 1 }])
    expect(await list(role, '/api/v1/operations?team=sales')).toEqual([])
    expect(await list(role, '/api/v1/usage?groupBy=team&team=sales')).toEqual([])
    expect(JSON.stringify(await list(role, '/api/v1/keys'))).not.toContain('shop')
  }
  expect(JSON.stringify(await list('manager', '/api/v1/documents?limit=1000'))).not.toMatch(/shop|sales|sam@/)
  expect(await list('auditor', '/api/v1/operations')).toHaveLength(2)
  expect(await list('member', '/api/v1/operations?format=csv')).toBe(403)
})

test('who can is asked of those within reach, and a decision is told with the grant as it stood', async () => {
  const get = async (role: RoleName, path: string) => {
    const response = await fetch(gateway.url + path, { headers: { authorization: `Bearer ${keys[role]}` } })
    return (await response.json()) as { items: { principal: string }[]; grants: unknown[] }
  }
  const principals = async (role: RoleName) =>
    (await get(role, '/api/v1/access/who-can?on=model:rehearsal')).items.map(({ principal }) => principal)
  expect(await principals('auditor')).toEqual([
    'app:bootstrap',
    'app:portal',
    'app:shop',
    'app:tester',
    'user:admin@localhost',
  ])
  expect(await principals('manager')).toEqual(['app:portal'])
  const refused = await fetch(`${gateway.url}/api/v1/access/explain`, {
    method: 'POST',
    headers: { authorization: `Bearer ${keys.member}`, 'content-type': 'application/json' },
    body: JSON.stringify({ on: 'model:rehearsal' }),
  })
  // Owners are among them, whether a role or a grant made them so; and the member is told of no grant of others.
  expect(await refused.json()).toMatchObject({
    effect: 'deny',
    rules: [],
    grantedBy: [
      { principal: 'user:manager@example.com', because: 'manages the team claims' },
      { principal: 'app:bootstrap', because: 'has the role owner' },
      { principal: 'user:admin@localhost' },
      { principal: 'user:administrator@example.com', because: 'has the role administrator' },
      { principal: 'user:owner@example.com' },
      { principal: 'user:security@example.com' },
    ],
  })
  const decision = await get('member', `/api/v1/decisions/${made.own.decision}`)
  expect(decision).toMatchObject({
    effect: 'allow',
    rules: ['portal-may'],
    grants: [{ rule: 'portal-may', effect: 'allow', at: expect.stringMatching(/policy\.yaml:\d+$/) }],
    revisionNumber: expect.any(Number),
    attempts: [{ provider: 'sandbox' }],
  })
})

test('who runs the gateway appoints nobody: not by a Role, not by a Grant, not by joining, not by a key', async () => {
  const ask = async (method: string, path: string, body: unknown) => {
    const response = await fetch(gateway.url + path, {
      method,
      headers: { authorization: `Bearer ${keys.administrator}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return response.status
  }
  const me = 'user:administrator@example.com'
  const put = (kind: string, name: string, spec: unknown) => ask('PUT', `/api/v1/documents/${kind}/${name}`, { spec })
  expect(await put('Role', 'mine', { permissions: ['roles:write'], members: [me] })).toBe(403)
  expect(await put('Grant', 'mine', { to: [me], actions: ['manage'], on: ['*'] })).toBe(403)
  expect(await ask('POST', '/api/v1/keys', { for: 'user:owner@example.com', name: 'theirs' })).toBe(403)
  expect(await ask('POST', '/api/v1/keys', { for: 'app:bootstrap', name: 'theirs' })).toBe(403)
  // A Key document is a key all the same, and a role may name one: whoever writes it holds what it opens.
  const mine = keyDigest(generateKey(systemRandom))
  expect(await put('Key', 'theirs', { for: 'user:owner@example.com', sha256: mine })).toBe(403)
  expect(await put('Key', 'theirs', { for: 'app:bootstrap', sha256: mine, narrowTo: ['model:rehearsal'] })).toBe(
    200 + 1,
  )
  expect(await put('Key', 'theirs', { for: 'app:bootstrap', sha256: mine })).toBe(403)
  const named = [
    {
      kind: 'Key',
      metadata: { name: 'named' },
      spec: { for: 'app:shop', sha256: keyDigest(generateKey(systemRandom)) },
    },
    { kind: 'Role', metadata: { name: 'of-a-key' }, spec: { permissions: ['secrets:reveal'], members: ['key:named'] } },
  ]
  expect((await gateway.control('POST', '/api/v1/documents:apply', { documents: named })).status).toBe(200)
  expect(await put('Key', 'named', { for: 'app:shop', sha256: mine.replace(/^./, '0') })).toBe(403)
  // A role that a team's people have is reached by joining the team.
  const chiefs = [
    { kind: 'Team', metadata: { name: 'chiefs' }, spec: {} },
    {
      kind: 'Role',
      metadata: { name: 'of-chiefs' },
      spec: { permissions: ['secrets:reveal'], members: ['team:chiefs'] },
    },
  ]
  expect((await gateway.control('POST', '/api/v1/documents:apply', { documents: chiefs })).status).toBe(200)
  expect(await put('Team', 'chiefs', { members: ['user:ann@example.com'] })).toBe(200)
  expect(await put('Team', 'chiefs', { members: [me] })).toBe(403)
  expect(await ask('POST', '/api/v1/documents:apply', { documents: [chiefs[1]], takeOver: true })).toBe(200)
  expect(await ask('DELETE', '/api/v1/documents/Role/of-chiefs', undefined)).toBe(403)
})
