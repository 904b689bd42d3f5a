import type { RateAnswer } from '../../platform/coordination/index.ts'
import type { RateCounter } from './limit-index.ts'

interface Taken {
  readonly counter: RateCounter
  readonly answer: RateAnswer
}

/**
 * The headers that tell a client how much is left, in the names and forms of OpenAI's API (its guide "Rate limits",
 * section on headers, 2026-11): of all limits that apply, the one with the least left. Limits that only watch are silent.
 */
export function rateHeaders(taken: readonly Taken[]): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {}
  for (const of of ['requests', 'tokens'] as const) {
    let least: Taken | undefined
    for (const one of taken) {
      if (one.counter.of !== of || one.counter.watches) continue
      if (!least || one.answer.remaining < least.answer.remaining) least = one
    }
    if (!least) continue
    headers[`x-ratelimit-limit-${of}`] = String(least.counter.limit)
    headers[`x-ratelimit-remaining-${of}`] = String(least.answer.remaining)
    headers[`x-ratelimit-reset-${of}`] = formatWait(least.answer.resetMs)
  }
  return headers
}

/** A wait as OpenAI writes it: `120ms`, `6s`, `1m30s`, `2h0m0s`; from a second on rounded up to whole seconds. */
export function formatWait(ms: number): string {
  if (ms < 1_000) return `${Math.ceil(ms)}ms`
  const seconds = Math.ceil(ms / 1_000)
  const hours = Math.floor(seconds / 3_600)
  const minutes = Math.floor((seconds % 3_600) / 60)
  const rest = `${seconds % 60}s`
  if (hours > 0) return `${hours}h${minutes}m${rest}`
  return minutes > 0 ? `${minutes}m${rest}` : rest
}
