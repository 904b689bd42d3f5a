import { parseTraceparent, type traceIds } from '../platform/telemetry/index.ts'

/** Makes ids of traces and spans. */
export type TraceIds = ReturnType<typeof traceIds>

/** Where an operation stands in its trace: the caller's, continued, or a new one (W3C Trace Context). */
export interface ExchangeTrace {
  /** 32 hex digits. */
  readonly traceId: string
  /** The gate's own span, 16 hex digits. */
  readonly spanId: string
  /** The caller's span. */
  readonly parentSpanId?: string
  readonly sampled: boolean
}

/** The caller's trace continued, or a new one. */
export function traceOf(headers: Headers, ids: TraceIds): ExchangeTrace {
  const parent = parseTraceparent(headers.get('traceparent'))
  if (!parent) return { traceId: ids.traceId(), spanId: ids.spanId(), sampled: true }
  return { traceId: parent.traceId, spanId: ids.spanId(), parentSpanId: parent.spanId, sampled: parent.sampled }
}
