import { expect, test } from 'bun:test'
import type { OperationRecord } from '../governance/usage/index.ts'
import { sampleRecord } from '../governance/usage/testing.ts'
import { manualClock } from '../lib/clock.ts'
import { seededRandom } from '../lib/random.ts'
import { createLogger, metricsRegistry, noTracing, traceIds } from '../platform/telemetry/index.ts'
import { reporter } from './report.ts'

const ids = traceIds(seededRandom(3))

test('what a caller types as a model makes no new series, though a grant allows every name', () => {
  const metrics = metricsRegistry()
  const log = createLogger({ level: 'silent', format: 'json', clock: manualClock() })
  const report = reporter({ log, metrics, tracing: noTracing, traceIds: ids, traced: false })
  for (let count = 0; count < 50; count++) {
    const modelAsked = `typed-${count}`
    const error = { code: 'model_not_found', message: '' } as const
    report(sampleRecord(count, { outcome: 'rejected', error, modelAsked, modelServed: undefined, attempts: [] }), trace)
  }
  report(sampleRecord(99), trace)
  const exposed = metrics.expose()
  expect(exposed).not.toContain('typed-')
  expect(exposed).toContain('model="assistant"')
})

const trace = { traceId: ids.traceId(), spanId: ids.spanId(), sampled: true }

function reported(records: readonly OperationRecord[], format: 'json' | 'pretty' = 'json') {
  const lines: string[] = []
  const metrics = metricsRegistry()
  const log = createLogger({ level: 'info', format, clock: manualClock(), sink: (line) => void lines.push(line) })
  const report = reporter({ log, metrics, tracing: noTracing, traceIds: ids, traced: false })
  for (const record of records) report(record, trace)
  return { lines, exposed: metrics.expose() }
}

test('an exchange is one line of JSON with all its names and numbers', () => {
  const record = sampleRecord(1, { error: { code: 'internal', message: 'm', detail: 'd' } })
  const { lines } = reported([record])
  expect(lines.length).toBe(1)
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    level: 'info',
    time: 1_750_000_000_000,
    operationId: record.id,
    requestId: record.requestId,
    traceId: record.traceId,
    kind: 'model.chat',
    surface: 'openai-chat',
    outcome: 'succeeded',
    status: 200,
    errorCode: 'internal',
    errorDetail: 'd',
    principal: 'app:claims-portal',
    key: 'claims-portal-2026',
    team: 'claims',
    'gen_ai.request.model': 'assistant',
    'gen_ai.response.model': 'gpt-5.5-mini',
    'gen_ai.provider.name': 'openai-eu',
    'gen_ai.usage.input_tokens': 812,
    'gen_ai.usage.output_tokens': 212,
    costNanoUsd: 123_456,
    attempts: 1,
    durationMs: 812.5,
    overheadMs: 0.5,
    revision: 'a1b2c3d4',
    msg: 'exchange',
  })
})

test('whatever a caller types as a model, the line stays one line of JSON', () => {
  for (const modelAsked of [
    '"},"x":{"',
    'a\nb\r\n{}',
    '\u0000\u001b[2J',
    '\\',
    '\ud800',
    '\u2028',
    '{"level":"error"}',
  ]) {
    const [line = ''] = reported([sampleRecord(1, { modelAsked })]).lines
    expect(line.indexOf('\n')).toBe(line.length - 1)
    expect(JSON.parse(line)).toMatchObject({ level: 'info', 'gen_ai.request.model': modelAsked, msg: 'exchange' })
    const [pretty = ''] = reported([sampleRecord(1, { modelAsked })], 'pretty').lines
    expect(pretty).toContain('exchange')
    expect(pretty.trimEnd()).not.toContain('\n')
  }
})

test('counts are those of the records, also beyond what is kept resolved', () => {
  const attempt = sampleRecord(0).attempts.slice(0, 1)
  const failedOver = attempt.map((tried) => ({ ...tried, provider: 'azure', error: 'upstream_timeout' as const }))
  const usual = [sampleRecord(0), sampleRecord(1, { attempts: [...failedOver, ...attempt] })]
  const teams = Array.from({ length: 2_500 }, (_, index) => sampleRecord(index, { team: `t${index % 1_250}` }))
  const denied = sampleRecord(3, { outcome: 'denied', modelServed: undefined, attempts: [], cost: 0 })
  const idle = { ...denied, tokens: { ...denied.tokens, input: 0, output: 0 } }
  const { exposed } = reported([...usual, ...teams, ...usual, idle])
  const all = 2_504
  for (const line of [
    `gatehouse_operations_total{kind="model.chat",surface="openai-chat",model="assistant",outcome="succeeded"} ${all}`,
    'gatehouse_operations_total{kind="model.chat",surface="openai-chat",model="",outcome="denied"} 1',
    `gatehouse_operation_duration_seconds_count{kind="model.chat",surface="openai-chat"} ${all + 1}`,
    `gatehouse_overhead_seconds_count{surface="openai-chat"} ${all + 1}`,
    `gatehouse_tokens_total{model="assistant",direction="input"} ${all * 812}`,
    `gatehouse_tokens_total{model="assistant",direction="output"} ${all * 212}`,
    `gatehouse_upstream_attempts_total{provider="openai-eu",model="gpt-5.5-mini",result="ok"} ${all}`,
    'gatehouse_upstream_attempts_total{provider="azure",model="gpt-5.5-mini",result="upstream_timeout"} 2',
  ]) {
    expect(exposed).toContain(`${line}\n`)
  }
  expect(exposed).not.toContain('gatehouse_tokens_total{model=""')
  const costs = [...exposed.matchAll(/^gatehouse_cost_usd_total\{.*\} (.*)$/gm)].map(([, value]) => Number(value))
  expect(costs.length).toBe(1_001)
  expect(costs.reduce((sum, value) => sum + value, 0)).toBeCloseTo(all * 0.000_123_456, 9)
})
