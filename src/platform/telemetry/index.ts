export { createLogger, type LogFields, type Logger, type LoggerOptions, type LogSink } from './logger.ts'
export {
  type Counter,
  type Family,
  type FamilyOptions,
  type Gauge,
  type Histogram,
  type MetricsRegistry,
  metricsRegistry,
} from './metrics.ts'
export type { AttributeValue, ChildSpan, Span } from './span.ts'
export { parseTraceparent, type TraceContext, traceIds } from './traceparent.ts'
export {
  noTracing,
  otlpTracing,
  type SendBatch,
  type Tracing,
  type TracingOptions,
} from './tracing.ts'
