import { sha256Hex } from '../../lib/crypto.ts'
import { GatewayError } from '../../lib/errors.ts'
import { actingCaller, ON_BEHALF_OF } from './acting.ts'
import type { Directory, Person, Session } from './directory.ts'
import { callerOf, callerWith, type IdentityIndex, type PersonalCaller } from './identity-index.ts'
import type { Caller } from './principal.ts'

/** How a session token begins. No id and no key begins so. */
export const SESSION_PREFIX = 'gts_'
/** The session of somebody with a role ends after so long without use, milliseconds. */
const PRIVILEGED_IDLE_MS = 30 * 60_000
const LONGEST_COOKIES = 16_384
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

/** What of a request a session is recognised by. */
export interface SessionRequest {
  readonly method: string
  readonly headers: Headers
}

/** The token of the session cookie; undefined when there is none. */
function readSessionToken(headers: Headers, cookieName: string): string | undefined {
  const cookies = headers.get('cookie')
  if (cookies === null || cookies.length > LONGEST_COOKIES) return undefined
  for (const pair of cookies.split(';')) {
    const at = pair.indexOf('=')
    if (at > 0 && pair.slice(0, at).trim() === cookieName) {
      const token = pair.slice(at + 1).trim()
      return token.startsWith(SESSION_PREFIX) && token.length < 128 ? token : undefined
    }
  }
  return undefined
}

/**
 * Recognises who is signed in by the cookie of a request. No I/O, no waiting. Undefined when the request has no such cookie.
 *
 * @throws GatewayError `session_ended`, `csrf_refused` (a change without `x-gatehouse-csrf: 1` or from another origin),
 * `password_change_required`
 */
export function authenticateSession(
  index: IdentityIndex,
  request: SessionRequest,
  { directory, nowMs }: { readonly directory: Directory; readonly nowMs: number },
): { readonly caller: Caller; readonly session: Session } | undefined {
  const token = readSessionToken(request.headers, directory.cookieName)
  if (token === undefined) return undefined
  // Before the look-up: a page of another site learns nothing about who is signed in here.
  refuseForeign(request, directory)
  const session = directory.session(sha256Hex(token))
  if (!session || nowMs >= session.expiresAt || session.person.status !== 'active')
    throw new GatewayError('session_ended')
  const { caller, isPrivileged } = personalCaller(index, session.person)
  if (isPrivileged && nowMs - session.seenAt >= PRIVILEGED_IDLE_MS) throw new GatewayError('session_ended')
  directory.seen(session, nowMs)
  return { caller, session }
}

/** The caller that a person is without any key, made once for each snapshot and state of the person. */
export function personalCaller(index: IdentityIndex, person: Person): PersonalCaller {
  const known = index.remembered.people.get(person.email)
  if (known?.person === person) return known
  const plain = callerWith(index, person)
  const caller = Object.freeze({ ...plain, administrator: index.administers(plain) })
  const fresh = { person, caller, isPrivileged: index.isPrivileged(caller) }
  index.remembered.people.set(person.email, fresh)
  return fresh
}

/**
 * The caller that a principal is without any key, in the teams of their account too: for deciding whether somebody may
 * hand out that principal's rights. Undefined when the text is no principal.
 */
export function callerNow(index: IdentityIndex, principal: string, directory: Directory): Caller | undefined {
  const named = callerOf(index, principal)
  const person = named?.user === undefined ? undefined : directory.person(named.user)
  return person === undefined ? named : personalCaller(index, person).caller
}

/**
 * A caller that a key gave, as the person whom the key belongs to is now: in the teams of their account too.
 * Only for callers with a `user`. Throws `key_revoked` when that person has left.
 */
export function currentCaller(index: IdentityIndex, caller: Caller, directory: Directory): Caller {
  const person = caller.user === undefined ? undefined : directory.person(caller.user)
  if (person === undefined) return caller
  if (person.status !== 'active') {
    const detail = `${caller.principal} has left, and the key ${caller.key} with them`
    throw new GatewayError('key_revoked', { internalDetail: detail })
  }
  if (person.teams.length === 0 && person.groups.length === 0) return caller
  const known = index.remembered.personal.get(caller)
  if (known?.person === person) return known.caller
  const { team, teams } = callerWith(index, person)
  const plain = { ...caller, ...(team === undefined ? {} : { team }), teams }
  const fresh = Object.freeze({ ...plain, administrator: index.administers(plain) })
  index.remembered.personal.set(caller, { person, caller: fresh, isPrivileged: false })
  return fresh
}

/**
 * An agent as it acts in one call, for the person as they are now. Throws what `actingCaller` does, and `access_denied`
 * when that person has left.
 */
export function actingNow(
  index: IdentityIndex,
  caller: Caller,
  { header, directory }: { readonly header: string | null; readonly directory: Directory },
): Caller {
  const acting = actingCaller(index, caller, header)
  const person = acting.user === undefined ? undefined : directory.person(acting.user)
  if (acting.onBehalfOf === undefined || person === undefined) return acting
  if (person.status !== 'active') {
    throw new GatewayError('access_denied', { message: `${ON_BEHALF_OF} names somebody who has left.` })
  }
  const known = index.remembered.personal.get(acting)
  if (known?.person === person) return known.caller
  const fresh = Object.freeze({ ...acting, onBehalfOf: personalCaller(index, person).caller })
  index.remembered.personal.set(acting, { person, caller: fresh, isPrivileged: false })
  return fresh
}

/** Throws `csrf_refused` when a request that changes something comes from another site, or does not say that it means it. */
function refuseForeign({ method, headers }: SessionRequest, directory: Directory): void {
  if (SAFE.has(method)) return
  if (headers.get('x-gatehouse-csrf') === '1' && isSameOrigin(headers, directory.publicOrigin)) return
  throw new GatewayError('csrf_refused')
}

/** Whether the `Origin` of a request is the gateway itself: its public address, or the host that was asked. */
export function isSameOrigin(headers: Headers, publicOrigin: string): boolean {
  const origin = headers.get('origin')
  if (origin === null || !URL.canParse(origin)) return false
  return origin === publicOrigin || new URL(origin).host === headers.get('host')
}
