import { methodsAnswer, sessionAnswer, signInBody, stepUpBody } from '../../contract/people.ts'
import type { Rights } from '../../governance/access/index.ts'
import { type Caller, isSameOrigin, personalCaller, type Session } from '../../governance/identity/index.ts'
import type { People } from '../../governance/people/index.ts'
import type { Sso } from '../../governance/sso/index.ts'
import { GatewayError } from '../../lib/errors.ts'
import { parseJson } from '../../lib/json.ts'
import type { Policy } from '../../policy/index.ts'
import { parseBody } from '../parse-body.ts'
import type { ControlRequest, OpenRequest, OpenRoute, Route } from '../route-types.ts'
import { clearedCookie, sessionCookie } from '../session-cookie.ts'

/** What the routes of sessions need. */
export interface SessionServices {
  readonly people: People
  readonly policy: Policy
  readonly sso: Sso
}

const LONGEST_BODY = 16_384

/** `POST /api/v1/session` and what may be known before: open, for nobody is signed in yet. */
export const openSessionRoutes: readonly OpenRoute<SessionServices>[] = [
  {
    method: 'POST',
    path: '/api/v1/session',
    summary: 'Signs in with an e-mail address and a password; the answer sets the cookie of the session.',
    body: signInBody,
    answer: sessionAnswer,
    status: 201,
    handle: signIn,
  },
  {
    method: 'GET',
    path: '/api/v1/session/methods',
    summary: 'The ways of signing in that are offered.',
    answer: methodsAnswer,
    handle: async (_, { sso }) => ({ status: 200, body: { password: true, providers: [...sso.methods()] } }),
  },
]

/** `/api/v1/session`: who is signed in. */
export const sessionRoutes: readonly Route<SessionServices>[] = [
  {
    method: 'GET',
    path: '/api/v1/session',
    permission: 'self:read',
    beforePasswordChange: true,
    summary: 'Who is signed in, in which teams, and what they may.',
    answer: sessionAnswer,
    handle: async (request) => ({ status: 200, body: answerOf(signedIn(request), request) }),
  },
  {
    method: 'POST',
    path: '/api/v1/session/step-up',
    permission: 'self:write',
    summary:
      'Proves again who is signed in, for what asks for a fresh proof: the password, and a code where there is one.',
    body: stepUpBody,
    answer: sessionAnswer,
    handle: async (request, { people }) => {
      const session = signedIn(request)
      const { password, totp } = parseBody(stepUpBody, request.body)
      const { origin } = request
      await people.signIn.stepUp(session, { password, code: totp, address: origin.address }, origin)
      return { status: 200, body: answerOf(session, request) }
    },
  },
  {
    method: 'DELETE',
    path: '/api/v1/session',
    permission: 'self:write',
    beforePasswordChange: true,
    summary: 'Signs out.',
    answer: 'nothing',
    handle: async (request, { people }) => {
      await people.sessions.end(signedIn(request).id, request.origin)
      return { status: 204, headers: { 'set-cookie': clearedCookie(people.directory) } }
    },
  },
]

async function signIn(request: OpenRequest, { people, policy }: SessionServices) {
  const { headers, address, requestId } = request
  const { directory } = people
  // A page of another site must not sign somebody in as somebody else.
  if (headers.has('origin') && !isSameOrigin(headers, directory.publicOrigin)) throw new GatewayError('csrf_refused')
  const { email, password, totp } = parseBody(signInBody, parseJson(await request.text(LONGEST_BODY)))
  const agent = headers.get('user-agent') ?? ''
  const { token, session } = await people.signIn.withPassword({
    email,
    password,
    code: totp,
    address,
    agent,
    requestId,
  })
  const { identity, roles } = policy.holder.current()
  const caller = personalCaller(identity, session.person).caller
  const body = answerOf(session, { caller, rights: roles.rightsOf(caller) })
  return { status: 201, body, headers: { 'set-cookie': sessionCookie(directory, token) } }
}

/** The session of a request. Throws `unauthenticated` for those who came with a key. */
export function signedIn({ session }: Pick<ControlRequest, 'session'>): Session {
  if (session) return session
  throw new GatewayError('unauthenticated', { message: 'Nobody is signed in: this request came with a key.' })
}

type SessionAnswer = (typeof sessionAnswer)['_output']

function answerOf(session: Session, of: { readonly caller: Caller; readonly rights: Rights }): SessionAnswer {
  const { id, email, name, passwordChange } = session.person
  return {
    user: { id, email, name },
    teams: [...of.caller.teams],
    roles: [...of.rights.roles],
    permissions: [...of.rights.permissions],
    expiresAt: new Date(session.expiresAt).toISOString(),
    provedAt: new Date(session.provedAt).toISOString(),
    passwordChange,
  }
}
