import { GatewayError } from '../../lib/errors.ts'

/** Seals a sign-in that has begun, so that the browser can keep it and nobody can make or change one. */
export interface SignInSealer {
  /** `id`: what the text belongs to. */
  readonly seal: (id: string, plain: Uint8Array) => string
  readonly unseal: (id: string, sealed: string) => Uint8Array | undefined
}

/** A sign-in between its beginning here and the provider's answer. */
export interface Pending {
  /** The secrets that the answer must go with; what they are depends on the protocol. */
  readonly secrets: Readonly<Record<string, string>>
  /** Where the browser goes afterwards: a path of this gateway. */
  readonly returnTo: string
  /** Epoch milliseconds. */
  readonly startedAt: number
}

/** How long somebody may take to sign in at the provider, milliseconds. */
export const PENDING_MS = 10 * 60_000
/** Longest sealed text, UTF-16 units: a cookie has room for 4,096 bytes. */
const LONGEST = 3_500
const LONGEST_PATH = 1_024

/** Seals a pending sign-in for one provider. */
export function sealPending(sealer: SignInSealer, provider: string, pending: Pending): string {
  return sealer.seal(provider, Buffer.from(JSON.stringify(pending)))
}

/** Opens what {@link sealPending} made. Throws `sign_in_failed` when it is none, another provider's, or too old. */
export function openPending(
  sealer: SignInSealer,
  provider: string,
  { sealed, nowMs }: { readonly sealed: string | undefined; readonly nowMs: number },
): Pending {
  const plain = sealed === undefined || sealed.length > LONGEST ? undefined : sealer.unseal(provider, sealed)
  const pending = plain && (JSON.parse(Buffer.from(plain).toString('utf8')) as Pending)
  if (pending && nowMs - pending.startedAt < PENDING_MS) return pending
  throw new GatewayError('sign_in_failed', {
    message: 'This sign-in was not begun in this browser, or took too long. Begin again.',
  })
}

/** A path of this gateway to go back to; `/` for anything that is none. */
export function localPath(wanted: string | null): string {
  if (wanted === null || wanted.length > LONGEST_PATH || !/^\/(?![/\\])[\x21-\x7e]*$/.test(wanted)) return '/'
  // What a browser makes of it counts, not what it looks like.
  const base = 'http://gateway.invalid'
  return URL.canParse(wanted, base) && new URL(wanted, base).origin === base ? wanted : '/'
}
