import { afterAll, beforeEach, describe, expect, test } from 'bun:test'
import { fakeUpstream, type Script } from './fake-upstream.ts'
import { mintKey, startGateway } from './harness.ts'
import { CHAT_PROBES, PROBES } from './surfaces.ts'
import { until } from './until.ts'
import { openaiFake } from './wires/openai.ts'

const upstream = await fakeUpstream()
const apps = {
  raced: mintKey('raced'),
  overdrawn: mintKey('overdrawn'),
  downgraded: mintKey('downgraded'),
  busy: mintKey('busy'),
  rated: mintKey('rated'),
  sized: mintKey('sized'),
  watched: mintKey('watched'),
  broke: mintKey('broke'),
}
const limit = (name: string, spec: string) => `kind: Limit
metadata: {name: ${name}}
spec: {appliesTo: ['app:${name}'], ${spec}}`
const budget = (name: string, spec: string) => `kind: Budget
metadata: {name: ${name}}
spec: {appliesTo: ['app:${name}'], period: month, ${spec}}`
const model = (name: string, provided = 'gpt-4o-mini') => `kind: Model
metadata: {name: ${name}}
spec: {targets: [{provider: up, model: ${provided}}], retry: {attempts: 1}}`

/** A tenth of a cent a token, so that sums can be done in the head. */
const CENTS_PER_1000_TOKENS = 100
const PRICING = `kind: Pricing
metadata: {name: round}
spec:
  provider: up
  models:
    gpt-4o-mini: {input: 1000 USD, output: 1000 USD}
    gpt-4o: {input: 1 USD, output: 1 USD}`

const gateway = await startGateway({
  documents: [
    openaiFake.provider('up', upstream.url),
    model('dear'),
    model('cheap', 'gpt-4o'),
    PRICING,
    ...Object.values(apps).map(({ documents }) => documents),
    `kind: Grant
metadata: {name: all-may}
spec: {to: [${Object.keys(apps).map((app) => `'app:${app}'`)}], effect: allow, actions: [use], on: ['model:*']}`,
    budget('raced', 'amount: 0.20 USD'),
    budget('overdrawn', 'amount: 0.50 USD'),
    budget('downgraded', 'amount: 0.05 USD, atLimit: {downgrade: {to: cheap}}'),
    budget('broke', 'amount: 0.000001 USD'),
    limit('busy', 'concurrency: 2'),
    limit('rated', 'requests: 3/min'),
    limit('sized', 'tokens: 1000/min'),
    limit('watched', 'requests: 1/min, tokens: 1/min, concurrency: 1, mode: monitor'),
    `kind: Budget
metadata: {name: watched-month}
spec: {appliesTo: ['app:watched'], amount: 0.000001 USD, period: month, mode: monitor}`,
  ].join('\n---\n'),
})
afterAll(async () => {
  await gateway.stop()
  await upstream.stop()
})
beforeEach(() => {
  upstream.clear()
  upstream.play(openaiFake.say({ text: ['Hello'] }))
})

const [probe] = CHAT_PROBES
/** About 15 tokens in and at most 100 out: about 11.5 cents are held. */
const ask = (key: string, name = 'dear', maxTokens = 100) =>
  gateway.post(probe.path(name, false), { ...probe.body(name), max_tokens: maxTokens }, { key })

/** Answers nobody until all have been told to wait. */
function gate(script: Script) {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  const waits: Script = async (heard, out) => {
    await opened
    await script(heard, out)
  }
  return { script: waits, open: () => open() }
}

const costs = async (app: string) => {
  const records = await gateway.records(`app=${app}&limit=500`)
  return records.map(({ costNanoUsd }) => costNanoUsd).reduce((sum, cost) => sum + cost, 0)
}

describe('budgets', () => {
  test('50 parallel calls with money for one: one goes on, 49 are told, and what is spent stays below the amount', async () => {
    const { script, open } = gate(openaiFake.say({ text: ['Hello'] }))
    upstream.play(script)
    const answers = Array.from({ length: 50 }, () => ask(apps.raced.key))
    await upstream.request()
    const refused: Response[] = []
    for (const answer of answers) void answer.then((response) => response.status === 429 && refused.push(response))
    await until('49 refusals', () => refused.length === 49)
    open()
    const statuses = (await Promise.all(answers)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    expect(upstream.heard).toHaveLength(1)
    const [one] = refused
    expect(one?.headers.get('x-gatehouse-error')).toBe('budget_exceeded')
    expect(probe.errorIn(await one?.json(), 429)).toContain('raced')
    const records = await gateway.records('app=raced')
    expect(records).toHaveLength(50)
    expect(records.filter(({ outcome }) => outcome === 'limited')).toHaveLength(49)
    expect(await costs('raced')).toBeLessThan(200_000_000)
  })
  test('what was held and not spent is there for the next', async () => {
    const response = await ask(apps.raced.key)
    expect(response.status).toBe(200)
    // 36 tokens of two answers at a tenth of a cent.
    const spent = (36 * CENTS_PER_1000_TOKENS) / 1_000 / 100
    expect(Number(response.headers.get('x-gatehouse-budget-remaining-usd'))).toBeCloseTo(0.2 - spent, 6)
    expect(Number(response.headers.get('x-gatehouse-cost-usd'))).toBeCloseTo(0.018, 6)
  })
  test('answers that cost more than was held overshoot by no more than the holds in flight, and then it is shut', async () => {
    // Every answer takes 300 tokens where 115 were held.
    const { script, open } = gate(openaiFake.say({ text: ['Hello'], tokens: { input: 15, output: 285 } }))
    upstream.play(script)
    const answers = Array.from({ length: 50 }, () => ask(apps.overdrawn.key))
    await upstream.request(3)
    const refused: Response[] = []
    for (const answer of answers) void answer.then((response) => response.status === 429 && refused.push(response))
    await until('46 refusals', () => refused.length === 46)
    open()
    await Promise.all(answers)
    // Four holds of about 11.5 cents fit into 50; each came to 30.
    expect(upstream.heard).toHaveLength(4)
    expect(await costs('overdrawn')).toBe(4 * 300_000_000)
    expect((await ask(apps.overdrawn.key)).status).toBe(429)
  })
  test('a spent budget may send calls to a cheaper model, and says so', async () => {
    const response = await ask(apps.downgraded.key)
    expect(response.status).toBe(200)
    expect(response.headers.get('x-gatehouse-model')).toBe('gpt-4o')
    expect(response.headers.get('x-gatehouse-warnings')).toContain('downgraded')
    expect(await gateway.record(response.headers.get('x-request-id'))).toMatchObject({
      modelAsked: 'dear',
      modelServed: 'gpt-4o',
    })
  })
  for (const surface of PROBES.filter(({ name }) => name !== 'openai-embeddings')) {
    test(`${surface.name}: refused in its own shape, with the time until the next period where that helps`, async () => {
      const response = await gateway.post(surface.path('dear', false), surface.body('dear'), { key: apps.broke.key })
      expect(response.status).toBe(429)
      expect(response.headers.get('x-gatehouse-error')).toBe('budget_exceeded')
      // The call alone is dearer than the budget: waiting does not help.
      expect(response.headers.get('retry-after')).toBeNull()
      expect(surface.errorIn(await response.json(), 429)).toContain('broke')
      expect(upstream.heard).toHaveLength(0)
    })
  }
})

describe('limits', () => {
  test('calls in flight: one too many is told, and a place is free again when one ends', async () => {
    const { script, open } = gate(openaiFake.say({ text: ['Hello'] }))
    upstream.play(script)
    const running = [ask(apps.busy.key), ask(apps.busy.key)]
    await upstream.request(1)
    const refused = await ask(apps.busy.key)
    expect(refused.status).toBe(429)
    expect(refused.headers.get('x-gatehouse-error')).toBe('concurrency_limited')
    expect(refused.headers.get('retry-after')).toBe('1')
    open()
    for (const answer of running) expect((await answer).status).toBe(200)
    expect((await ask(apps.busy.key)).status).toBe(200)
  })
  test('calls a minute: the headers count down, then it is told how long to wait', async () => {
    for (const left of ['2', '1', '0']) {
      const response = await ask(apps.rated.key)
      expect(response.status).toBe(200)
      expect(response.headers.get('x-ratelimit-limit-requests')).toBe('3')
      expect(response.headers.get('x-ratelimit-remaining-requests')).toBe(left)
      expect(response.headers.get('x-ratelimit-reset-requests')).toMatch(/^(\d+m)?\d+s$/)
    }
    const refused = await ask(apps.rated.key)
    expect(refused.status).toBe(429)
    const wait = Number(refused.headers.get('retry-after'))
    expect(wait).toBeGreaterThan(0)
    // A window of a minute that slides by counting two: at most the rest of this one and a third of the next.
    expect(wait).toBeLessThanOrEqual(80)
    expect(await refused.json()).toMatchObject({
      error: {
        type: 'rate_limit_error',
        code: 'rate_limit_exceeded',
        gatehouse: { code: 'rate_limited', limit: 'rated', scope: 'app:rated' },
      },
    })
    expect(await gateway.record(refused.headers.get('x-request-id'))).toMatchObject({ outcome: 'limited' })
    expect(upstream.heard).toHaveLength(3)
  })
  test('tokens a minute: what was estimated too much is given back', async () => {
    for (let count = 0; count < 5; count++) expect((await ask(apps.sized.key, 'cheap', 500)).status).toBe(200)
    const refused = await ask(apps.sized.key, 'cheap', 2_000)
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBeNull()
    expect(probe.errorIn(await refused.json(), 429)).toContain('make it smaller')
  })
  test('what only watches refuses nothing and stands in no header', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(apps.watched.key)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    for (const { headers } of answers) {
      expect([...headers.keys()].filter((name) => name.startsWith('x-ratelimit'))).toEqual([])
      expect(headers.get('x-gatehouse-budget-remaining-usd')).toBeNull()
    }
  })
  test('a call that is refused by one limit takes nothing of the others', async () => {
    const before = await ask(apps.raced.key)
    await ask(apps.raced.key, 'dear', 100_000)
    const after = await ask(apps.raced.key)
    const left = (response: Response) => Number(response.headers.get('x-gatehouse-budget-remaining-usd'))
    expect(left(before) - left(after)).toBeCloseTo(0.018, 6)
  })
})
