import { describe, expect, test } from 'bun:test'
import { manualClock } from '../../lib/clock.ts'
import { seededRandom } from '../../lib/random.ts'
import type { Span } from './span.ts'
import { formatTraceparent, parseTraceparent, traceIds } from './traceparent.ts'
import { otlpTracing } from './tracing.ts'

describe('traceparent', () => {
  const trace = '0af7651916cd43dd8448eb211c80319c'
  const span = 'b7ad6b7169203331'

  test('is read as it is written', () => {
    for (const sampled of [true, false]) {
      const context = { traceId: trace, spanId: span, sampled }
      expect(parseTraceparent(formatTraceparent(context))).toEqual(context)
    }
    expect(parseTraceparent(`01-${trace}-${span}-09-more`)?.sampled).toBe(true)
  })

  const bad = [
    '',
    'x',
    `00-${trace}-${span}`,
    `ff-${trace}-${span}-01`,
    `00-${'0'.repeat(32)}-${span}-01`,
    `00-${trace}-${'0'.repeat(16)}-01`,
    `00-${trace.toUpperCase()}-${span}-01`,
    `00-${trace}-${span}-01-x`,
  ]
  for (const header of bad)
    test(`"${header}" begins a new trace`, () => expect(parseTraceparent(header)).toBeUndefined())

  test('ids have the form that the header asks for, and differ', () => {
    const ids = traceIds(seededRandom(1))
    const traces = new Set(Array.from({ length: 500 }, ids.traceId))
    expect(traces.size).toBe(500)
    for (const traceId of traces) expect(parseTraceparent(`00-${traceId}-${ids.spanId()}-01`)).toBeDefined()
  })
})

describe('export', () => {
  const span = (name: string): Span => ({
    name,
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
    parentSpanId: 'c'.repeat(16),
    startMs: 1_750_000_000_000.25,
    endMs: 1_750_000_000_001,
    kind: 'server',
    status: 'error',
    statusMessage: 'no',
    attributes: { 'gen_ai.request.model': 'm', tokens: 3, share: 0.5, ok: true, list: ['x'], none: undefined },
    children: [{ name: 'child', spanId: 'd'.repeat(16), startMs: 1, endMs: 2 }],
  })
  const exporter = (answer: () => Promise<{ status: number }>, more = {}) => {
    const clock = manualClock()
    const sent: { url: string; headers: Readonly<Record<string, string>>; body: string }[] = []
    const tracing = otlpTracing({
      endpoint: 'http://collector:4318/',
      headers: 'X-Key=a%20b,broken',
      serviceName: 'gatehouse',
      clock,
      send: (request) => {
        sent.push(request)
        return answer()
      },
      ...more,
    })
    return { clock, sent, tracing }
  }

  test('a batch is what an OTLP collector reads', async () => {
    const { clock, sent, tracing } = exporter(async () => ({ status: 200 }))
    tracing.record(span('root'))
    expect(sent.length).toBe(0)
    await clock.advance(2_000)
    expect(sent[0]).toMatchObject({
      url: 'http://collector:4318/v1/traces',
      headers: { 'x-key': 'a b', 'content-type': 'application/json' },
    })
    const [scope] = JSON.parse(sent[0]?.body ?? '').resourceSpans[0].scopeSpans
    expect(scope.spans[0]).toEqual({
      traceId: 'a'.repeat(32),
      spanId: 'b'.repeat(16),
      parentSpanId: 'c'.repeat(16),
      name: 'root',
      kind: 2,
      startTimeUnixNano: '1750000000000250000',
      endTimeUnixNano: '1750000000001000000',
      attributes: [
        { key: 'gen_ai.request.model', value: { stringValue: 'm' } },
        { key: 'tokens', value: { intValue: '3' } },
        { key: 'share', value: { doubleValue: 0.5 } },
        { key: 'ok', value: { boolValue: true } },
        { key: 'list', value: { arrayValue: { values: [{ stringValue: 'x' }] } } },
      ],
      status: { code: 2, message: 'no' },
    })
    expect(scope.spans[1]).toMatchObject({ name: 'child', traceId: 'a'.repeat(32), parentSpanId: 'b'.repeat(16) })
  })

  test('a full batch leaves at once; a collector that refuses or fails costs spans, which are counted, and nothing else', async () => {
    let answers = 0
    const { sent, tracing } = exporter(
      () => (answers++ ? Promise.reject(new Error('away')) : Promise.resolve({ status: 503 })),
      { maxBatch: 2 },
    )
    for (let count = 0; count < 3; count++) tracing.record(span('x'))
    await tracing.stop()
    expect([sent.length, tracing.dropped()]).toEqual([2, 6])
  })

  test('a collector that never answers fills the queue to its bound and no further', () => {
    const { sent, tracing } = exporter(() => new Promise(() => undefined), { maxBatch: 1, maxQueue: 5 })
    for (let count = 0; count < 100; count++) tracing.record(span('x'))
    expect([sent.length, tracing.dropped()]).toEqual([1, 188])
  })
})
