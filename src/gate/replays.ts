import { sha256Hex } from '../lib/crypto.ts'
import { GatewayError } from '../lib/errors.ts'
import { lruCache } from '../lib/lru.ts'

/** An answer kept for a caller who asks the same again under the same idempotency key. */
export interface Kept {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

/** Answers by idempotency key; in this process, bounded, for ten minutes. */
export interface Replays {
  /**
   * The answer that was given before, or a claim to give it now. Throws
   * `idempotency_conflict` when the key stands for another request, or for one that is still being answered.
   */
  readonly claim: (request: ClaimRequest) => Replay | Claim
}

/** Who asks what again. */
export interface ClaimRequest {
  /** The `idempotency-key` header. */
  readonly given: string
  /** Caller and surface: nobody is answered with what another was told. */
  readonly scope: string
  /** Path and body: the same key must mean the same request. */
  readonly content: string
  /** Epoch milliseconds. */
  readonly nowMs: number
}

/** The same request again: its answer. */
export interface Replay {
  readonly kind: 'replay'
  readonly kept: Kept
}
/** The first of its key: whoever holds it tells how it ended, once. */
export interface Claim {
  readonly kind: 'claim'
  /** Keeps the answer; without one the key is free again, so that a failed call can be repeated. */
  readonly end: (kept: Kept | undefined) => void
}

interface Entry {
  readonly digest: string
  readonly at: number
  kept: Kept | undefined
}

const MAX_ENTRIES = 5_000
const KEEP_MS = 600_000
const MAX_KEY_CHARACTERS = 256
/** Longer answers are not kept: their key is free again. */
const MAX_KEPT_CHARACTERS = 262_144

/** Makes an empty store of {@link Replays}. */
export function replayStore(): Replays {
  const entries = lruCache<string, Entry>(MAX_ENTRIES)
  return {
    claim: ({ given, scope, content, nowMs }) => {
      if (given.length > MAX_KEY_CHARACTERS) {
        throw new GatewayError('invalid_request', {
          message: `An idempotency key has at most ${MAX_KEY_CHARACTERS} characters.`,
        })
      }
      const key = `${scope}\n${given}`
      const digest = sha256Hex(content)
      const known = entries.get(key)
      if (known && nowMs - known.at < KEEP_MS) return again(known, digest)
      const entry: Entry = { digest, at: nowMs, kept: undefined }
      entries.set(key, entry)
      return {
        kind: 'claim',
        end: (kept) => {
          if (kept && kept.body.length <= MAX_KEPT_CHARACTERS) entry.kept = kept
          else if (entries.get(key) === entry) entries.delete(key)
        },
      }
    },
  }
}

function again(known: Entry, digest: string): Replay {
  if (known.digest !== digest) {
    throw new GatewayError('idempotency_conflict', { message: 'This idempotency key was used with another request.' })
  }
  if (!known.kept) {
    throw new GatewayError('idempotency_conflict', {
      message: 'The first request with this idempotency key is still being answered.',
      retryAfterMs: 1_000,
    })
  }
  return { kind: 'replay', kept: known.kept }
}
