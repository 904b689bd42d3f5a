import type { ExchangeTrace, Reporter, TraceIds } from '../gate/index.ts'
import type { OperationRecord } from '../governance/usage/index.ts'
import { NANO_PER_USD } from '../lib/money.ts'
import type { ChildSpan, Logger, MetricsRegistry, Span, Tracing } from '../platform/telemetry/index.ts'

/** Where a closed exchange is told of. */
export interface ReportTargets {
  readonly log: Logger
  readonly metrics: MetricsRegistry
  readonly tracing: Tracing
  readonly traceIds: TraceIds
  /** Spans are made only where somebody collects them. */
  readonly traced: boolean
}

/** Makes the reporter: one wide log line, metrics, and a trace with `gen_ai.*` names (OpenTelemetry semantic conventions for generative AI). */
export function reporter(targets: ReportTargets): Reporter {
  const count = counters(targets.metrics)
  return (record, trace) => {
    count(record)
    targets.log.info('exchange', wideEvent(record))
    if (targets.traced && trace.sampled) targets.tracing.record(spanOf(record, trace, targets.traceIds))
  }
}

function counters(metrics: MetricsRegistry): (record: OperationRecord) => void {
  const operations = metrics.counter({
    name: 'gatehouse_operations_total',
    help: 'Operations by kind, surface, model and outcome.',
    labels: ['kind', 'surface', 'model', 'outcome'],
  })
  const duration = metrics.histogram({
    name: 'gatehouse_operation_duration_seconds',
    help: 'From the first byte of the request to the last of the answer.',
    labels: ['kind', 'surface'],
  })
  const overhead = metrics.histogram({
    name: 'gatehouse_overhead_seconds',
    help: 'What the gate itself added.',
    labels: ['surface'],
  })
  const tokens = metrics.counter({
    name: 'gatehouse_tokens_total',
    help: 'Tokens by model and direction.',
    labels: ['model', 'direction'],
  })
  const cost = metrics.counter({
    name: 'gatehouse_cost_usd_total',
    help: 'Cost in US dollars by model and team.',
    labels: ['model', 'team'],
  })
  const attempts = metrics.counter({
    name: 'gatehouse_upstream_attempts_total',
    help: 'Attempts at upstreams by provider, model and result.',
    labels: ['provider', 'model', 'result'],
  })
  return (record) => {
    // The model is a label only once one of its targets was asked: a caller's typing must not make new series, and a grant
    // on `model:*` allows names that no policy knows.
    const model = record.modelServed || record.attempts.length > 0 ? (record.modelAsked ?? '') : ''
    operations.labels(record.kind, record.surface, model, record.outcome).add()
    duration.labels(record.kind, record.surface).observe(record.durationMs / 1_000)
    overhead.labels(record.surface).observe((record.timings.overhead ?? 0) / 1_000)
    if (record.tokens.input) tokens.labels(model, 'input').add(record.tokens.input)
    if (record.tokens.output) tokens.labels(model, 'output').add(record.tokens.output)
    if (record.cost) cost.labels(model, record.team ?? '').add(record.cost / NANO_PER_USD)
    for (const attempt of record.attempts) attempts.labels(attempt.provider, attempt.model, attempt.error ?? 'ok').add()
  }
}

/** Never content: what was said stays out of the log. */
function wideEvent(record: OperationRecord) {
  return {
    operationId: record.id,
    requestId: record.requestId,
    traceId: record.traceId,
    kind: record.kind,
    surface: record.surface,
    outcome: record.outcome,
    status: record.status,
    errorCode: record.error?.code,
    errorDetail: record.error?.detail,
    principal: record.principal,
    key: record.key,
    team: record.team,
    'gen_ai.request.model': record.modelAsked,
    'gen_ai.response.model': record.modelServed,
    'gen_ai.provider.name': record.provider,
    'gen_ai.usage.input_tokens': record.tokens.input,
    'gen_ai.usage.output_tokens': record.tokens.output,
    costNanoUsd: record.cost,
    attempts: record.attempts.length,
    durationMs: record.durationMs,
    overheadMs: record.timings.overhead,
    revision: record.revision,
  }
}

function spanOf(record: OperationRecord, trace: ExchangeTrace, ids: TraceIds): Span {
  return {
    name: `${record.kind === 'model.embed' ? 'embeddings' : 'chat'} ${record.modelAsked ?? ''}`.trim(),
    traceId: trace.traceId,
    spanId: trace.spanId,
    parentSpanId: trace.parentSpanId,
    startMs: record.at,
    endMs: record.at + record.durationMs,
    kind: 'server',
    status: record.outcome === 'succeeded' ? 'ok' : 'error',
    statusMessage: record.error?.code,
    attributes: {
      'gen_ai.operation.name': record.kind === 'model.embed' ? 'embeddings' : 'chat',
      'gen_ai.request.model': record.modelAsked,
      'gen_ai.response.model': record.modelServed,
      'gen_ai.provider.name': record.provider,
      'gen_ai.usage.input_tokens': record.tokens.input,
      'gen_ai.usage.output_tokens': record.tokens.output,
      'http.response.status_code': record.status,
      'gatehouse.operation.id': record.id,
      'gatehouse.outcome': record.outcome,
      'gatehouse.team': record.team,
      'gatehouse.principal': record.principal,
      'gatehouse.revision': record.revision,
    },
    children: record.attempts.map(
      (attempt): ChildSpan => ({
        name: `${attempt.provider} ${attempt.model}`,
        spanId: ids.spanId(),
        startMs: attempt.startedAt,
        endMs: attempt.startedAt + attempt.durationMs,
        kind: 'client',
        status: attempt.error ? 'error' : 'ok',
        attributes: { 'http.response.status_code': attempt.status, 'error.type': attempt.error },
      }),
    ),
  }
}
