import { afterAll, beforeAll, expect, test } from 'bun:test'
import { auditAnswer, auditVerdictAnswer } from '../../src/contract/audit.ts'
import { type Gateway, startGateway } from './harness.ts'

const state: { gateway?: Gateway } = {}
beforeAll(async () => {
  state.gateway = await startGateway({ documents: 'kind: Team\nmetadata: {name: claims}\nspec: {}' })
})
afterAll(() => state.gateway?.stop())

function gateway(): Gateway {
  if (!state.gateway) throw new Error('not started')
  return state.gateway
}

async function entries(query: string) {
  const answer = await gateway().control('GET', `/api/v1/audit?${query}`)
  expect(answer.status).toBe(200)
  return auditAnswer.parse(await answer.json())
}

test('what the start and the policy directory did stands in the log', async () => {
  const { items } = await entries('object=Team/claims')
  expect(items).toHaveLength(1)
  expect(items[0]).toMatchObject({ action: 'document.create', actor: expect.stringMatching(/^git:/), revision: 2 })
})

test('a change tells who, from where, through which request, what differed and which revision came of it', async () => {
  const { control } = gateway()
  const write = (amount: string) =>
    control('PUT', '/api/v1/documents/Budget/month', {
      spec: { appliesTo: ['team:claims'], amount, period: 'month', atLimit: 'block' },
    })
  expect((await write('10 USD')).status).toBe(201)
  const changed = await write('20 USD')
  expect(changed.status).toBe(200)
  const { items } = await entries('action=document.change&object=Budget/month')
  expect(items[0]).toMatchObject({
    actor: 'app:bootstrap',
    address: '127.0.0.1',
    requestId: changed.headers.get('x-request-id'),
    fields: [{ path: 'spec.amount', before: '10 USD', after: '20 USD' }],
    before: expect.any(String),
    after: expect.any(String),
  })
})

test('keys that are made and revoked, secrets, and the use of the bootstrap key stand in the log', async () => {
  const { control } = gateway()
  await control('PUT', '/api/v1/documents/App/robot', { spec: {} })
  const made = await control('POST', '/api/v1/keys', { for: 'app:robot', name: 'robot' })
  const { key } = (await made.json()) as { key: string }
  await control('DELETE', '/api/v1/keys/robot')
  await control('PUT', '/api/v1/secrets/vendor', { value: 'hunter2-hunter2' })
  const { items } = await entries('limit=500')
  const actions = items.map(({ action, object }) => `${action} ${object ?? ''}`)
  for (const wanted of ['key.create Key/robot', 'key.revoke Key/robot', 'secret.write secret:vendor'])
    expect(actions).toContain(wanted)
  expect(actions).toContain('bootstrap.use POST /api/v1/keys')
  const text = JSON.stringify(items)
  expect(text).not.toContain(key)
  expect(text).not.toContain('hunter2')
})

test('the log pages, verifies, and gives its checkpoint and proofs', async () => {
  const { control } = gateway()
  const first = await entries('limit=2')
  const second = await entries(`limit=2&cursor=${first.nextCursor}`)
  const [a, b] = [first.items.at(-1)?.sequence ?? 0, second.items[0]?.sequence ?? 0]
  expect(a - b).toBe(1)
  const verdict = auditVerdictAnswer.parse(await (await control('GET', '/api/v1/audit/verify')).json())
  expect(verdict.fault).toBeUndefined()
  expect(verdict.entries).toBeGreaterThan(5)
  const note = await (await control('GET', '/api/v1/audit/checkpoint')).text()
  expect(note).toMatch(/^gatehouse-[0-9a-f]{16}\/default\/audit\n\d+\n\S{44}\n\n— gatehouse-\S+ \S+\n$/)
  expect((await control('GET', '/api/v1/audit/inclusion?sequence=3')).status).toBe(200)
  expect((await control('GET', '/api/v1/audit/consistency?from=2')).status).toBe(200)
  expect((await control('GET', '/api/v1/audit/inclusion?sequence=99999')).status).toBe(404)
  expect((await control('GET', '/api/v1/audit?nonsense=1')).status).toBe(400)
})

test('who may not administer reads nothing of it', async () => {
  const answer = await fetch(`${gateway().url}/api/v1/audit`, { headers: { authorization: `Bearer ${gateway().key}` } })
  expect(answer.status).toBe(403)
})

test('the export ends with the checkpoint, and taking it is told', async () => {
  const text = await (await gateway().control('GET', '/api/v1/audit/export')).text()
  const lines = text.trimEnd().split('\n')
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ export: 'gatehouse-audit/1', size: lines.length - 2 })
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ checkpoint: expect.stringContaining('default/audit') })
  expect(JSON.parse(lines.at(-2) ?? '')).toMatchObject({ action: 'audit.export' })
})
