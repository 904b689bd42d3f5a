import { expect, test } from 'bun:test'
import type { OperationRecord } from '../../governance/usage/index.ts'
import { createCatalog } from '../../models/catalog/index.ts'
import { readYaml, validate } from '../../platform/documents/index.ts'
import { compiler } from '../compile.ts'
import { POLICY_KINDS } from '../kinds.ts'
import { replay } from './replay.ts'

const compile = compiler(createCatalog())
const NOON = Date.parse('2026-11-27T12:00:00Z')
const TOKENS = { input: 100, output: 50, cacheRead: 0, cacheWrite: 0, reasoning: 0, partial: false }

function snapshot(yaml: string) {
  const sources = readYaml({ file: 'd.yaml', text: `${BASE}${yaml}`, owner: 'console' })
  const result = validate(POLICY_KINDS, sources, { apiVersion: 'optional' })
  if (!result.valid) throw new Error(JSON.stringify(result.problems))
  return compile(result.documents, { number: 1, publishedAt: 0 })
}

const BASE = `kind: Provider
metadata: {name: sandbox}
spec: {type: sandbox}
---
kind: Model
metadata: {name: small}
spec: {targets: [{provider: sandbox, model: sandbox}]}
---
kind: Team
metadata: {name: claims}
---
kind: App
metadata: {name: portal}
spec: {team: claims}
---
kind: Key
metadata: {name: portal-key}
spec: {for: 'app:portal', sha256: ${'a'.repeat(64)}}
---
`
const ALLOW = "kind: Grant\nmetadata: {name: g}\nspec: {to: ['team:claims'], on: ['model:*']}\n"

function record(at: number, more: Partial<OperationRecord> = {}): OperationRecord {
  return {
    id: `op_${at}`,
    requestId: 'req_1',
    traceId: '',
    decisionId: 'dec_1',
    at,
    durationMs: 1_000,
    kind: 'model.chat',
    surface: 'openai-chat',
    outcome: 'succeeded',
    status: 200,
    principal: 'app:portal',
    key: 'portal-key',
    app: 'portal',
    team: 'claims',
    teams: ['claims'],
    modelAsked: 'small',
    provider: 'sandbox',
    modelServed: 'sandbox',
    attempts: [],
    tokens: TOKENS,
    cost: 1_000_000_000,
    priceKnown: true,
    timings: {},
    decision: { effect: 'allow', rules: ['g'] },
    revision: 'r',
    verdicts: [],
    cache: 'off',
    stream: false,
    tags: {},
    warnings: [],
    node: 'n',
    ...more,
  }
}

function run(records: readonly OperationRecord[], before: string, after: string, spentBefore = 0) {
  return replay({
    before: snapshot(before),
    after: snapshot(after),
    ledger: {
      between: async function* () {
        yield records
      },
      spentSince: async (_, from) => (from < NOON ? spentBefore : 0),
    },
    from: NOON,
    to: NOON + 86_400_000,
    monotonic: () => 0,
  })
}
const minutes = (count: number) => Array.from({ length: count }, (_, index) => record(NOON + index * 1_000))

test('an unchanged policy changes nothing', async () => {
  const result = await run(minutes(20), ALLOW, ALLOW)
  expect(result).toMatchObject({ operations: 20, replayed: 20, unchanged: 20, changed: [], notReplayed: [] })
})

test('a grant taken away denies what was let in, told by team, grant and people', async () => {
  const result = await run(
    minutes(3),
    ALLOW,
    `${ALLOW}---\nkind: Grant\nmetadata: {name: no}\nspec: {to: ['app:portal'], effect: deny, on: ['model:small']}\n`,
  )
  expect(result.changed).toEqual([
    {
      before: 'allowed',
      after: 'denied',
      by: 'no',
      team: 'claims',
      count: 3,
      principals: ['app:portal'],
      models: ['small'],
      operations: [`op_${NOON}`, `op_${NOON + 1_000}`, `op_${NOON + 2_000}`],
    },
  ])
})

test('conditions are asked with the moment of the record', async () => {
  const atNight = `${ALLOW}---\nkind: Grant\nmetadata: {name: night}\nspec: {to: [org], effect: deny, on: ['model:*'], when: 'time.hour(now, "UTC") < 6'}\n`
  const result = await run([record(NOON), record(Date.parse('2026-11-28T03:00:00Z'))], ALLOW, atNight)
  expect(result.changed).toMatchObject([{ by: 'night', count: 1 }])
})

test('a rate refuses exactly what exceeds it, minute by minute', async () => {
  const limited = `${ALLOW}---\nkind: Limit\nmetadata: {name: rpm}\nspec: {appliesTo: ['team:claims'], requests: 10/h}\n`
  const result = await run(minutes(25), ALLOW, limited)
  expect(result.changed).toMatchObject([{ after: 'limited', by: 'rpm', count: 15 }])
})

test('calls in flight are those that had not ended by then', async () => {
  const limited = `${ALLOW}---\nkind: Limit\nmetadata: {name: two}\nspec: {appliesTo: [org], concurrency: 2}\n`
  const overlapping = [0, 100, 200, 1_050, 1_150].map((ms) => record(NOON + ms))
  const result = await run(overlapping, ALLOW, limited)
  expect(result.changed).toMatchObject([{ after: 'limited', by: 'two', count: 1, operations: [`op_${NOON + 200}`] }])
})

test('a budget begins with what had been spent before the replay', async () => {
  const budget = `${ALLOW}---\nkind: Budget\nmetadata: {name: month}\nspec: {appliesTo: ['team:claims'], amount: 10 USD, period: month}\n`
  expect((await run(minutes(8), ALLOW, budget)).changed).toEqual([])
  expect((await run(minutes(8), ALLOW, budget, 6_000_000_000)).changed).toMatchObject([
    { after: 'limited', by: 'month', count: 4 },
  ])
})

const rail = (mode: string, words = 'x') =>
  `${ALLOW}---\nkind: Guardrail\nmetadata: {name: rail}\nspec: {appliesTo: [org], mode: ${mode}, checks: [{detector: words, words: [${words}], action: block}]}\n`
const verdict = (findings: number) => ({
  guardrail: 'rail',
  detector: 'words',
  phase: 'input' as const,
  action: findings > 0 ? 'block' : 'allow',
  mode: 'monitor' as const,
  findings,
  state: 'ran' as const,
  microseconds: 1,
})

test('a guardrail that goes from monitor to enforce blocks what it had found', async () => {
  const records = [record(NOON, { verdicts: [verdict(2)] }), record(NOON + 1, { verdicts: [verdict(0)] })]
  const result = await run(records, rail('monitor'), rail('enforce'))
  expect(result).toMatchObject({ replayed: 2, changed: [{ after: 'blocked', by: 'rail', count: 1 }] })
})

test('what a new guardrail, or one with other words, would find is said to be unknown, never guessed', async () => {
  const records = [record(NOON, { verdicts: [verdict(0)] })]
  const reason = 'what a new or changed guardrail finds is in no record'
  for (const [before, after] of [
    [ALLOW, rail('enforce')],
    [rail('monitor'), rail('enforce', 'y')],
  ] as const) {
    const had = before === ALLOW ? [record(NOON)] : records
    expect(await run(had, before, after)).toMatchObject({
      operations: 1,
      replayed: 0,
      notReplayed: [{ reason, count: 1 }],
    })
  }
})

test('a key that is gone, and nobody at all, are told apart', async () => {
  const records = [
    record(NOON, { key: 'gone' }),
    record(NOON + 1, { principal: undefined as never, key: undefined as never }),
  ]
  const result = await run(records, ALLOW, ALLOW)
  expect(result).toMatchObject({
    operations: 2,
    replayed: 1,
    unchanged: 1,
    notReplayed: [{ reason: 'nobody was recognised', count: 1 }],
  })
})

test('people whom an identity provider put into a team keep it', async () => {
  const { key: _, app: __, ...person } = record(NOON)
  const result = await run(
    [{ ...person, principal: 'user:ann@example.com', user: 'ann@example.com' }],
    ALLOW,
    ALLOW.replace('team:claims', 'app:portal'),
  )
  expect(result.changed).toMatchObject([{ before: 'allowed', after: 'denied', by: 'no grant', count: 1 }])
})
