import { base62, crc32, randomBase62, sha256Hex } from '../../lib/crypto.ts'
import type { Random } from '../../lib/random.ts'

/** How every virtual key begins. No id begins so. */
export const KEY_PREFIX = 'gth_'

const RANDOM_DIGITS = 30
const CHECKSUM_DIGITS = 6
const CHECKSUM_AT = KEY_PREFIX.length + RANDOM_DIGITS
const KEY_SHAPE = /^gth_[0-9A-Za-z]{36}$/

/** A new virtual key: `gth_`, 30 random base-62 digits (178 bits) and the checksum. Shown once, never stored. */
export function generateKey(random: Random): string {
  const body = KEY_PREFIX + randomBase62(RANDOM_DIGITS, random.bytes)
  return body + checksum(body)
}

/** Whether a text has the shape of a virtual key and its checksum is right: a typo is seen without any look-up. */
export function isWellFormedKey(text: string): boolean {
  return KEY_SHAPE.test(text) && checksum(text.slice(0, CHECKSUM_AT)) === text.slice(CHECKSUM_AT)
}

/** The only form in which a key is stored: SHA-256 in hex. Enough for 178 random bits, which no dictionary holds. */
export function keyDigest(key: string): string {
  return sha256Hex(key)
}

function checksum(body: string): string {
  return base62(crc32(body), CHECKSUM_DIGITS)
}
