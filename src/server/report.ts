import type { ExchangeTrace, Reporter, TraceIds } from '../gate/index.ts'
import type { OperationRecord } from '../governance/usage/index.ts'
import type { ChildSpan, Logger, MetricsRegistry, Span, Tracing } from '../platform/telemetry/index.ts'
import { exchangeMetrics } from './exchange-metrics.ts'

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
  const count = exchangeMetrics(targets.metrics)
  return (record, trace) => {
    count(record)
    targets.log.event('exchange', () => wideEvent(record))
    if (targets.traced && trace.sampled) targets.tracing.record(spanOf(record, trace, targets.traceIds))
  }
}

/** Never content: what was said stays out of the log. Names and numbers only, and always these: the log does not look for secrets here. */
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
