import type { Clock } from '../../lib/clock.ts'
import { sha256Hex } from '../../lib/crypto.ts'
import { GatewayError } from '../../lib/errors.ts'
import { lruCache } from '../../lib/lru.ts'

/** A short-lived token that a credential was traded for. */
export interface ShortToken {
  readonly token: string
  /** Epoch milliseconds. */
  readonly expiresAt: number
}

/** Tokens by the credential they were made from; one trade at a time for each. */
export interface TokenCache {
  /**
   * The token for a credential: from memory while it lives, else by `trade`, which many callers wait for together. What
   * `trade` throws reaches all of them and is not remembered. Its signal aborts after ten seconds.
   */
  readonly get: (credential: string, trade: (signal: AbortSignal) => Promise<ShortToken>) => Promise<string> | string
}

/** A token is renewed when it has no longer than this to live: a call must not outlive it on the way. */
const RENEW_BEFORE_MS = 300_000
const TRADE_WITHIN_MS = 10_000
const MAX_TOKENS = 1_000

/** Makes a {@link TokenCache}. Credentials are remembered by their digest alone. */
export function tokenCache(clock: Clock): TokenCache {
  const tokens = lruCache<string, ShortToken>(MAX_TOKENS)
  const trades = new Map<string, Promise<string>>()
  return {
    get: (credential, trade) => {
      const key = sha256Hex(credential)
      const known = tokens.get(key)
      if (known && known.expiresAt - RENEW_BEFORE_MS > clock.now()) return known.token
      const running = trades.get(key)
      if (running) return running
      const begun = within(clock, trade)
        .then((fresh) => {
          tokens.set(key, fresh)
          return fresh.token
        })
        .finally(() => trades.delete(key))
      trades.set(key, begun)
      return begun
    },
  }
}

async function within(clock: Clock, trade: (signal: AbortSignal) => Promise<ShortToken>): Promise<ShortToken> {
  const controller = new AbortController()
  const late = new GatewayError('upstream_timeout', { internalDetail: 'no token within ten seconds' })
  const timer = clock.schedule(TRADE_WITHIN_MS, () => controller.abort(late))
  try {
    return await trade(controller.signal)
  } finally {
    timer.cancel()
  }
}
