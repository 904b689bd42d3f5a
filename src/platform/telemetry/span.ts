/** What an attribute may say. */
export type AttributeValue = string | number | boolean | readonly string[]

/** A finished span. Attributes carry OpenTelemetry's names (`gen_ai.*`), chosen by the caller. */
export interface Span {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string | undefined
  /** Epoch milliseconds, fractions allowed. */
  readonly startMs: number
  readonly endMs: number
  readonly kind?: 'internal' | 'server' | 'client'
  readonly attributes?: Readonly<Record<string, AttributeValue | undefined>>
  /** Default `unset`. */
  readonly status?: 'unset' | 'ok' | 'error'
  readonly statusMessage?: string | undefined
  /** Spans below this one; their trace is this one's, their parent this span. */
  readonly children?: readonly ChildSpan[]
}

/** A span inside another. */
export type ChildSpan = Omit<Span, 'traceId' | 'parentSpanId'>
