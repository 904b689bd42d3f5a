import { returnQuery } from '../../contract/people.ts'
import type { People } from '../../governance/people/index.ts'
import type { Sso } from '../../governance/sso/index.ts'
import { toGatewayError } from '../../lib/errors.ts'
import type { ControlReply, OpenRequest, OpenRoute } from '../route-types.ts'
import { clearedPending, pendingCookie, readPending, sessionCookie } from '../session-cookie.ts'

/** What the routes of signing in elsewhere need. */
export interface SsoServices {
  readonly people: People
  readonly sso: Sso
}

/** A response of 128 KiB as base64 in a form, bytes. */
const LONGEST_FORM = 262_144

/** `/api/v1/sign-in`: the ways through identity providers. Browsers come here, so answers are redirections. */
export const openSsoRoutes: readonly OpenRoute<SsoServices>[] = [
  {
    method: 'GET',
    path: '/api/v1/sign-in/oidc/:name',
    summary: 'Sends the browser to an OpenID Connect provider; `returnTo` is a path of this gateway.',
    query: returnQuery,
    answer: 'nothing',
    handle: (request, services) =>
      redirecting(request, services, async () => {
        const { url, pending } = await services.sso.beginOidc(nameOf(request), request.query.get('returnTo'))
        return to(url, [pendingCookie(services.people.directory, pending)])
      }),
  },
  {
    method: 'GET',
    path: '/api/v1/sign-in/oidc/:name/callback',
    summary: "Takes the provider's answer and begins the session.",
    answer: 'nothing',
    handle: (request, services) =>
      redirecting(request, services, async () => {
        const { people, sso } = services
        const { query, headers } = request
        const answer = { query, pending: readPending(headers, people.directory) }
        const { token, returnTo } = await sso.finishOidc(nameOf(request), answer, placeOf(request))
        return to(returnTo, [sessionCookie(people.directory, token), clearedPending(people.directory)])
      }),
  },
  {
    method: 'GET',
    path: '/api/v1/sign-in/saml/:name',
    summary: 'Sends the browser to a SAML provider; `returnTo` is a path of this gateway.',
    query: returnQuery,
    answer: 'nothing',
    handle: (request, services) =>
      redirecting(request, services, async () => {
        const { url, pending } = await services.sso.beginSaml(nameOf(request), request.query.get('returnTo'))
        return to(url, [pendingCookie(services.people.directory, pending, true)])
      }),
  },
  {
    method: 'POST',
    path: '/api/v1/sign-in/saml/:name/acs',
    summary: "Takes the provider's response and begins the session.",
    answer: 'nothing',
    handle: (request, services) =>
      redirecting(request, services, async () => {
        const { people, sso } = services
        const query = new URLSearchParams(await request.text(LONGEST_FORM))
        const answer = { query, pending: readPending(request.headers, people.directory) }
        const { token, returnTo } = await sso.finishSaml(nameOf(request), answer, placeOf(request))
        return to(returnTo, [sessionCookie(people.directory, token), clearedPending(people.directory)])
      }),
  },
  {
    method: 'GET',
    path: '/api/v1/sign-in/saml/:name/metadata',
    summary: 'What a SAML provider is configured with.',
    answer: 'application/samlmetadata+xml',
    handle: async (request, { sso }) => ({
      status: 200,
      body: sso.samlMetadata(nameOf(request)),
      headers: { 'content-type': 'application/samlmetadata+xml' },
    }),
  },
]

function nameOf({ params }: OpenRequest): string {
  return params.name ?? ''
}

function placeOf({ headers, address, requestId }: OpenRequest) {
  return { address, agent: headers.get('user-agent') ?? '', requestId }
}

function to(location: string, cookies: readonly string[]): ControlReply {
  // 303: the browser fetches what comes next, whatever brought it here (RFC 9110 §15.4.4).
  return { status: 303, headers: { location }, cookies }
}

/** What goes wrong is told by the first page, where the person can try again: `/?signInError=<code>`. */
async function redirecting(
  { requestId }: OpenRequest,
  { people }: SsoServices,
  task: () => Promise<ControlReply>,
): Promise<ControlReply> {
  try {
    return await task()
  } catch (cause) {
    const { code, publicMessage } = toGatewayError(cause)
    const told = new URLSearchParams({ signInError: code, message: publicMessage, requestId })
    return to(`/?${told}`, [clearedPending(people.directory)])
  }
}
