import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { documentAnswer, foresightAnswer, planAnswer } from '../../contract/documents.ts'
import { keyAnswer, newKeyAnswer } from '../../contract/keys.ts'
import { revisionAnswer } from '../../contract/revisions.ts'
import { isWellFormedKey } from '../../governance/identity/index.ts'
import { NOBODY } from '../../governance/identity/testing.ts'
import { manualClock } from '../../lib/clock.ts'
import { GatewayError } from '../../lib/errors.ts'
import { seededRandom } from '../../lib/random.ts'
import { createCatalog } from '../../models/catalog/index.ts'
import { InvalidDocuments } from '../../platform/documents/index.ts'
import { openDatabase } from '../../platform/storage/index.ts'
import { createPolicy, POLICY_MIGRATIONS } from '../../policy/index.ts'
import type { ControlReply, ControlRequest, Route } from '../route-types.ts'
import { OWNER } from '../testing.ts'
import { documentRoutes } from './documents.ts'
import { type KeyServices, keyRoutes } from './keys.ts'
import { revisionRoutes } from './revisions.ts'
import { schemaRoutes } from './schema.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-routes-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const ROUTES: readonly Route<KeyServices>[] = [...documentRoutes, ...revisionRoutes, ...schemaRoutes, ...keyRoutes]
const CATALOG = createCatalog()
let made = 0

interface Asked {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** A control plane of one fresh policy: `ask('GET /api/v1/documents', …)` calls that route's handler. */
async function plane() {
  const clock = manualClock()
  const database = await openDatabase({ url: 'sqlite::memory:', clock })
  await database.migrate(POLICY_MIGRATIONS)
  const policy = createPolicy({
    database,
    clock,
    catalog: CATALOG,
    dataDir: join(folder, String(++made)),
    log: { info: () => undefined, warn: () => undefined },
    prefetch: async () => [],
    bootstrapKeySha256: 'b'.repeat(64),
  })
  await policy.start()
  const people = { directory: NOBODY }
  const caller = { principal: 'user:ann@example.com', teams: [], administrator: true }
  return (address: string, asked: Asked = {}): Promise<ControlReply> => {
    const route = ROUTES.find(({ method, path }) => `${method} ${path}` === address)
    if (!route) throw new Error(`there is no ${address}`)
    const request: ControlRequest = {
      params: asked.params ?? {},
      query: new URLSearchParams(asked.query),
      body: asked.body,
      headers: new Headers(asked.headers),
      caller,
      ...OWNER,
    }
    return route.handle(request, { policy, people, random: seededRandom(1) })
  }
}

async function refusal(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (cause: unknown) => (cause instanceof GatewayError ? cause.code : cause),
  )
}
const ONE = '/api/v1/documents/:kind/*name'
const claims = { kind: 'Team', name: 'claims' }

test('a document is created, read with its owner and tag, changed only from its newest state, and deleted', async () => {
  const ask = await plane()
  const created = await ask(`PUT ${ONE}`, { params: claims, body: { spec: {} } })
  expect([created.status, (created.body as { revision: number }).revision]).toEqual([201, 2])
  const read = await ask(`GET ${ONE}`, { params: claims })
  expect(documentAnswer.parse(read.body)).toMatchObject({
    kind: 'Team',
    owner: 'console',
    metadata: { name: 'claims' },
  })
  const tag = read.headers?.etag ?? ''
  const changed = { ...(read.body as object), metadata: { name: 'claims', labels: { site: 'berlin' } } }
  expect((await ask(`PUT ${ONE}`, { params: claims, body: changed, headers: { 'if-match': tag } })).status).toBe(200)
  const late = ask(`PUT ${ONE}`, { params: claims, body: changed, headers: { 'if-match': tag } })
  expect(await refusal(late)).toBe('conflict')
  expect(await refusal(ask(`DELETE ${ONE}`, { params: claims, headers: { 'if-match': tag } }))).toBe('conflict')
  expect((await ask(`DELETE ${ONE}`, { params: claims })).status).toBe(200)
  expect(await refusal(ask(`GET ${ONE}`, { params: claims }))).toBe('not_found')
})

test('a document may come as YAML; one that is not what its address says, or not valid, is refused', async () => {
  const ask = await plane()
  const yaml = 'kind: Team\nmetadata: {name: claims}\n'
  expect((await ask(`PUT ${ONE}`, { params: claims, body: yaml })).status).toBe(201)
  const other = { kind: 'Team', name: 'other' }
  expect(await refusal(ask(`PUT ${ONE}`, { params: other, body: yaml }))).toBe('invalid_request')
  const invalid = await refusal(ask(`PUT ${ONE}`, { params: other, body: { spec: { parent: 'nobody' } } }))
  expect(invalid instanceof InvalidDocuments && invalid.problems[0]?.path).toBe('spec.parent')
})

test('lists go on where the cursor says, over all documents or a kind', async () => {
  const ask = await plane()
  const seen: string[] = []
  let cursor = ''
  do {
    const { body } = await ask('GET /api/v1/documents', { query: `limit=2&cursor=${cursor}` })
    const page = body as { items: { kind: string; metadata: { name: string } }[]; nextCursor: string | null }
    seen.push(...page.items.map((item) => item.kind))
    cursor = page.nextCursor ?? ''
  } while (cursor !== '')
  expect(seen).toEqual(['App', 'Grant', 'Key', 'Model', 'Provider'])
  const models = await ask('GET /api/v1/documents/:kind', { params: { kind: 'Model' } })
  expect((models.body as { items: unknown[] }).items.length).toBe(1)
  expect(await refusal(ask('GET /api/v1/documents/:kind', { params: { kind: 'Modle' } }))).toBe('not_found')
})

test('plan and apply take JSON and YAML and answer as the contract says; export gives YAML', async () => {
  const ask = await plane()
  const body = 'kind: Team\nmetadata: {name: claims}\n'
  const planned = foresightAnswer.parse((await ask('POST /api/v1/documents:plan', { body })).body)
  expect(planned.changes.map(({ action, name }) => `${action} ${name}`)).toEqual(['create claims'])
  const documents = [{ kind: 'Team', metadata: { name: 'claims' } }]
  const apply = 'POST /api/v1/documents:apply'
  const applied = planAnswer.parse((await ask(apply, { body: { documents, ifRevision: planned.number } })).body)
  expect(applied.number).toBe(2)
  expect(await refusal(ask(apply, { body: { documents, ifRevision: 1 } }))).toBe('conflict')
  expect(await refusal(ask(apply, { body: { documents, prun: true } }))).toBe('invalid_request')
  expect((await ask('GET /api/v1/documents:export')).body).toContain('name: claims')
})

test('revisions are listed newest first and can be rolled back to', async () => {
  const ask = await plane()
  await ask(`PUT ${ONE}`, { params: claims, body: {} })
  const { body } = await ask('GET /api/v1/revisions')
  const items = (body as { items: unknown[] }).items.map((item) => revisionAnswer.parse(item))
  expect(items.map(({ number, author }) => [number, author])).toEqual([
    [2, 'user:ann@example.com'],
    [1, 'system'],
  ])
  const back = await ask('POST /api/v1/revisions/:number:rollback', { params: { number: '1' } })
  expect(planAnswer.parse(back.body).changes).toMatchObject([{ action: 'delete', name: 'claims' }])
  expect(await refusal(ask('POST /api/v1/revisions/:number:rollback', { params: { number: 'x' } }))).toBe('not_found')
})

test('a key is shown when it is made and never again, and a name is taken once', async () => {
  const ask = await plane()
  const body = { for: 'app:bootstrap', name: 'second', expires: '2099-01-01', narrowTo: ['model:sandbox'] }
  const { key } = newKeyAnswer.parse((await ask('POST /api/v1/keys', { body })).body)
  expect(isWellFormedKey(key)).toBe(true)
  const listed = (await ask('GET /api/v1/keys')).body as { items: unknown[] }
  expect(listed.items.map((item) => keyAnswer.parse(item).name)).toEqual(['bootstrap', 'second'])
  expect(JSON.stringify(listed)).not.toContain(key)
  expect(await refusal(ask('POST /api/v1/keys', { body }))).toBe('conflict')
  expect(
    await refusal(ask('POST /api/v1/keys', { body: { ...body, name: 'third', for: 'app:nobody' } })),
  ).toBeInstanceOf(InvalidDocuments)
  await ask('DELETE /api/v1/keys/*name', { params: { name: 'second' } })
  expect(await refusal(ask('DELETE /api/v1/keys/*name', { params: { name: 'second' } }))).toBe('not_found')
})

test('the schema of all kinds and of one is there for editors', async () => {
  const ask = await plane()
  expect((await ask('GET /schemas/v1/all.json')).body).toMatchObject({ title: 'A Gatehouse document' })
  expect((await ask('GET /schemas/v1/kinds/:kind', { params: { kind: 'Team' } })).body).toMatchObject({ title: 'Team' })
  expect(await refusal(ask('GET /schemas/v1/kinds/:kind', { params: { kind: 'x' } }))).toBe('not_found')
})
