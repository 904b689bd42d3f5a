import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type AccessRequestAnswer, accessRequestAnswer, accessRequestsAnswer } from '../../src/contract/requests.ts'
import { generateKey, keyDigest } from '../../src/governance/identity/index.ts'
import { systemRandom } from '../../src/lib/random.ts'
import { type Gateway, startGateway } from './harness.ts'

const NAMES = ['ann', 'bob', 'max', 'olga', 'rita'] as const
type Name = (typeof NAMES)[number]
const keys = Object.fromEntries(NAMES.map((name) => [name, generateKey(systemRandom)])) as Record<Name, string>
let gateway: Gateway

const team = (name: string, spec: string) => `kind: Team\nmetadata: {name: ${name}}\nspec: {${spec}}`
const model = (name: string) =>
  `kind: Model\nmetadata: {name: ${name}}\nspec: {targets: [{provider: sandbox, model: sandbox}]}`
const grant = (name: string, spec: string) => `kind: Grant\nmetadata: {name: ${name}}\nspec: {${spec}}`

beforeAll(async () => {
  gateway = await startGateway({
    documents: [
      team('claims', "managers: ['user:max'], members: ['user:ann']"),
      team('sales', "managers: ['user:olga'], members: ['user:bob']"),
      'kind: App\nmetadata: {name: portal}\nspec: {team: claims, owner: "user:ann"}',
      ...['large', 'secret', 'owned', 'never'].map(model),
      grant('rita-approves', "to: ['user:rita'], actions: [approve], on: ['model:owned']"),
      grant('no-manager-approves', "to: ['user:max'], effect: deny, actions: [approve], on: ['model:secret']"),
      grant('never', "to: [org], effect: deny, on: ['model:never']"),
      ...NAMES.map(
        (name) => `kind: Key\nmetadata: {name: ${name}}\nspec: {for: 'user:${name}', sha256: ${keyDigest(keys[name])}}`,
      ),
    ].join('\n---\n'),
  })
})
afterAll(() => gateway.stop())

async function ask(name: Name, method: string, path: string, body?: unknown) {
  const response = await fetch(`${gateway.url}/api/v1/access/requests${path}`, {
    method,
    headers: { authorization: `Bearer ${keys[name]}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: (await response.json()) as AccessRequestAnswer & { title?: string } }
}

const call = async (name: Name, wanted: string) => {
  const body = { model: wanted, messages: [{ role: 'user', content: 'hello' }] }
  return (await gateway.post('/v1/chat/completions', body, { key: keys[name] })).status
}

test('a request, the yes of a manager, and a grant that ends by itself', async () => {
  expect(await call('ann', 'large')).toBe(403)
  const made = await ask('ann', 'POST', '', { on: 'model:large', days: 3, reason: 'For the pilot.' })
  expect(made.status).toBe(201)
  const { id } = accessRequestAnswer.parse(made.body)
  expect(made.body).toMatchObject({ state: 'pending', team: 'claims', mayDecide: false })
  expect(made.body.deciders[0]).toEqual({ principal: 'user:max', because: 'manages the team claims' })
  // Nobody says yes to themselves; another team's manager does not even see it.
  expect((await ask('ann', 'POST', `/${id}:approve`, {})).status).toBe(403)
  expect((await ask('olga', 'POST', `/${id}:approve`, {})).status).toBe(404)
  expect((await ask('olga', 'GET', `/${id}`)).status).toBe(404)
  const yes = await ask('max', 'POST', `/${id}:approve`, { days: 2, note: 'Fine.' })
  expect(yes.body).toMatchObject({ state: 'approved', decidedBy: 'user:max', note: 'Fine.', deciders: [] })
  expect(await call('ann', 'large')).toBe(200)
  const document = await gateway.control('GET', `/api/v1/documents/Grant/${yes.body.grant}`)
  const { spec } = (await document.json()) as { spec: { to: string[]; expires: string } }
  expect(spec.to).toEqual(['user:ann'])
  expect(Date.parse(spec.expires) - Date.parse(made.body.at)).toBeLessThan(3 * 24 * 3_600_000)
  // Once is enough, and what is allowed is not asked for.
  expect((await ask('max', 'POST', `/${id}:approve`, {})).status).toBe(409)
  expect((await ask('ann', 'POST', '', { on: 'model:large', reason: 'Again.' })).status).toBe(409)
})

test('who may approve the resource decides, whoever manages; who is denied approving it does not', async () => {
  const owned = await ask('bob', 'POST', '', { on: 'model:owned', reason: 'Please.' })
  expect((await ask('rita', 'POST', `/${owned.body.id}:approve`, {})).body.state).toBe('approved')
  const secret = await ask('ann', 'POST', '', { on: 'model:secret', reason: 'Please.' })
  expect((await ask('max', 'POST', `/${secret.body.id}:approve`, {})).status).toBe(403)
  const owner = await gateway.control('POST', `/api/v1/access/requests/${secret.body.id}:decline`, { note: 'No.' })
  expect(await owner.json()).toMatchObject({ state: 'declined', note: 'No.' })
  expect((await ask('ann', 'GET', `/${secret.body.id}`)).body).toMatchObject({ state: 'declined', note: 'No.' })
})

test('what a grant would not help with, is not there, or is for others, is refused when it is asked', async () => {
  const cases: readonly [object, number][] = [
    [{ on: 'model:never', reason: 'x' }, 403],
    [{ on: 'model:none', reason: 'x' }, 400],
    [{ on: 'model:*', reason: 'x' }, 400],
    [{ on: 'model:secret' }, 400],
    [{ on: 'model:secret', reason: 'x', action: 'manage' }, 400],
    [{ on: 'model:secret', reason: 'x', days: 4_000 }, 400],
    [{ on: 'model:secret', reason: 'x', for: 'user:bob' }, 403],
    [{ on: 'model:secret', reason: 'x', for: 'app:portal' }, 201],
  ]
  for (const [body, status] of cases) expect((await ask('ann', 'POST', '', body)).status).toBe(status)
})

test('lists show what one asked and what one may decide; a request that waits can be taken back', async () => {
  const list = async (name: Name, query = '') => accessRequestsAnswer.parse((await ask(name, 'GET', query)).body).items
  expect((await list('olga')).map(({ requester }) => requester)).toEqual(['user:bob'])
  const [waiting] = await list('max', '?state=pending')
  expect(waiting).toMatchObject({ principal: 'app:portal', requester: 'user:ann' })
  expect((await ask('max', 'POST', `/${waiting?.id}:withdraw`)).status).toBe(404)
  expect((await ask('ann', 'POST', `/${waiting?.id}:withdraw`)).body.state).toBe('withdrawn')
  expect((await list('bob', '?mine=true')).length).toBe(1)
})
