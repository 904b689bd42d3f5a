import { rootCertificates } from 'node:tls'
import type { Clock } from '../../lib/clock.ts'
import { GatewayError } from '../../lib/errors.ts'
import { type ByteStream, readAll } from '../../lib/stream.ts'
import type { Network } from './addresses.ts'
import { decoded } from './decode.ts'
import { type HostResolver, isReachable, systemResolver } from './dial.ts'
import { type Target, targetBook } from './hosts.ts'

/** One outbound HTTP call. */
export interface EgressRequest {
  readonly url: string
  readonly method: string
  /** Names in lower case. `host` is set here; `accept-encoding` is `identity` and `user-agent` `gatehouse` unless given. */
  readonly headers: Readonly<Record<string, string>> | Headers
  readonly body?: string | Uint8Array | undefined
  readonly network: Network
  /** Aborting closes the connection to the upstream, before the answer and while its body runs. */
  readonly signal?: AbortSignal | undefined
  /** Until a connection stands, milliseconds; default 10,000. How long the answer may take is the caller's signal. */
  readonly connectTimeoutMs?: number
}

/** What came back. Its headers never carry a `content-encoding`: the body is plain. */
export interface EgressResponse {
  readonly status: number
  readonly headers: Headers
  /** The body as a stream, pulled from the upstream as it is read; null when there is none. Take it or `bytes`, not both. */
  readonly body: ByteStream | null
  /** The whole body; quicker than the stream. Throws `upstream_invalid` beyond `maxBytes`. */
  readonly bytes: (maxBytes: number) => Promise<Uint8Array>
  /** {@link EgressResponse.bytes} read as UTF-8. */
  readonly text: (maxBytes: number) => Promise<string>
}

/** The one way out: every outbound HTTP call of the product goes through here. */
export interface Egress {
  /**
   * Sends and gives the answer once its headers are here. Throws `access_denied` (the guard refuses the address),
   * `upstream_unreachable`, `upstream_timeout` (no connection, or a signal with a TimeoutError), `upstream_invalid` (a
   * redirect, an unknown coding), `client_closed` (the signal), or the signal's own reason when it is a GatewayError.
   */
  readonly send: (request: EgressRequest) => Promise<EgressResponse>
}

/** What {@link createEgress} needs. */
export interface EgressOptions {
  readonly clock: Clock
  /** Looks names up; default the machine's resolver. */
  readonly resolve?: HostResolver
  /** Certificates (PEM) trusted besides the public ones. */
  readonly extraCa?: string | undefined
  /** Bound of a body after decompression, bytes; default 256 MiB. */
  readonly maxDecodedBytes?: number
  /** Calls leave through HTTPS_PROXY or HTTP_PROXY, which `fetch` honours by itself; default false. */
  readonly isProxied?: boolean
}

/** After an answer, connects to that host go unwatched for so long: a pooled connection stands already. */
const WARM_MS = 10_000
const CONNECT_TIMEOUT_MS = 10_000
const MAX_DECODED_BYTES = 268_435_456

/**
 * Makes the {@link Egress}. Every address of a host is checked, and the connection goes to a checked address with the
 * name in SNI, certificate check and Host header: a second look-up that answers otherwise never happens.
 */
export function createEgress(options: EgressOptions): Egress {
  const { clock, isProxied = false } = options
  const maxDecodedBytes = options.maxDecodedBytes ?? MAX_DECODED_BYTES
  const ca = options.extraCa === undefined ? undefined : [...rootCertificates, options.extraCa]
  const targets = targetBook({ clock, isProxied, ca, resolve: options.resolve ?? systemResolver })

  const dispatch = async (request: EgressRequest, target: Target): Promise<EgressResponse> => {
    const { host } = target
    const isWarm = isProxied || clock.now() - host.answeredAt < WARM_MS
    const watch = isWarm ? undefined : watchConnect(request, target, clock)
    let response: Response
    try {
      response = await fetch(target.url, fetchInit(request, target, watch?.signal ?? request.signal))
    } catch (cause) {
      host.usableUntil = request.signal?.aborted ? host.usableUntil : 0
      throw failure(cause, request.signal, watch?.signal)
    } finally {
      watch?.settle()
    }
    host.answeredAt = clock.now()
    return readResponse(response, maxDecodedBytes)
  }
  return {
    send: (request) => {
      const target = targets.known(request.url, request.network)
      if (target) return dispatch(request, target)
      return targets.find(request.url, request.network).then((found) => dispatch(request, found))
    },
  }
}

function fetchInit(request: EgressRequest, target: Target, signal: AbortSignal | undefined): OutboundInit {
  return {
    method: request.method,
    headers: outboundHeaders(request.headers, target.hostHeader),
    // The library's types want an ArrayBuffer behind the bytes; the runtime takes any.
    body: request.body as BodyInit | undefined,
    signal,
    tls: target.tls,
    redirect: 'manual',
    decompress: false,
    // The runtime gives up after five silent minutes by itself; how long to wait is the caller's signal.
    timeout: false,
  }
}

function outboundHeaders(given: EgressRequest['headers'], host: string | undefined): Record<string, string> {
  const plain = given instanceof Headers ? Object.fromEntries(given.entries()) : given
  const headers: Record<string, string> = { 'accept-encoding': 'identity', 'user-agent': 'gatehouse', ...plain }
  if (host !== undefined) headers.host = host
  return headers
}

type OutboundInit = Pick<BunFetchRequestInit, 'method' | 'headers' | 'redirect' | 'decompress'> & {
  readonly body: BodyInit | undefined
  readonly signal: AbortSignal | undefined
  readonly tls: Target['tls']
  readonly timeout: false
}

interface ConnectWatch {
  readonly signal: AbortSignal
  /** The answer is here, or will not come: the watch ends. The caller's signal stays linked for the body's sake. */
  readonly settle: () => void
}

/**
 * `fetch` does not say when it has connected. So when no answer has come after half the time allowed, the address is
 * dialled beside it; if that does not connect in the other half, neither did the call, and it is aborted.
 */
function watchConnect(request: EgressRequest, target: Target, clock: Clock): ConnectWatch {
  const controller = new AbortController()
  const { signal } = request
  if (signal?.aborted) controller.abort(signal.reason)
  else signal?.addEventListener('abort', () => controller.abort(signal.reason), { once: true })
  let isSettled = false
  const half = (request.connectTimeoutMs ?? CONNECT_TIMEOUT_MS) / 2
  const timer = clock.schedule(half, async () => {
    const isOpen = await isReachable(target.host, half, clock)
    if (isOpen || isSettled) return
    controller.abort(
      new GatewayError('upstream_timeout', { internalDetail: 'no connection within the connect timeout' }),
    )
  })
  const settle = () => {
    isSettled = true
    timer.cancel()
  }
  return { signal: controller.signal, settle }
}

async function readResponse(response: Response, maxDecodedBytes: number): Promise<EgressResponse> {
  const { status, headers } = response
  if (status >= 300 && status < 400 && status !== 304) {
    await response.body?.cancel()
    throw new GatewayError('upstream_invalid', { internalDetail: `the upstream answered with a redirect (${status})` })
  }
  const encoding = headers.get('content-encoding')
  if (encoding === null || encoding === 'identity') return plainResponse(response)
  const plain = new Headers(headers)
  plain.delete('content-encoding')
  plain.delete('content-length')
  const body = response.body && decoded(response.body, encoding, maxDecodedBytes)
  return withReaders({ status, headers: plain, body })
}

/** The usual case. `Response.body` is touched only when a stream is wanted: making one costs more than reading a small body. */
function plainResponse(response: Response): EgressResponse {
  const { status, headers } = response
  const bytes = async (maxBytes: number) => {
    const length = headers.get('content-length')
    if (length === null || Number(length) > maxBytes) return readAll(response.body, { maxBytes, tooLarge })
    return response.bytes()
  }
  const text = async (maxBytes: number) => {
    const length = headers.get('content-length')
    if (length !== null && Number(length) <= maxBytes) return response.text()
    return new TextDecoder().decode(await bytes(maxBytes))
  }
  return {
    status,
    headers,
    get body() {
      return response.body
    },
    bytes,
    text,
  }
}

function withReaders(parts: Pick<EgressResponse, 'status' | 'headers' | 'body'>): EgressResponse {
  const bytes = (maxBytes: number) => readAll(parts.body, { maxBytes, tooLarge })
  return { ...parts, bytes, text: async (maxBytes) => new TextDecoder().decode(await bytes(maxBytes)) }
}

function tooLarge(): GatewayError {
  return new GatewayError('upstream_invalid', { internalDetail: 'the upstream sent a body larger than allowed' })
}

/** What a failed `fetch` means. The runtime's message may quote the URL, so it is for the log alone. */
function failure(cause: unknown, callers: AbortSignal | undefined, watch: AbortSignal | undefined): GatewayError {
  const reason: unknown = callers?.aborted ? callers.reason : watch?.aborted ? watch.reason : undefined
  if (reason instanceof GatewayError) return reason
  if (reason instanceof DOMException && reason.name === 'TimeoutError') {
    return new GatewayError('upstream_timeout', { cause: reason })
  }
  if (callers?.aborted) return new GatewayError('client_closed', { cause: reason })
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown failure'
  return new GatewayError('upstream_unreachable', { internalDetail: `the call failed: ${code}`, cause })
}
