import type { AttributeValue, ChildSpan, Span } from './span.ts'

const KINDS = { internal: 1, server: 2, client: 3 } as const
const STATUSES = { unset: 0, ok: 1, error: 2 } as const

/**
 * Spans as the body of an OTLP/HTTP trace export in JSON (opentelemetry-proto 1.x: hex ids, instants as decimal strings of
 * nanoseconds, 64-bit integers as strings). Children are flattened under the trace of their root.
 */
export function otlpTraces(spans: readonly Span[], serviceName: string): string {
  const flat: unknown[] = []
  for (const span of spans) flatten(span, { traceId: span.traceId, parentSpanId: span.parentSpanId, into: flat })
  return JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: attributes({ 'service.name': serviceName }) },
        scopeSpans: [{ scope: { name: 'gatehouse' }, spans: flat }],
      },
    ],
  })
}

interface Place {
  readonly traceId: string
  readonly parentSpanId: string | undefined
  readonly into: unknown[]
}

function flatten(span: Span | ChildSpan, place: Place): void {
  place.into.push({
    traceId: place.traceId,
    spanId: span.spanId,
    ...(place.parentSpanId !== undefined && { parentSpanId: place.parentSpanId }),
    name: span.name,
    kind: KINDS[span.kind ?? 'internal'],
    startTimeUnixNano: nanoseconds(span.startMs),
    endTimeUnixNano: nanoseconds(span.endMs),
    attributes: attributes(span.attributes ?? {}),
    status: {
      code: STATUSES[span.status ?? 'unset'],
      ...(span.statusMessage !== undefined && { message: span.statusMessage }),
    },
  })
  for (const child of span.children ?? []) flatten(child, { ...place, parentSpanId: span.spanId })
}

/** Beyond 2⁵³ a number cannot count nanoseconds: whole milliseconds and the fraction are written one after the other. */
function nanoseconds(ms: number): string {
  const whole = Math.floor(ms)
  return `${whole}${Math.min(999_999, Math.round((ms - whole) * 1e6))
    .toString()
    .padStart(6, '0')}`
}

function attributes(given: Readonly<Record<string, AttributeValue | undefined>>): unknown[] {
  const list: unknown[] = []
  for (const [key, value] of Object.entries(given)) {
    if (value !== undefined) list.push({ key, value: anyValue(value) })
  }
  return list
}

function anyValue(value: AttributeValue): unknown {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'number')
    return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value }
  return { arrayValue: { values: value.map((item) => ({ stringValue: item })) } }
}
