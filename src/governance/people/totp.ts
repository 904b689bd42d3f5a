import { createHmac } from 'node:crypto'
import { timingSafeEqualText } from '../../lib/crypto.ts'

/** How long one code holds, milliseconds (RFC 6238 §4.1). */
const STEP_MS = 30_000
const DIGITS = 6
/** Clocks may differ by one step either way (RFC 6238 §5.2). */
const DRIFT = [0, -1, 1] as const
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** Length of a secret, bytes: that of SHA-1's output (RFC 4226 §4 R6). */
export const TOTP_SECRET_BYTES = 20

/** The code of a secret at a step (RFC 4226 §5.3): six digits. */
export function totpCode(secret: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const digest = createHmac('sha1', secret).update(counter).digest()
  const at = (digest[digest.length - 1] ?? 0) & 0x0f
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 10 ** DIGITS).padStart(DIGITS, '0')
}

/** The step whose code this is; undefined when it is none, or one that was used already. */
export function totpStepOf(
  secret: Uint8Array,
  code: string,
  { nowMs, usedStep }: { readonly nowMs: number; readonly usedStep: number },
): number | undefined {
  const now = Math.floor(nowMs / STEP_MS)
  const unused = DRIFT.map((drift) => now + drift).filter((step) => step > usedStep)
  return unused.find((step) => timingSafeEqualText(totpCode(secret, step), code))
}

/** A secret as people type it (RFC 4648 §6, without padding). */
export function base32(bytes: Uint8Array): string {
  let bits = ''
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0')
  const groups = bits.match(/.{1,5}/g) ?? []
  return groups.map((group) => BASE32.charAt(Number.parseInt(group.padEnd(5, '0'), 2))).join('')
}

/** The address that authenticator apps read from a picture (github.com/google/google-authenticator/wiki/Key-Uri-Format). */
export function totpUri(
  secret: Uint8Array,
  { issuer, account }: { readonly issuer: string; readonly account: string },
): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`
  return `otpauth://totp/${label}?secret=${base32(secret)}&issuer=${encodeURIComponent(issuer)}&algorithm=SHA1&digits=${DIGITS}&period=30`
}
