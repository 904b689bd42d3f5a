import { sha256Hex } from '../lib/crypto.ts'
import { GatewayError } from '../lib/errors.ts'

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
/** All that is kept together; beyond it the oldest is forgotten. */
const MAX_ALL_CHARACTERS = 64 * 1_048_576

/** Makes an empty store of {@link Replays}. */
export function replayStore(): Replays {
  /** In the order in which they were claimed. */
  const entries = new Map<string, Entry>()
  let characters = 0
  const forget = (key: string, entry: Entry) => {
    if (entries.get(key) !== entry) return
    entries.delete(key)
    characters -= entry.kept?.body.length ?? 0
  }
  const makeRoom = (nowMs: number) => {
    for (const [key, entry] of entries) {
      const fits = entries.size < MAX_ENTRIES && characters <= MAX_ALL_CHARACTERS
      if (fits && nowMs - entry.at < KEEP_MS) return
      forget(key, entry)
    }
  }
  return {
    claim: ({ given, scope, content, nowMs }) => {
      if (given.length > MAX_KEY_CHARACTERS) {
        throw new GatewayError('invalid_request', {
          message: `An idempotency key has at most ${MAX_KEY_CHARACTERS} characters.`,
        })
      }
      makeRoom(nowMs)
      const key = `${scope}\n${given}`
      const digest = sha256Hex(content)
      const known = entries.get(key)
      if (known) return again(known, digest)
      const entry: Entry = { digest, at: nowMs, kept: undefined }
      entries.set(key, entry)
      return {
        kind: 'claim',
        end: (kept) => {
          if (!kept || kept.body.length > MAX_KEPT_CHARACTERS) return forget(key, entry)
          if (entry.kept || entries.get(key) !== entry) return
          entry.kept = kept
          characters += kept.body.length
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
