import { sha256Hex } from '../../lib/crypto.ts'
import { GatewayError } from '../../lib/errors.ts'
import type { Coordinator } from '../../platform/coordination/index.ts'

/** Counts failed attempts to sign in, and refuses when there were too many. */
export interface Attempts {
  /**
   * Counts an attempt before it is known how it ends, so that many at once do not slip through together. Gives what takes
   * it back, for when it succeeds. Throws `rate_limited`.
   */
  readonly begin: (attempt: Attempt) => Promise<() => Promise<void>>
}

/** Who tries to sign in, as what. */
export interface Attempt {
  /** The e-mail address as typed. It is counted whether or not there is such an account. */
  readonly account: string
  /** The client's network address. */
  readonly address: string
}

interface Bound {
  readonly key: string
  readonly limit: number
  readonly perMs: number
}

const MINUTE_MS = 60_000

/**
 * Three bounds on failures: one person from one address (a forgotten password), one person from everywhere (guessing
 * spread over addresses; wide, for it lets strangers keep somebody out), one address for everybody (trying a password on
 * many people; wide, for a whole office may come from one address).
 */
function boundsOf({ account, address }: Attempt): readonly Bound[] {
  const who = sha256Hex(account.trim().toLowerCase())
  return [
    { key: `sign-in|${who}|${address}`, limit: 8, perMs: 10 * MINUTE_MS },
    { key: `sign-in|${who}`, limit: 40, perMs: 30 * MINUTE_MS },
    { key: `sign-in|${address}`, limit: 100, perMs: 10 * MINUTE_MS },
  ]
}

/** Counts attempts with the coordinator, which many nodes may share. */
export function attempts(coordinator: Pick<Coordinator, 'take' | 'correct'>, now: () => number): Attempts {
  return {
    begin: async (attempt) => {
      const nowMs = now()
      const bounds = boundsOf(attempt)
      const taken: Bound[] = []
      const giveBack = async () => {
        for (const { key, perMs } of taken) {
          await coordinator.correct({ key, perMs, delta: -1, takenAtMs: nowMs, nowMs: now() })
        }
      }
      for (const bound of bounds) {
        const answer = await coordinator.take({ ...bound, amount: 1, nowMs })
        if (answer.granted) taken.push(bound)
        else {
          await giveBack()
          const retryAfterMs = answer.retryAfterMs ?? bound.perMs
          const message = `Too many attempts to sign in. Try again in ${Math.ceil(retryAfterMs / MINUTE_MS)} minutes.`
          throw new GatewayError('rate_limited', { message, retryAfterMs })
        }
      }
      return giveBack
    },
  }
}
