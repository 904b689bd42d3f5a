import { GatewayError } from '../../lib/errors.ts'
import type { IdentityIndex, KeyEntry } from './identity-index.ts'
import type { Caller } from './principal.ts'
import { isWellFormedKey, KEY_PREFIX, keyDigest } from './virtual-key.ts'

/**
 * Recognises who asks. No I/O, no waiting.
 *
 * The digest is found by a look-up in a map and not by comparing in constant time: to learn anything from the timing of
 * that look-up one would have to choose the digits of SHA-256 digests, that is, to find keys whose digests begin alike;
 * and even the whole digest does not give the key.
 *
 * @param credential the text that {@link readCredential} found; undefined when the request has none
 * @param nowMs epoch milliseconds
 * @throws GatewayError `unauthenticated` (none, misspelt, not a key), `key_revoked` (unknown, disabled), `key_expired`
 */
export function authenticate(index: IdentityIndex, credential: string | undefined, nowMs: number): Caller {
  if (credential === undefined || credential === '') throw new GatewayError('unauthenticated')
  const entry = index.remembered.known.get(credential) ?? lookUp(index, credential)
  if (entry.disabled)
    throw new GatewayError('key_revoked', { internalDetail: `the key ${entry.caller.key} is disabled` })
  if (entry.expiresAt !== undefined && nowMs >= entry.expiresAt) {
    const since = new Date(entry.expiresAt).toISOString()
    throw new GatewayError('key_expired', { internalDetail: `the key ${entry.caller.key} expired at ${since}` })
  }
  return entry.caller
}

function lookUp(index: IdentityIndex, credential: string): KeyEntry {
  const { known, unknown } = index.remembered
  if (unknown.get(credential)) throw new GatewayError('key_revoked')
  if (!isWellFormedKey(credential)) throw new GatewayError('unauthenticated', { message: misspelt(credential) })
  const entry = index.keys.get(keyDigest(credential))
  if (entry === undefined) {
    unknown.set(credential, true)
    throw new GatewayError('key_revoked')
  }
  known.set(credential, entry)
  return entry
}

function misspelt(credential: string): string {
  return credential.startsWith(KEY_PREFIX)
    ? 'This key is misspelt: its checksum is wrong. Copy it again, all 40 characters.'
    : `This credential is not a virtual key. Keys of this gateway begin with ${KEY_PREFIX}.`
}
