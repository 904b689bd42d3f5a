import { describe, expect, test } from 'bun:test'
import { ERROR_CODES, type ErrorCode, GatewayError } from '../lib/errors.ts'
import { outcomeOf } from './record.ts'
import { BENCH_KEY, chatBody, gateBench } from './testing.ts'

const OUTCOMES: Readonly<Record<ReturnType<typeof outcomeOf>, readonly ErrorCode[]>> = {
  denied: [
    'unauthenticated',
    'key_expired',
    'key_revoked',
    'access_denied',
    'price_unknown',
    'sign_in_failed',
    'second_factor_required',
    'session_ended',
    'csrf_refused',
    'password_change_required',
    'step_up_required',
  ],
  limited: ['rate_limited', 'concurrency_limited', 'budget_exceeded', 'overloaded', 'draining'],
  blocked: ['content_blocked'],
  client_closed: ['client_closed'],
  failed: [
    'internal',
    'not_ready',
    'content_filtered',
    'upstream_rejected',
    'upstream_rate_limited',
    'upstream_error',
    'upstream_invalid',
    'upstream_auth',
    'upstream_unreachable',
    'upstream_overloaded',
    'upstream_timeout',
  ],
  rejected: [
    'invalid_json',
    'invalid_request',
    'unsupported_parameter',
    'unsupported_content',
    'context_length_exceeded',
    'not_found',
    'model_not_found',
    'method_not_allowed',
    'conflict',
    'idempotency_conflict',
    'payload_too_large',
    'unsupported_media_type',
    'invalid_document',
  ],
  succeeded: [],
  interrupted: [],
}

test('every error code has the outcome that it stands for, and none is left out', () => {
  for (const [outcome, codes] of Object.entries(OUTCOMES)) {
    for (const code of codes) expect([code, outcomeOf(code)]).toEqual([code, outcome as never])
  }
  expect(Object.values(OUTCOMES).flat().toSorted()).toEqual((Object.keys(ERROR_CODES) as ErrorCode[]).toSorted())
})

/** Headers that stand on every answer of an operation, whatever became of it (contract, §3). */
const ALWAYS = [
  'content-type',
  'x-request-id',
  'x-gatehouse-decision',
  'x-gatehouse-revision',
  'x-gatehouse-attempts',
  'x-gatehouse-cache',
  'x-gatehouse-overhead-ms',
]
const rehearsal = (content: string, stream = false) =>
  chatBody(stream, { model: 'rehearsal', messages: [{ role: 'user', content }] })

describe('every answer', () => {
  const cases: readonly (readonly [string, number, string, Parameters<ReturnType<typeof gateBench>['ask']>[0]])[] = [
    ['a whole answer', 200, 'succeeded', { body: rehearsal('hi') }],
    ['a streamed answer', 200, 'succeeded', { body: rehearsal('hi', true) }],
    ['a body that is no JSON', 400, 'rejected', { body: '{"model": ' }],
    ['a body without a model', 400, 'rejected', { body: { messages: [] } }],
    ['a model that is not there', 404, 'rejected', { body: chatBody(false, { model: 'nowhere' }) }],
    ['no key', 401, 'denied', { headers: { authorization: '' } }],
    ['a body that was too large', 413, 'rejected', { fault: new GatewayError('payload_too_large') }],
    ['a refusal of the provider', 503, 'failed', { body: rehearsal('sandbox:fail=503') }],
    ['a client that has gone', 499, 'client_closed', { body: rehearsal('hi'), signal: AbortSignal.abort() }],
  ]
  for (const [name, status, outcome, request] of cases) {
    test(`has its headers and exactly one record, without key or content: ${name}`, async () => {
      const bench = gateBench()
      const asked = bench.ask(request)
      await bench.clock.advance(30_000)
      const response = await asked
      const text = await response.text()
      expect(response.status).toBe(status)
      for (const header of ALWAYS) expect(response.headers.get(header)).toBeTruthy()
      if (!text.startsWith('data:')) expect(response.headers.get('x-gatehouse-cost-usd')).toBe('0')
      expect(bench.records).toHaveLength(1)
      expect(bench.closed()).toBe(1)
      const [record] = bench.records
      expect(record?.outcome).toBe(outcome as never)
      expect(response.headers.get('x-request-id')).toBe(record?.requestId ?? '')
      expect(response.headers.get('x-gatehouse-decision')).toBe(record?.decisionId ?? '')
      const told = JSON.stringify(record)
      expect(told).not.toContain(BENCH_KEY)
      expect(told).not.toContain('Good morning')
      expect(told).not.toContain('You said')
    })
  }

  test('that refuses for a while says when to come back, in whole seconds and in milliseconds', async () => {
    const documents = `---
kind: Limit
metadata: {name: slow}
spec: {appliesTo: [org], requests: 1/min}
`
    const bench = gateBench({ documents })
    await bench.ask({ body: rehearsal('hi') })
    const response = await bench.ask({ body: rehearsal('hi') })
    expect(response.status).toBe(429)
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    expect(Number(response.headers.get('retry-after-ms'))).toBeGreaterThan(0)
    expect(bench.records[1]?.outcome).toBe('limited')
  })

  test('has header values of visible ASCII alone, whatever a provider or a caller is called', async () => {
    const documents = `---
kind: Model
metadata: {name: foreign}
spec: {targets: [{provider: sandbox, model: "modèle\\r\\nx-evil: 1"}]}
`
    const bench = gateBench({ documents })
    const response = await bench.ask({ body: chatBody(false, { model: 'foreign' }) })
    expect(response.headers.get('x-gatehouse-model')).toBe('mod?le??x-evil: 1')
    expect(response.headers.get('x-evil')).toBeNull()
  })
})

describe('a record', () => {
  test('bounds what a caller writes into it', async () => {
    const bench = gateBench()
    const long = 'm'.repeat(10_000)
    await bench.ask({
      body: chatBody(false, { model: long }),
      headers: { 'x-gatehouse-run': long, 'x-gatehouse-session': long },
    })
    const [record] = bench.records
    expect([record?.modelAsked?.length, record?.run?.length, record?.session?.length]).toEqual([256, 256, 256])
  })

  test('bears the tags of the caller, scalars only, and an unreadable label fails no call', async () => {
    const bench = gateBench()
    const tagged = (value: string) => bench.ask({ body: rehearsal('hi'), headers: { 'x-gatehouse-metadata': value } })
    expect((await tagged('{"project":"north","n":1,"deep":{"a":1},"__proto__":"x"}')).status).toBe(200)
    expect((await tagged('{broken')).status).toBe(200)
    expect(bench.records.map(({ tags }) => tags)).toEqual([{ project: 'north', n: '1' }, {}])
  })
})
