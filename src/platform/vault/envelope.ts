import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto'

/** What a sealed value belongs to. It is bound into the seal: a row copied to another place does not open. */
export interface SealedPlace {
  readonly org: string
  readonly kind: string
  readonly id: string
  readonly field: string
}

/** A key and a source of strong random bytes. */
export interface Sealer {
  readonly key: KeyObject
  readonly randomBytes: (length: number) => Uint8Array
}

const VERSION = 'v1'
const IV_BYTES = 12
const TAG_BYTES = 16

/** The 32 bytes of an AES-256 key, held so that they are not copied about. Throws `RangeError` for another length. */
export function aesKey(bytes: Uint8Array): KeyObject {
  if (bytes.byteLength !== 32) throw new RangeError('an AES-256 key has 32 bytes')
  return createSecretKey(bytes)
}

/** AES-256-GCM with a random IV: `v1.` and base64url of IV, tag and ciphertext. */
export function seal(sealer: Sealer, plain: Uint8Array, place: SealedPlace): string {
  const iv = sealer.randomBytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', sealer.key, iv)
  cipher.setAAD(associated(place))
  const body = Buffer.concat([cipher.update(plain), cipher.final()])
  return `${VERSION}.${Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url')}`
}

/** Opens what {@link seal} made; undefined when the key, the place or the text is another. */
export function unseal(key: KeyObject, sealed: string, place: SealedPlace): Uint8Array | undefined {
  if (!sealed.startsWith(`${VERSION}.`)) return undefined
  const bytes = Buffer.from(sealed.slice(VERSION.length + 1), 'base64url')
  if (bytes.byteLength < IV_BYTES + TAG_BYTES) return undefined
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
  decipher.setAAD(associated(place))
  decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()])
  } catch {
    return undefined
  }
}

function associated({ org, kind, id, field }: SealedPlace): Uint8Array {
  const parts = [VERSION, org, kind, id, field]
  if (parts.some((part) => part.includes('|'))) throw new RangeError('a sealed place has no "|" in its names')
  return Buffer.from(parts.join('|'))
}
