import { type Gate, pass, type Router, type Surface } from '../gate/index.ts'
import type { Clock } from '../lib/clock.ts'
import { GatewayError, toGatewayError } from '../lib/errors.ts'
import type { IdMaker } from '../lib/ids.ts'
import type { Admission } from './admission.ts'
import { Arrival } from './arrival.ts'
import type { Own } from './own.ts'

/** What the listener hands requests to. */
export interface ListenerParts {
  readonly host: string
  readonly port: number
  readonly clock: Clock
  readonly ids: IdMaker
  readonly gate: Gate
  readonly router: Router
  /** Answers everything under `/api/`, `/schemas/`, and the health addresses; `undefined`: not one of its own. */
  readonly own: Own
  readonly admission: Admission
  readonly maxBodyBytes: number
}

/** A listening server. */
export interface Listener {
  readonly port: number
  /** Takes no new connections; resolves when those there are have ended or been closed. */
  readonly stop: (force: boolean) => Promise<void>
}

/** Listens. The only place besides `platform/egress` that touches a socket. */
export function listen(parts: ListenerParts): Listener {
  const server = Bun.serve({
    hostname: parts.host,
    port: parts.port,
    // The bound is ours, which answers in the surface's own shape; the runtime's would end the connection without a word.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    idleTimeout: 255,
    fetch: (request, bun) => {
      const receivedAt = parts.clock.monotonic()
      const path = pathOf(request.url)
      const own = parts.own(request, path, () => bun.requestIP(request)?.address)
      if (own) return own
      // A body must keep coming; an answer may take longer than any idle limit of a connection: its own deadlines end it.
      return answer(parts, request, { path, receivedAt, whole: () => bun.timeout(request, 0) })
    },
    error: () =>
      new Response(
        '{"error":{"message":"Something failed inside the gateway.","type":"api_error","code":"internal"}}',
        {
          status: 500,
          headers: { 'content-type': 'application/json' },
        },
      ),
  })
  return { port: server.port ?? parts.port, stop: (force) => server.stop(force) }
}

interface Seen {
  readonly path: string
  readonly receivedAt: number
  /** Called when the request has been read. */
  readonly whole: () => void
}

async function answer(parts: ListenerParts, request: Request, seen: Seen): Promise<Response> {
  const routed = parts.router(request.method, seen.path)
  if (routed.kind === 'unknown')
    return refuse(
      parts,
      routed.surface,
      new GatewayError('not_found', { message: `There is nothing at ${seen.path}.` }),
    )
  if (routed.kind === 'wrong-method') {
    const response = refuse(parts, routed.surface, new GatewayError('method_not_allowed'))
    response.headers.set('allow', routed.allowed.join(', '))
    return response
  }
  const refused = parts.admission.enter()
  if (refused) return refuse(parts, routed.surface, refused)
  const { path, receivedAt, whole } = seen
  const { maxBodyBytes } = parts
  const incoming = new Arrival({ request, path, receivedAt, maxBodyBytes, whole, closed: parts.admission.leave })
  try {
    return await pass(parts.gate, routed.route.operation(incoming, routed.params))
  } catch (cause) {
    // Nothing should end here; if something does, its place must not stay taken.
    incoming.closed()
    return refuse(parts, routed.surface, toGatewayError(cause))
  }
}

/** Refuses before there is an operation: an unknown address, or no room for one. */
function refuse(parts: ListenerParts, surface: Surface | undefined, error: GatewayError): Response {
  const requestId = parts.ids('req')
  const wire = surface?.encodeError(error, requestId) ?? problem(error, requestId)
  const headers: Record<string, string> = {
    'content-type': surface ? 'application/json' : 'application/problem+json',
    'x-request-id': requestId,
    'x-gatehouse-error': error.code,
  }
  if (error.retryAfterMs !== undefined)
    headers['retry-after'] = String(Math.max(1, Math.ceil(error.retryAfterMs / 1_000)))
  return new Response(JSON.stringify(wire.body), { status: wire.status, headers })
}

/** An error of an address that belongs to no surface (RFC 9457). */
export function problem(error: GatewayError, requestId: string) {
  const title = error.publicMessage
  return {
    status: error.status,
    body: { type: `about:blank`, title, status: error.status, code: error.code, requestId },
  }
}

function pathOf(url: string): string {
  const start = url.indexOf('/', url.indexOf('//') + 2)
  if (start < 0) return '/'
  const end = url.indexOf('?', start)
  const path = end < 0 ? url.slice(start) : url.slice(start, end)
  // SDKs given a base URL with a slash at its end double it.
  return path.startsWith('//') ? path.slice(1) : path
}
