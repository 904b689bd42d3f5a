import { afterAll, beforeAll, expect, test } from 'bun:test'
import { budgetsAnswer, limitsAnswer } from '../../src/contract/budgets.ts'
import { modelsAnswer, programsAnswer, providersAnswer, teamsAnswer } from '../../src/contract/inventory.ts'
import { facetsAnswer, overviewAnswer } from '../../src/contract/overview.ts'
import { generateKey, keyDigest } from '../../src/governance/identity/index.ts'
import { systemRandom } from '../../src/lib/random.ts'
import { type Gateway, startGateway } from './harness.ts'

const keys = { portal: generateKey(systemRandom), shop: generateKey(systemRandom), ann: generateKey(systemRandom) }
let gateway: Gateway

const key = (name: keyof typeof keys, principal: string) => `kind: Key
metadata: {name: ${name}}
spec: {for: '${principal}', sha256: ${keyDigest(keys[name])}}`

beforeAll(async () => {
  gateway = await startGateway({
    documents: [
      `kind: Team
metadata: {name: claims}
spec: {managers: ['user:max@example.com'], members: ['user:ann@example.com']}`,
      `kind: Team
metadata: {name: sales}
spec: {}`,
      `kind: App
metadata: {name: portal}
spec: {team: claims, owner: 'user:ann@example.com'}`,
      `kind: App
metadata: {name: shop}
spec: {team: sales}`,
      `kind: Model
metadata: {name: priced, labels: {tier: standard}}
spec: {targets: [{provider: sandbox, model: priced}]}`,
      `kind: Pricing
metadata: {name: sandbox-prices}
spec: {provider: sandbox, models: {priced: {input: 3 USD, output: 15 USD}}}`,
      `kind: Grant
metadata: {name: apps-may}
spec: {to: ['app:portal', 'app:shop'], on: ['model:priced']}`,
      `kind: Budget
metadata: {name: claims-month}
spec: {appliesTo: ['team:claims'], amount: 0.0001 USD, period: month, atLimit: alert}`,
      `kind: Budget
metadata: {name: sales-month}
spec: {appliesTo: ['team:sales'], amount: 1000 USD, period: month}`,
      `kind: Limit
metadata: {name: per-app}
spec: {appliesTo: [org], per: app, requests: 100/min, concurrency: 10}`,
      key('portal', 'app:portal'),
      key('shop', 'app:shop'),
      key('ann', 'user:ann@example.com'),
    ].join('\n---\n'),
  })
  for (const name of ['portal', 'portal', 'shop'] as const) expect((await call(name)).status).toBe(200)
})
afterAll(() => gateway.stop())

const call = (name: keyof typeof keys) =>
  gateway.post(
    '/v1/chat/completions',
    { model: 'priced', messages: [{ role: 'user', content: 'hello' }] },
    { key: keys[name] },
  )

async function get<T>(path: string, schema: { parse: (value: unknown) => T }, token = gateway.adminKey): Promise<T> {
  const response = await fetch(gateway.url + path, { headers: { authorization: `Bearer ${token}` } })
  const body: unknown = await response.json()
  if (response.status !== 200) throw new Error(JSON.stringify(body))
  return schema.parse(body)
}

test('the overview sums what happened, and a person is shown what is theirs', async () => {
  const all = await get('/api/v1/overview', overviewAnswer)
  expect(all.totals).toMatchObject({ operations: 3, outcomes: { succeeded: 3 }, unpriced: 0 })
  expect(all.totals.costNanoUsd).toBeGreaterThan(0)
  expect(all.before.operations).toBe(0)
  expect(all.series.reduce((sum, { operations }) => sum + operations, 0)).toBe(3)
  expect(all.top.teams.map(({ name, operations }) => [name, operations])).toEqual([
    ['claims', 2],
    ['sales', 1],
  ])
  expect(all.budgets).toMatchObject([{ name: 'claims-month', state: 'exhausted' }])
  const own = await get('/api/v1/overview', overviewAnswer, keys.ann)
  expect(own.totals.operations).toBe(2)
  expect(own.top.teams.map(({ name }) => name)).toEqual(['claims'])
  const response = await gateway.control('GET', '/api/v1/overview?from=2026-01-02&to=2026-01-01')
  expect(response.status).toBe(400)
})

test('budgets tell what is spent, left and to be expected; limits what was taken', async () => {
  const { items } = await get('/api/v1/budgets', budgetsAnswer)
  const [claims, sales] = items
  expect(items.map(({ name, state }) => [name, state])).toEqual([
    ['claims-month', 'exhausted'],
    ['sales-month', 'ok'],
  ])
  expect(claims?.spentNanoUsd).toBe(2 * (sales?.spentNanoUsd ?? 0))
  expect(sales?.remainingNanoUsd).toBe(1_000_000_000_000 - (sales?.spentNanoUsd ?? 0))
  expect(sales?.forecastNanoUsd).toBeGreaterThanOrEqual(sales?.spentNanoUsd ?? 0)
  const own = await get('/api/v1/budgets', budgetsAnswer, keys.ann)
  expect(own.items.map(({ name }) => name)).toEqual(['claims-month'])
  const limits = await get('/api/v1/limits', limitsAnswer)
  const portal = limits.items.find(({ value }) => value === 'app:portal')
  expect(portal).toMatchObject({
    requests: { limit: 100, perMs: 60_000, taken: 2 },
    concurrency: { limit: 10, active: 0 },
  })
  const ownLimits = await get('/api/v1/limits', limitsAnswer, keys.ann)
  expect(ownLimits.items.map(({ value }) => value).sort()).toEqual(['app:portal', 'user:ann@example.com'])
})

test('models are told with prices and targets, providers with their health', async () => {
  const { items } = await get('/api/v1/models', modelsAnswer)
  const priced = items.find(({ name }) => name === 'priced')
  expect(priced).toMatchObject({
    labels: { tier: 'standard' },
    may: true,
    targets: [
      {
        provider: 'sandbox',
        price: {
          inputUsdPerMillion: '3',
          outputUsdPerMillion: '15',
          version: expect.stringContaining('sandbox-prices'),
        },
        health: { state: 'healthy' },
      },
    ],
    spend: { operations: 3 },
  })
  // Ann may use no model herself.
  expect((await get('/api/v1/models', modelsAnswer, keys.ann)).items).toEqual([])
  const providers = await get('/api/v1/providers', providersAnswer)
  expect(providers.items).toMatchObject([
    { name: 'sandbox', state: 'healthy', models: ['priced', 'sandbox'], spend: { operations: 3 } },
  ])
})

test('teams and apps are told with what they spend and how their budgets stand', async () => {
  const teams = await get('/api/v1/teams', teamsAnswer)
  expect(teams.items).toMatchObject([
    { name: 'claims', apps: ['portal'], keys: 1, spend: { operations: 2 }, budgets: [{ name: 'claims-month' }] },
    { name: 'sales', apps: ['shop'], spend: { operations: 1 } },
  ])
  const apps = await get('/api/v1/apps', programsAnswer, keys.ann)
  expect(apps.items).toMatchObject([
    { principal: 'app:portal', responsible: 'user:ann@example.com', spend: { operations: 2 } },
  ])
})

test('facets name what operations can be filtered by, within reach', async () => {
  const all = await get('/api/v1/operations/facets', facetsAnswer)
  expect(all.app).toEqual([
    { value: 'portal', operations: 2 },
    { value: 'shop', operations: 1 },
  ])
  expect(all.outcome).toEqual([{ value: 'succeeded', operations: 3 }])
  expect((await get('/api/v1/operations/facets', facetsAnswer, keys.ann)).app.map(({ value }) => value)).toEqual([
    'portal',
  ])
})

test('operations are told as they end, each once, and only within reach', async () => {
  const gone = new AbortController()
  const response = await fetch(`${gateway.url}/api/v1/operations/live`, {
    headers: { authorization: `Bearer ${keys.ann}` },
    signal: gone.signal,
  })
  expect(response.headers.get('content-type')).toContain('text/event-stream')
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  expect((await reader?.read())?.value).toContain('retry:')
  await call('shop')
  const mine = await call('portal')
  const told = (await reader?.read())?.value ?? ''
  expect(told).toContain(`"requestId":"${mine.headers.get('x-request-id')}"`)
  expect(told).not.toContain('shop')
  gone.abort()
})

test('a person follows with four streams at most', async () => {
  const follow = () =>
    fetch(`${gateway.url}/api/v1/operations/live`, { headers: { authorization: `Bearer ${keys.portal}` } })
  // A program without a role follows nothing.
  expect((await follow()).status).toBe(403)
  const open: Response[] = []
  const asAnn = () =>
    fetch(`${gateway.url}/api/v1/operations/live?team=none`, { headers: { authorization: `Bearer ${keys.ann}` } })
  for (let count = 0; count < 4; count++) open.push(await asAnn())
  const refused = await asAnn()
  for (const response of open) await response.body?.cancel()
  expect(open.map(({ status }) => status).filter((status) => status === 200).length).toBeGreaterThanOrEqual(3)
  expect(refused.status).toBe(503)
})
