import type { Random } from '../../lib/random.ts'

/** Where a span stands in its trace (W3C Trace Context, level 1). */
export interface TraceContext {
  /** 32 lower-case hex digits, not all zero. */
  readonly traceId: string
  /** 16 lower-case hex digits, not all zero: the caller's span when parsed. */
  readonly spanId: string
  /** The span above this one, where the holder knows it; parsing never sets it. */
  readonly parentSpanId?: string
  readonly sampled: boolean
}

const FORM = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

/** Reads a `traceparent` header; undefined when it is malformed: then a new trace begins (§3.2.2.5). */
export function parseTraceparent(header: string | null | undefined): TraceContext | undefined {
  if (!header) return undefined
  const [, version = 'ff', traceId = '', spanId = '', flags = '', rest] = FORM.exec(header) ?? []
  if (version === 'ff' || (version === '00' && rest !== undefined)) return undefined
  if (/^0*$/.test(traceId) || /^0*$/.test(spanId)) return undefined
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 }
}

/** The `traceparent` header of a context. */
export function formatTraceparent(context: TraceContext): string {
  return `00-${context.traceId}-${context.spanId}-${context.sampled ? '01' : '00'}`
}

/** Makes ids of traces and spans. Random bytes are drawn in pools, because one system call an id is what costs. */
export function traceIds(random: Random): { readonly traceId: () => string; readonly spanId: () => string } {
  let pool = ''
  let position = 0
  const take = (digits: number): string => {
    if (position + digits > pool.length) {
      pool = Buffer.from(random.bytes(4_096)).toString('hex')
      position = 0
    }
    const id = pool.slice(position, position + digits)
    position += digits
    return /^0*$/.test(id) ? take(digits) : id
  }
  return { traceId: () => take(32), spanId: () => take(16) }
}
