import { expect, test } from 'bun:test'
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
  const trace = { traceId: ids.traceId(), spanId: ids.spanId(), sampled: true }
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
