const DAY_MS = 86_400_000

/**
 * How long an upstream asks us to wait, in milliseconds (0 … one day); undefined when it does not say.
 *
 * Read in this order: `retry-after-ms` (OpenAI, Azure), `retry-after` as seconds or as an HTTP date (RFC 9110 §10.2.3),
 * the latest `anthropic-ratelimit-*-reset` (RFC 3339) and the longest `x-ratelimit-reset-*` (`1s`, `6m0s`, `120ms`) of the
 * limits that have nothing remaining. Dates are measured against the answer's own `date` header, so that neither our
 * clock nor a skew between the two matters; without that header a date says nothing.
 */
export function retryAfterOf(headers: Headers): number | undefined {
  const sentAt = dateOf(headers.get('date'))
  const candidates = [
    () => numberOf(headers.get('retry-after-ms')),
    () => retryAfterHeader(headers.get('retry-after'), sentAt),
    () => longest(anthropicResets(headers, sentAt)),
    () => longest(openaiResets(headers)),
  ]
  for (const candidate of candidates) {
    const value = candidate()
    if (value !== undefined) return Math.min(Math.max(Math.ceil(value), 0), DAY_MS)
  }
  return undefined
}

/**
 * A duration as vendors write it in headers and bodies, in milliseconds: `34s`, `6m0s`, `1h2m`, `120ms`, `0.5s`.
 * A bare number is seconds. Undefined for anything else.
 */
export function durationTextMs(text: string): number | undefined {
  const trimmed = text.trim()
  if (/^\d+(\.\d+)?$/.test(trimmed)) return Number(trimmed) * 1000
  if (!/^(\d+(\.\d+)?(ms|h|m|s|d))+$/.test(trimmed)) return undefined
  const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: DAY_MS }
  let total = 0
  for (const [, amount, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s|d)/g)) {
    total += Number(amount) * (unitMs[unit ?? ''] ?? 0)
  }
  return total
}

function retryAfterHeader(value: string | null, sentAt: number | undefined): number | undefined {
  if (value === null) return undefined
  const seconds = numberOf(value)
  if (seconds !== undefined) return seconds * 1000
  const until = dateOf(value)
  return until === undefined || sentAt === undefined ? undefined : until - sentAt
}

function anthropicResets(headers: Headers, sentAt: number | undefined): readonly number[] {
  if (sentAt === undefined) return []
  return exhausted(headers, /^(anthropic-ratelimit-.+)-remaining$/, (name) => `${name}-reset`).flatMap((value) => {
    const until = dateOf(value)
    return until === undefined ? [] : [until - sentAt]
  })
}

function openaiResets(headers: Headers): readonly number[] {
  return exhausted(headers, /^x-ratelimit-remaining-(.+)$/, (name) => `x-ratelimit-reset-${name}`).flatMap((value) => {
    const wait = durationTextMs(value)
    return wait === undefined ? [] : [wait]
  })
}

/** The reset headers of those limits whose remaining amount is zero. */
function exhausted(headers: Headers, remaining: RegExp, resetName: (name: string) => string): readonly string[] {
  const found: string[] = []
  headers.forEach((value, key) => {
    const name = remaining.exec(key)?.[1]
    if (name === undefined || numberOf(value) !== 0) return
    const reset = headers.get(resetName(name))
    if (reset !== null) found.push(reset)
  })
  return found
}

function longest(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : Math.max(...values)
}

function numberOf(value: string | null): number | undefined {
  return value !== null && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : undefined
}

function dateOf(value: string | null): number | undefined {
  const time = value === null ? Number.NaN : Date.parse(value)
  return Number.isNaN(time) ? undefined : time
}
