import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type ReviewAnswer, reviewAnswer, reviewItemsAnswer } from '../../src/contract/reviews.ts'
import { generateKey, keyDigest } from '../../src/governance/identity/index.ts'
import { systemRandom } from '../../src/lib/random.ts'
import { type Gateway, startGateway } from './harness.ts'

const keys = { max: generateKey(systemRandom), olga: generateKey(systemRandom), ann: generateKey(systemRandom) }
type Name = keyof typeof keys
let gateway: Gateway

beforeAll(async () => {
  gateway = await startGateway({
    documents: [
      "kind: Team\nmetadata: {name: claims}\nspec: {managers: ['user:max'], members: ['user:ann']}",
      "kind: Team\nmetadata: {name: sales}\nspec: {managers: ['user:olga']}",
      'kind: Model\nmetadata: {name: large}\nspec: {targets: [{provider: sandbox, model: sandbox}]}',
      ...Object.entries(keys).map(
        ([name, key]) => `kind: Key\nmetadata: {name: ${name}}\nspec: {for: 'user:${name}', sha256: ${keyDigest(key)}}`,
      ),
    ].join('\n---\n'),
  })
  const grant = (name: string, to: string[]) => ({
    kind: 'Grant',
    metadata: { name },
    spec: { to, on: ['model:large'] },
  })
  const documents = [
    grant('both', ['team:claims', 'team:sales']),
    grant('ann-alone', ['user:ann']),
    { kind: 'Role', metadata: { name: 'finance' }, spec: { members: ['user:ann', 'user:olga'] } },
  ]
  const applied = await gateway.control('POST', '/api/v1/documents:apply', { documents })
  if (applied.status !== 200) throw new Error(await applied.text())
})
afterAll(() => gateway.stop())

async function ask(name: Name | 'owner', method: string, path: string, body?: unknown) {
  const response = await fetch(`${gateway.url}/api/v1/access/reviews${path}`, {
    method,
    headers: {
      authorization: `Bearer ${name === 'owner' ? gateway.adminKey : keys[name]}`,
      'content-type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: (await response.json()) as ReviewAnswer & { title?: string } }
}

const items = async (name: Name | 'owner', id: string) =>
  reviewItemsAnswer.parse((await ask(name, 'GET', `/${id}/items?limit=500`)).body).items
const specOf = async (kind: string, name: string) => {
  const response = await gateway.control('GET', `/api/v1/documents/${kind}/${name}`)
  return response.status === 200 ? ((await response.json()) as { spec: Record<string, unknown> }).spec : response.status
}

test('a manager reviews what their team has, takes away what it needs no more, and signs', async () => {
  expect((await ask('max', 'POST', '', { name: 'Mine', team: 'sales' })).status).toBe(403)
  expect((await ask('max', 'POST', '', { name: 'All' })).status).toBe(403)
  const { id } = reviewAnswer.parse(
    (await ask('max', 'POST', '', { name: 'Summer', team: 'claims', dueDays: 14 })).body,
  )
  expect((await ask('olga', 'GET', `/${id}`)).status).toBe(404)
  const found = await items('max', id)
  expect(found.map(({ kind, name, subject }) => [kind, name, subject])).toEqual([
    ['Grant', 'ann-alone', 'user:ann'],
    ['Grant', 'both', 'team:claims'],
    ['Key', 'ann', 'user:ann'],
  ])
  for (const { number, kind } of found) {
    const decision = kind === 'Grant' ? 'revoke' : 'keep'
    expect((await ask('max', 'POST', `/${id}:sign`, {})).status).toBe(409)
    expect((await ask('max', 'POST', `/${id}/items/${number}`, { decision })).status).toBe(200)
  }
  // Nothing is taken away before it is signed.
  expect(await specOf('Grant', 'both')).toMatchObject({ to: ['team:claims', 'team:sales'] })
  const signed = await ask('max', 'POST', `/${id}:sign`, { note: 'Done.' })
  expect(signed.body).toMatchObject({ state: 'closed', closedBy: 'user:max', revoked: 2, note: 'Done.' })
  expect(await specOf('Grant', 'both')).toMatchObject({ to: ['team:sales'] })
  expect(await specOf('Grant', 'ann-alone')).toBe(404)
  const revisions = await gateway.control('GET', '/api/v1/revisions?limit=1')
  expect(await revisions.json()).toMatchObject({ items: [{ number: signed.body.revision, reason: `review ${id}` }] })
})

test('a review of everything holds roles too; what Git owns is to be changed there', async () => {
  const { body } = await ask('owner', 'POST', '', { name: 'All' })
  const found = await items('owner', body.id)
  for (const { number, kind, name, subject } of found) {
    const isRevoked = (kind === 'Role' && subject === 'user:ann') || (kind === 'Key' && name === 'olga')
    await ask('owner', 'POST', `/${body.id}/items/${number}`, { decision: isRevoked ? 'revoke' : 'keep' })
  }
  const refused = await ask('owner', 'POST', `/${body.id}:sign`, {})
  expect([refused.status, refused.body.title]).toEqual([409, expect.stringContaining('Key olga in')])
  expect(await specOf('Role', 'finance')).toEqual({ members: ['user:ann', 'user:olga'] })
  const ofOlga = found.find(({ kind, name }) => kind === 'Key' && name === 'olga')
  await ask('owner', 'POST', `/${body.id}/items/${ofOlga?.number}`, { decision: 'keep' })
  expect((await ask('owner', 'POST', `/${body.id}:sign`, {})).body.state).toBe('closed')
  expect(await specOf('Role', 'finance')).toEqual({ members: ['user:olga'] })
})
