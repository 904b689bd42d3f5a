import { describe, expect, test } from 'bun:test'
import { pass } from '../gate.ts'
import { open } from '../open.ts'
import { chatBody, gateBench } from '../testing.ts'
import { authenticate } from './authenticate.ts'
import { authorize } from './authorize.ts'

const model = (name: string, more = '') => `---
kind: Model
metadata: {name: ${name}}
spec: {targets: [{provider: local, model: m-${name}}]${more}}
`
const budget = (name: string, of: string, to: string) => `---
kind: Budget
metadata: {name: ${name}}
spec: {appliesTo: ['model:${of}'], amount: 0.000001 USD, period: day, atLimit: {downgrade: {to: ${to}}}}
`
const rehearse = (name = 'rehearsal') => chatBody(false, { model: name })

describe('authorize', () => {
  test('gathers the scopes from the outside in: organisation, teams, principal, key, resource', async () => {
    const documents = `---
kind: Team
metadata: {name: operations}
---
kind: Team
metadata: {name: claims}
spec: {parent: operations}
---
kind: Grant
metadata: {name: more}
spec: {to: ['team:claims'], effect: allow, actions: [use], on: ['model:*']}
`
    const bench = gateBench({ documents })
    const operation = bench.operation({ body: rehearse() })
    const exchange = open(bench.gate, operation)
    const caller = { ...authenticate(exchange), team: 'claims', teams: ['claims', 'operations'] }
    const grant = authorize(exchange, caller, await operation.decode(exchange))
    expect(grant.scopes).toEqual([
      'org',
      'team:operations',
      'team:claims',
      'app:tester',
      'key:tester-key',
      'model:rehearsal',
    ])
  })

  test('refuses with the number of the decision, and records which rule it was', async () => {
    const documents = `---
kind: Grant
metadata: {name: never}
spec: {to: ['app:tester'], effect: deny, actions: [use], on: ['model:rehearsal']}
`
    const bench = gateBench({ documents })
    const response = await bench.ask({ body: rehearse() })
    expect(response.status).toBe(403)
    expect(await response.text()).toContain(response.headers.get('x-gatehouse-decision') ?? 'none')
    expect(bench.records[0]?.decision).toMatchObject({ effect: 'deny', rules: ['never'] })
    expect(bench.records[0]?.attempts).toEqual([])
  })
})

describe('the length of a model name', () => {
  test('is bounded before anything remembers it: a longer one is refused, and recorded as rejected', async () => {
    const bench = gateBench()
    const { access, ...rest } = bench.gate.snapshot()
    const seen: string[] = []
    const watched = {
      ...access,
      rulesOn: (key: string) => {
        seen.push(key)
        return access.rulesOn(key)
      },
    }
    const gate = { ...bench.gate, snapshot: () => ({ ...rest, access: watched }) }
    const response = await pass(gate, bench.operation({ body: rehearse('x'.repeat(257)) }))
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { code: 'invalid_request', param: 'model' } })
    expect(bench.records[0]).toMatchObject({ outcome: 'rejected', error: { code: 'invalid_request' } })
    expect(bench.records[0]?.modelAsked).toHaveLength(256)
    expect(seen).toEqual([])
    // The longest that is let through is simply not there.
    await pass(gate, bench.operation({ body: rehearse('x'.repeat(256)) }))
    expect(seen).toHaveLength(1)
    expect(bench.records[1]?.error?.code).toBe('model_not_found')
  })
})

describe('reserve', () => {
  test('goes to the model that a spent budget names, and says so', async () => {
    const documents = model('dear') + budget('spent', 'dear', 'rehearsal')
    const response = await gateBench({ documents }).ask({ body: rehearse('dear') })
    expect(response.status).toBe(200)
    expect(response.headers.get('x-gatehouse-provider')).toBe('sandbox')
    expect(response.headers.get('x-gatehouse-warnings')).toContain('downgraded: budget spent')
  })

  test('goes to no model that the caller may not use: the budget is spent', async () => {
    const denied = `---
kind: Grant
metadata: {name: never}
spec: {to: ['app:tester'], effect: deny, actions: [use], on: ['model:rehearsal']}
`
    const bench = gateBench({ documents: model('dear') + budget('spent', 'dear', 'rehearsal') + denied })
    const response = await bench.ask({ body: rehearse('dear') })
    expect(response.status).toBe(429)
    expect(bench.records[0]).toMatchObject({ outcome: 'limited', error: { code: 'budget_exceeded' }, attempts: [] })
  })

  test('goes on so three times at most: a chain without an end is a spent budget', async () => {
    const names = ['a', 'b', 'c', 'd', 'e']
    const chain = names.map((name, index) => model(name) + budget(`of-${name}`, name, names[index + 1] ?? 'a')).join('')
    const bench = gateBench({ documents: chain })
    const response = await bench.ask({ body: rehearse('a') })
    expect(response.status).toBe(429)
    expect(bench.records[0]).toMatchObject({ outcome: 'limited', error: { code: 'budget_exceeded' }, attempts: [] })
  })

  test('gives back what was held when the call fails: the next one finds the same room', async () => {
    const documents = `---
kind: Limit
metadata: {name: one}
spec: {appliesTo: [org], concurrency: 1}
`
    const bench = gateBench({ documents })
    const failing = chatBody(false, { model: 'rehearsal', messages: [{ role: 'user', content: 'sandbox:fail=400' }] })
    for (let count = 0; count < 3; count++) expect((await bench.ask({ body: failing })).status).toBe(400)
    expect((await bench.ask({ body: rehearse() })).status).toBe(200)
  })
})

describe('what reaches no upstream', () => {
  test('an unpriced model that policy refuses costs nothing and is recorded as denied', async () => {
    const bench = gateBench({
      documents: `---
kind: Model
metadata: {name: unpriced}
spec: {targets: [{provider: local, model: unheard-of}], unpriced: refuse}
`,
    })
    expect((await bench.ask({ body: rehearse('unpriced') })).status).toBe(403)
    expect(bench.records[0]).toMatchObject({
      outcome: 'denied',
      error: { code: 'price_unknown' },
      attempts: [],
      cost: 0,
    })
  })
})
