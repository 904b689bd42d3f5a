import type { Clock } from './clock.ts'
import type { Random } from './random.ts'

/** How long to wait between tries. Durations in milliseconds. */
export interface Backoff {
  /** The first wait, before chance takes its share; default 100. */
  readonly baseMs?: number
  /** No wait is longer; default 10,000. */
  readonly maxMs?: number
  /** What the wait grows by from try to try; default 2. */
  readonly factor?: number
}

/**
 * The wait before try number `attempt` + 1, milliseconds: exponential, with half of it by chance ("equal jitter"), so
 * that many clients of one failed upstream do not come back in step. `attempt` counts the failures so far, from 1.
 */
export function backoffMs(attempt: number, random: Random, backoff: Backoff = {}): number {
  const { baseMs = 100, maxMs = 10_000, factor = 2 } = backoff
  const ceiling = Math.min(maxMs, baseMs * factor ** Math.max(0, attempt - 1))
  return Math.round(ceiling / 2 + (ceiling / 2) * random.fraction())
}

/** What {@link retry} needs besides the task. */
export interface RetryOptions extends Backoff {
  readonly clock: Clock
  readonly random: Random
  /** Tries in all, the first included. */
  readonly attempts: number
  /** Whether this failure is worth another try; default always. */
  readonly isWorthwhile?: (error: unknown) => boolean
  readonly signal?: AbortSignal
}

/** Runs `task` until it succeeds; throws the last failure when the tries are used up, and the signal's reason when it aborts. */
export async function retry<T>(task: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    options.signal?.throwIfAborted()
    try {
      return await task(attempt)
    } catch (error) {
      if (attempt >= options.attempts || options.isWorthwhile?.(error) === false) throw error
    }
    await options.clock.sleep(backoffMs(attempt, options.random, options), options.signal)
  }
}
