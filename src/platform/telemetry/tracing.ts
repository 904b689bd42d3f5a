import type { Clock } from '../../lib/clock.ts'
import { otlpTraces } from './otlp.ts'
import type { ChildSpan, Span } from './span.ts'

/** Takes finished spans and sends them on in batches. Never waits, never throws, never holds a caller up. */
export interface Tracing {
  readonly record: (span: Span) => void
  /** Sends what is waiting. Resolves when it is sent or given up. */
  readonly flush: () => Promise<void>
  /** Spans (with their children counted one each) that were given up: the queue was full, or the collector refused. */
  readonly dropped: () => number
  readonly stop: () => Promise<void>
}

/** How a batch leaves: `Egress.send` fits, wrapped with a network and a deadline. */
export type SendBatch = (request: {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}) => Promise<{ readonly status: number }>

/** What {@link otlpTracing} needs. */
export interface TracingOptions {
  /** Base of the collector: `/v1/traces` is added (OTLP/HTTP 1.x, JSON). */
  readonly endpoint: string
  /** OTEL_EXPORTER_OTLP_HEADERS: `a=b,c=d`, values percent-encoded. */
  readonly headers?: string | undefined
  readonly serviceName: string
  readonly send: SendBatch
  readonly clock: Clock
  /** Root spans that may wait; default 8,192. */
  readonly maxQueue?: number
  /** Root spans a batch; default 512. */
  readonly maxBatch?: number
  /** Default 2,000. */
  readonly intervalMs?: number
}

/** Tracing where no collector is configured: forgets everything. */
export const noTracing: Tracing = Object.freeze({
  record: () => undefined,
  flush: async () => undefined,
  dropped: () => 0,
  stop: async () => undefined,
})

/** Makes {@link Tracing} that exports to an OpenTelemetry collector. */
export function otlpTracing(options: TracingOptions): Tracing {
  const { endpoint, serviceName, send, clock, maxQueue = 8_192, maxBatch = 512, intervalMs = 2_000 } = options
  const url = `${endpoint.replace(/\/$/, '')}/v1/traces`
  const headers = { ...parseHeaders(options.headers), 'content-type': 'application/json' }
  let waiting: Span[] = []
  let droppedSpans = 0
  let sending: Promise<void> | undefined

  const sendAll = async () => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, maxBatch)
      waiting = waiting.slice(maxBatch)
      try {
        const { status } = await send({ url, headers, body: otlpTraces(batch, serviceName) })
        if (status < 200 || status >= 300) droppedSpans += countSpans(batch)
      } catch {
        droppedSpans += countSpans(batch)
      }
    }
  }
  const flush = (): Promise<void> => {
    sending ??= sendAll().finally(() => {
      sending = undefined
    })
    return sending
  }
  const timer = clock.every(intervalMs, () => void flush())
  return {
    record: (span) => {
      if (waiting.length >= maxQueue) {
        droppedSpans += countSpans([span])
        return
      }
      waiting.push(span)
      if (waiting.length >= maxBatch && !sending) void flush()
    },
    flush,
    dropped: () => droppedSpans,
    stop: async () => {
      timer.cancel()
      await flush()
    },
  }
}

function countSpans(spans: readonly (Span | ChildSpan)[]): number {
  return spans.reduce((sum, span) => sum + 1 + countSpans(span.children ?? []), 0)
}

function parseHeaders(text: string | undefined): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const pair of text?.split(',') ?? []) {
    const at = pair.indexOf('=')
    if (at > 0) headers[pair.slice(0, at).trim().toLowerCase()] = decode(pair.slice(at + 1).trim())
  }
  return headers
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
