import { createHmac, hash, timingSafeEqual } from 'node:crypto'

/** The digits of {@link base62}, in the order of their values. */
export const BASE62_ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte
  for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1
  return remainder
})

/** SHA-256 as 64 lower-case hex digits; text is taken as UTF-8. */
export function sha256Hex(input: string | Uint8Array): string {
  return hash('sha256', input, 'hex')
}

/** HMAC-SHA-256 as 64 lower-case hex digits; texts are taken as UTF-8. */
export function hmacSha256Hex(key: string | Uint8Array, input: string | Uint8Array): string {
  return createHmac('sha256', key).update(input).digest('hex')
}

/** The CRC-32 of zip and Ethernet (reflected, polynomial 0xEDB88320) as an unsigned number; text is taken as UTF-8. */
export function crc32(input: string | Uint8Array): number {
  const bytes = typeof input === 'string' ? new TextEncoder().encode(input) : input
  let remainder = 0xffffffff
  for (const byte of bytes) remainder = (CRC_TABLE[(remainder ^ byte) & 0xff] ?? 0) ^ (remainder >>> 8)
  return (remainder ^ 0xffffffff) >>> 0
}

/** A whole number ≥ 0 in base 62 (0-9A-Za-z), padded with 0 on the left to `width`. Throws `RangeError` for any other number. */
export function base62(value: number, width = 1): string {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError('base 62 writes whole numbers from 0')
  let rest = value
  let digits = ''
  do {
    digits = BASE62_ALPHABET.charAt(rest % 62) + digits
    rest = Math.floor(rest / 62)
  } while (rest > 0)
  return digits.padStart(width, '0')
}

/** `length` base-62 digits, each equally likely, from strong random bytes: `random` is asked for as many as it takes. */
export function randomBase62(length: number, random: (bytes: number) => Uint8Array): string {
  let digits = ''
  while (digits.length < length) {
    for (const byte of random(length)) {
      // 248 = 4 × 62: the bytes above would make the first digits likelier.
      if (byte < 248 && digits.length < length) digits += BASE62_ALPHABET.charAt(byte % 62)
    }
  }
  return digits
}

/**
 * JSON with members sorted by UTF-16 code units and no white space (RFC 8785 for what JSON can say): equal values give
 * equal text, so it may be hashed. Members that are undefined are left out. Throws `TypeError` for what JSON cannot say.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError('JSON has no such number')
    return JSON.stringify(value)
  }
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`
  if (typeof value !== 'object') throw new TypeError(`JSON cannot say a ${typeof value}`)
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`)
  return `{${members.join(',')}}`
}

/** Whether two texts are equal, in a time that says nothing about where they differ (their lengths may show). */
export function timingSafeEqualText(left: string, right: string): boolean {
  const leftBytes = Buffer.from(left)
  const rightBytes = Buffer.from(right)
  return leftBytes.length === rightBytes.length && timingSafeEqual(leftBytes, rightBytes)
}
