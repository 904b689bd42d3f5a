import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { idFrom, instantOf } from './operation-id.ts'
import type { OperationRecord } from './record.ts'
import { readFacts, readRecord, recordText } from './record-text.ts'
import { sampleRecord } from './testing.ts'

const asJson = (record: OperationRecord) => JSON.parse(JSON.stringify(record))

test('whatever a record says, its text says too', () => {
  const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
  const name = fc.constantFrom('', 'a', 'claims', 'openai-eu')
  const tokens = fc.record({
    input: fc.nat(2),
    output: fc.nat(2),
    cacheRead: fc.nat(2),
    cacheWrite: fc.nat(2),
    reasoning: fc.nat(2),
    partial: fc.boolean(),
  })
  const attempt = fc.record({
    provider: name,
    model: name,
    startedAt: fc.nat(9),
    durationMs: fc.nat(9),
    firstTokenMs: maybe(fc.nat(9)),
    status: maybe(fc.constantFrom(200, 500)),
    error: maybe(fc.constant('upstream_error' as const)),
    tokens: maybe(tokens),
    cost: fc.nat(2),
  })
  const decision = fc.record({
    effect: fc.constantFrom('allow' as const, 'deny' as const, 'none' as const),
    rules: fc.array(name, { maxLength: 2 }),
    reason: maybe(fc.constantFrom('', 'The grant a lets app:a use model:a.', 'No.')),
  })
  const changes = fc.record({
    id: maybe(fc.constantFrom('op_1', 'x')),
    requestId: maybe(name),
    at: maybe(fc.nat()),
    outcome: fc.constantFrom('succeeded' as const, 'denied' as const),
    status: fc.constantFrom(0, 200, 403),
    principal: maybe(fc.constant('app:a')),
    team: maybe(name),
    teams: fc.array(name, { maxLength: 2 }),
    modelAsked: maybe(name),
    provider: maybe(name),
    modelServed: maybe(name),
    attempts: fc.array(attempt, { maxLength: 2 }),
    tokens,
    cost: fc.nat(2),
    priceKnown: fc.boolean(),
    timings: fc.dictionary(name, fc.nat(3), { maxKeys: 2 }),
    decision,
    cache: fc.constantFrom('off' as const, 'hit' as const),
    stream: fc.boolean(),
    tags: fc.dictionary(name, name, { maxKeys: 2 }),
    warnings: fc.array(name, { maxLength: 2 }),
    content: maybe(fc.record({ request: maybe(name) })),
  })
  fc.assert(
    fc.property(changes, ({ id, requestId, at, ...others }) => {
      const given = { ...(id !== undefined && { id }), ...(requestId !== undefined && { requestId }) }
      const record = { ...sampleRecord(1, at === undefined ? {} : { at }), ...given, ...others }
      expect(readRecord(recordText(record))).toEqual(asJson(record))
    }),
    { numRuns: 500 },
  )
})

test('a whole record, as an earlier version wrote it, is read as it stands', () => {
  const record = sampleRecord(3, { outcome: 'failed', teams: [], cost: 0 })
  expect(readRecord(JSON.stringify(record))).toEqual(record)
})

test('an id tells its instant, and bounds by instant lie where they should', () => {
  const { id, at } = sampleRecord(5)
  expect(instantOf(id)).toBe(at)
  expect([idFrom(at) < id, idFrom(at + 1) > id, idFrom(-1) < id, idFrom(Number.MAX_SAFE_INTEGER) > id]).toEqual(
    Array(4).fill(true),
  )
  expect(instantOf('op_5')).toBeUndefined()
})

test('the facts that are read quickly are those of the whole record', () => {
  const bare = { ...sampleRecord(1), attempts: [], verdicts: [], cost: 0, stream: false, teams: ['claims'] }
  const { team: _, key: __, ...nobody } = { ...bare, teams: [] }
  for (const record of [sampleRecord(2), bare, nobody]) {
    expect(readRecord(recordText(record))).toMatchObject({
      ...readFacts(recordText(record)),
      attempts: expect.anything(),
    })
    expect(Object.keys(readFacts(recordText(record)))).toEqual(
      expect.arrayContaining(['at', 'teams', 'tokens', 'verdicts']),
    )
  }
})
