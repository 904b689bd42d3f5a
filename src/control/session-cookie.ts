import type { Directory } from '../governance/identity/index.ts'
import { SESSION_MS } from '../governance/people/index.ts'
import { PENDING_MS } from '../governance/sso/index.ts'

type Cookie = Pick<Directory, 'cookieName'>

/** The `Set-Cookie` of a session that has begun: not for scripts, not for other sites, only for this host. */
export function sessionCookie(cookie: Cookie, token: string): string {
  return `${cookie.cookieName}=${token}; ${attributes(cookie)}; Max-Age=${SESSION_MS / 1_000}`
}

/** The `Set-Cookie` that makes a browser forget its session. */
export function clearedCookie(cookie: Cookie): string {
  return `${cookie.cookieName}=; ${attributes(cookie)}; Max-Age=0`
}

/**
 * The `Set-Cookie` that keeps a sign-in which has begun, until the provider has answered. `posted`: the answer comes as a
 * form from the provider's page, and only a cookie for other sites too comes along; without TLS browsers allow none, and
 * one that says nothing is the nearest.
 */
export function pendingCookie(cookie: Cookie, sealed: string, posted = false): string {
  return `${pendingName(cookie)}=${sealed}; ${attributes(cookie, posted)}; Max-Age=${PENDING_MS / 1_000}`
}

/** The `Set-Cookie` that forgets it. */
export function clearedPending(cookie: Cookie): string {
  return `${pendingName(cookie)}=; ${attributes(cookie)}; Max-Age=0`
}

/** What {@link pendingCookie} kept. */
export function readPending(headers: Headers, cookie: Cookie): string | undefined {
  const name = `${pendingName(cookie)}=`
  const pairs = (headers.get('cookie') ?? '').split(';').map((pair) => pair.trim())
  return pairs.find((pair) => pair.startsWith(name))?.slice(name.length)
}

function pendingName({ cookieName }: Cookie): string {
  return cookieName.replace(/session$/, 'sign_in')
}

/** A name with `__Host-` is taken by browsers only with Secure and without a domain (RFC 6265bis §4.1.3.2). */
function attributes({ cookieName }: Cookie, fromOtherSites = false): string {
  const isSecure = cookieName.startsWith('__Host-')
  const sameSite = fromOtherSites ? (isSecure ? '; SameSite=None' : '') : '; SameSite=Lax'
  return `Path=/; HttpOnly${sameSite}${isSecure ? '; Secure' : ''}`
}
