import type { Directory } from '../governance/identity/index.ts'
import { SESSION_MS } from '../governance/people/index.ts'

type Cookie = Pick<Directory, 'cookieName'>

/** The `Set-Cookie` of a session that has begun: not for scripts, not for other sites, only for this host. */
export function sessionCookie(cookie: Cookie, token: string): string {
  return `${cookie.cookieName}=${token}; ${attributes(cookie)}; Max-Age=${SESSION_MS / 1_000}`
}

/** The `Set-Cookie` that makes a browser forget its session. */
export function clearedCookie(cookie: Cookie): string {
  return `${cookie.cookieName}=; ${attributes(cookie)}; Max-Age=0`
}

/** A name with `__Host-` is taken by browsers only with Secure and without a domain (RFC 6265bis §4.1.3.2). */
function attributes({ cookieName }: Cookie): string {
  return `Path=/; HttpOnly; SameSite=Lax${cookieName.startsWith('__Host-') ? '; Secure' : ''}`
}
