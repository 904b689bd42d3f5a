import type { Replays } from '../gate/index.ts'
import type { Reach, Rights } from '../governance/access/index.ts'
import type { Audit } from '../governance/audit/index.ts'
import {
  authenticate,
  authenticateSession,
  type Caller,
  currentCaller,
  type Directory,
  readCredential,
  type Session,
} from '../governance/identity/index.ts'
import { GatewayError, toGatewayError } from '../lib/errors.ts'
import type { IdMaker } from '../lib/ids.ts'
import { parseJson } from '../lib/json.ts'
import { InvalidDocuments } from '../platform/documents/index.ts'
import type { Snapshot } from '../policy/index.ts'
import { lacking } from './lacking.ts'
import { kept, onceFor, replayed } from './once.ts'
import type { ControlReply, ControlRequest, OpenRoute, Route } from './route-types.ts'
import { scimErrorResponse } from './scim-error.ts'

/** What every control-plane request needs, whatever its route. */
export interface ControlPlane<Services> {
  readonly routes: readonly Route<Services>[]
  /** Addresses without a credential; looked at first. */
  readonly open: readonly OpenRoute<Services>[]
  readonly services: Services
  readonly directory: Directory
  /** Answers to be given again under the same idempotency key. */
  readonly replays: Replays
  readonly audit: Pick<Audit, 'record'>
  readonly snapshot: () => Snapshot
  readonly now: () => number
  readonly ids: IdMaker
  readonly maxBodyBytes: number
  /** Told of failures that are ours. */
  readonly report: (error: GatewayError, requestId: string) => void
}

/** A control-plane request as the listener has read it. */
export interface ControlIncoming {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Headers
  /** Whence it came: an IP address. */
  readonly address?: string | undefined
  /** Reads the body, at most so many bytes. Throws `payload_too_large`. */
  readonly text: (maxBytes: number) => Promise<string>
}

const MINUTE_MS = 60_000

interface Compiled<R> {
  readonly route: R
  readonly expression: RegExp
}

interface Addresses<Services> {
  readonly routes: readonly Compiled<Route<Services>>[]
  readonly open: readonly Compiled<OpenRoute<Services>>[]
}

/** The control plane: authentication, permission, body, errors and their shape in one place. Gives whole responses. */
export function controlPlane<Services>(
  plane: ControlPlane<Services>,
): (incoming: ControlIncoming) => Promise<Response> {
  const addresses = { routes: compiled(plane.routes), open: compiled(plane.open) }
  return async (incoming) => {
    const requestId = plane.ids('req')
    try {
      return written(await handle(plane, addresses, { ...incoming, requestId }), requestId)
    } catch (cause) {
      return failed(plane, cause, { requestId, path: incoming.path })
    }
  }
}

function compiled<R extends { readonly path: string }>(routes: readonly R[]): readonly Compiled<R>[] {
  return routes.map((route) => ({ route, expression: expressionOf(route.path) }))
}

async function handle<Services>(
  plane: ControlPlane<Services>,
  addresses: Addresses<Services>,
  incoming: ControlIncoming & { readonly requestId: string },
): Promise<ControlReply> {
  const isHere = ({ route, expression }: Compiled<{ readonly method: string }>) =>
    route.method === incoming.method && expression.test(incoming.path)
  const open = addresses.open.find(isHere)
  if (open) {
    const params = paramsOf(open.expression, incoming.path)
    return open.route.handle({ ...incoming, params }, plane.services)
  }
  const here = addresses.routes.filter(({ expression }) => expression.test(incoming.path))
  const found = here.find(isHere)
  // Who is not known learns nothing, not even which addresses there are.
  const { caller, session } = callerOf(plane, incoming)
  if (!found) throw new GatewayError(here.length > 0 ? 'method_not_allowed' : 'not_found')
  if (session?.person.passwordChange === 'required' && !found.route.beforePasswordChange) {
    throw new GatewayError('password_change_required')
  }
  const rights = plane.snapshot().roles.rightsOf(caller)
  const reach = permit(found.route, rights)
  if (session) askForProof(found.route, session, plane.now())
  const text = hasBody(incoming) ? await incoming.text(plane.maxBodyBytes) : ''
  const origin = { actor: caller.principal, requestId: incoming.requestId, address: incoming.address }
  const request: ControlRequest = {
    params: paramsOf(found.expression, incoming.path),
    query: incoming.query,
    body: bodyOf(incoming.headers, text),
    headers: incoming.headers,
    caller,
    session,
    origin,
    rights,
    reach,
    isStillAllowed: () => isAllowed(plane, found.route, incoming),
  }
  const once = onceFor(plane, request, { incoming, text })
  if (once?.kind === 'replay') return replayed(once)
  try {
    await tellOfUse(plane, found.route, { request, incoming })
    const reply = await found.route.handle(request, plane.services)
    once?.end(kept(reply))
    return reply
  } catch (cause) {
    once?.end(undefined)
    throw cause
  }
}

/** Whether the route would let the same request in now. Being asked is no use of a session: it does not prolong it. */
function isAllowed<Services>(
  plane: ControlPlane<Services>,
  route: Route<Services>,
  incoming: ControlIncoming,
): boolean {
  try {
    const directory = { ...plane.directory, seen: () => undefined }
    const { caller } = callerOf({ ...plane, directory }, incoming)
    permit(route, plane.snapshot().roles.rightsOf(caller))
    return true
  } catch {
    return false
  }
}

interface Use {
  readonly request: ControlRequest
  readonly incoming: ControlIncoming
}

/** Some reads are told in the audit log, and so is whatever is done with the key that the first start made. */
async function tellOfUse<Services>(
  plane: ControlPlane<Services>,
  route: Route<Services>,
  { request, incoming }: Use,
): Promise<void> {
  const { origin, caller } = request
  const object = `${incoming.method} ${incoming.path}`
  const query = incoming.query.toString()
  const facts = query === '' ? undefined : { query }
  if (route.audited !== undefined) await plane.audit.record({ ...origin, action: route.audited, object, facts })
  if (caller.key === 'bootstrap' && incoming.method !== 'GET')
    await plane.audit.record({ ...origin, action: 'bootstrap.use', object })
}

/** Throws `step_up_required` when the person proved too long ago who they are. */
function askForProof({ fresh }: Pick<Route, 'fresh'>, { provedAt }: Session, nowMs: number): void {
  if (fresh === undefined || nowMs - provedAt <= fresh * MINUTE_MS) return
  throw new GatewayError('step_up_required', { facts: { withinMinutes: fresh } })
}

/** Who asks: by a key, or by the cookie of a session. */
function callerOf<Services>(
  { snapshot, directory, now }: ControlPlane<Services>,
  incoming: ControlIncoming,
): { readonly caller: Caller; readonly session?: Session } {
  const { identity } = snapshot()
  const credential = readCredential(incoming.headers)
  const signedIn =
    credential === undefined ? authenticateSession(identity, incoming, { directory, nowMs: now() }) : undefined
  return signedIn ?? { caller: currentCaller(identity, authenticate(identity, credential, now()), directory) }
}

/** Lets in whom a role gives the route's permission, and says over what. Throws `access_denied`. */
function permit({ permission, scoped }: Pick<Route, 'permission' | 'scoped'>, rights: Rights): Reach {
  const wanted = typeof permission === 'string' ? [permission] : permission
  for (const one of wanted) {
    const reach = rights.reach(one)
    if (reach === 'everything' || (scoped && reach !== undefined)) return reach
  }
  throw lacking(wanted, rights)
}

function hasBody({ method }: ControlIncoming): boolean {
  return method !== 'GET' && method !== 'DELETE'
}

function bodyOf(headers: Headers, text: string): unknown {
  if (text === '') return undefined
  return /ya?ml/.test(headers.get('content-type') ?? '') ? text : parseJson(text)
}

function written(response: ControlReply, requestId: string): Response {
  const isText = typeof response.body === 'string'
  const type = isText ? 'text/plain; charset=utf-8' : 'application/json'
  const headers = new Headers({
    ...(response.body === undefined ? {} : { 'content-type': type }),
    'cache-control': 'no-store',
    'x-request-id': requestId,
    ...response.headers,
  })
  for (const cookie of response.cookies ?? []) headers.append('set-cookie', cookie)
  const { body: given } = response
  const isReady = typeof given === 'string' || given instanceof ReadableStream
  const body = given === undefined ? null : isReady ? given : JSON.stringify(given)
  return new Response(body, { status: response.status, headers })
}

function failed<Services>(
  plane: ControlPlane<Services>,
  cause: unknown,
  { requestId, path }: { readonly requestId: string; readonly path: string },
): Response {
  const problems = cause instanceof InvalidDocuments ? cause.problems : undefined
  const error = problems ? new GatewayError('invalid_document') : toGatewayError(cause)
  if (error.status >= 500) plane.report(error, requestId)
  return path.startsWith('/scim/')
    ? scimErrorResponse(error, requestId)
    : problemResponse(error, { problems, requestId })
}

function problemResponse(
  error: GatewayError,
  { problems, requestId }: { readonly problems: InvalidDocuments['problems'] | undefined; readonly requestId: string },
): Response {
  const body = {
    type: 'about:blank',
    title: error.publicMessage,
    status: error.status,
    code: error.code,
    requestId,
    ...(error.param === undefined ? {} : { param: error.param }),
    ...(error.facts ?? {}),
    ...(problems ? { problems } : {}),
  }
  const headers: Record<string, string> = {
    'content-type': 'application/problem+json',
    'x-request-id': requestId,
    'cache-control': 'no-store',
  }
  if (error.retryAfterMs !== undefined)
    headers['retry-after'] = String(Math.max(1, Math.ceil(error.retryAfterMs / 1_000)))
  return new Response(JSON.stringify(body), { status: error.status, headers })
}

function expressionOf(path: string): RegExp {
  const source = path
    .split(/((?<=\/)[:*][a-zA-Z]+)/)
    .map((part, index) => {
      // Every second part is a parameter; a verb after one (`:number:rollback`) looks like it and is not.
      const isParameter = index % 2 === 1
      if (isParameter) return `(?<${part.slice(1)}>${part.startsWith(':') ? '[^/]{1,512}' : '.{1,512}'})`
      return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    })
    .join('')
  return new RegExp(`^${source}$`)
}

function paramsOf(expression: RegExp, path: string): Readonly<Record<string, string>> {
  const params: Record<string, string> = {}
  for (const [name, value] of Object.entries(expression.exec(path)?.groups ?? {})) {
    try {
      params[name] = decodeURIComponent(value)
    } catch {
      throw new GatewayError('invalid_request', { message: 'The address is not well encoded.' })
    }
  }
  return params
}
