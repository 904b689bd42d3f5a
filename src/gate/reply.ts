import type { Outcome } from '../governance/usage/index.ts'
import type { Timer } from '../lib/clock.ts'
import { assertNever, GatewayError } from '../lib/errors.ts'
import { formatUsd } from '../lib/money.ts'
import type { Exchange } from './exchange.ts'
import type { Encoded, StreamSource } from './operation.ts'
import { outcomeOf, overheadMs } from './record.ts'

/** The answer as a response, with every header of the contract; closes the exchange when the last byte is due. */
export function replyWith(exchange: Exchange, encoded: Encoded): Response {
  switch (encoded.kind) {
    case 'whole':
      return replyWhole(exchange, encoded)
    case 'stream':
      return replyStream(exchange, encoded.contentType, encoded.source)
    default:
      return assertNever(encoded)
  }
}

function replyWhole(exchange: Exchange, { status, body, contentType }: Encoded & { kind: 'whole' }): Response {
  exchange.lap('answer')
  exchange.status = status
  exchange.transcript?.add(body)
  // The client is gone: what the provider did has been counted, but nobody read it.
  exchange.close(exchange.signal.aborted ? 'client_closed' : 'succeeded')
  const headers = answerHeaders(exchange, contentType ?? 'application/json')
  headers['x-gatehouse-cost-usd'] = formatUsd(exchange.metered.cost)
  return new Response(body, { status, headers })
}

function replyStream(exchange: Exchange, contentType: string, source: StreamSource): Response {
  exchange.status = 200
  exchange.streamed = true
  if (exchange.transcript) exchange.transcript.contentType = contentType
  const headers = answerHeaders(exchange, contentType)
  headers['cache-control'] = 'no-cache'
  headers['x-accel-buffering'] = 'no'
  return new Response(pulledStream(exchange, source), { status: 200, headers })
}

const PING_EVERY_MS = 15_000
/** A client that has read nothing for so long, though there is something, has gone without saying so. */
const STALLED_AFTER_MS = 600_000

/**
 * A stream that reads its upstream only as fast as the client reads it. Idle connections are kept open by pings; the
 * client's going away closes the upstream at once, whether the runtime says so by the stream or by the request's signal.
 */
function pulledStream(exchange: Exchange, source: StreamSource): ReadableStream<Uint8Array> {
  const { signal } = exchange
  const { clock } = exchange.gate
  let lastSentAt = clock.monotonic()
  let ended = false
  /** The client has read all there was, and wants more. */
  let wantsMore = false
  let pinger: Timer | undefined
  let hangUp: (() => void) | undefined
  const stop = () => {
    ended = true
    pinger?.cancel()
    if (hangUp) signal.removeEventListener('abort', hangUp)
  }
  const leave = () => {
    if (ended) return
    stop()
    source.cancel()
  }
  const keepAlive = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    const idleMs = clock.monotonic() - lastSentAt
    if (idleMs >= STALLED_AFTER_MS && !wantsMore) hangUp?.()
    else if (idleMs >= PING_EVERY_MS - 1 && wantsMore) {
      const ping = source.ping()
      if (ping) controller.enqueue(ping)
    }
  }
  const stream: UnderlyingDefaultSource<Uint8Array> = {
    start: (controller) => {
      pinger = clock.every(PING_EVERY_MS, () => keepAlive(controller))
      hangUp = () => {
        leave()
        controller.error(new GatewayError('client_closed'))
      }
      signal.addEventListener('abort', hangUp)
      if (signal.aborted) hangUp()
    },
    pull: async (controller) => {
      wantsMore = true
      let bytes: Uint8Array | undefined
      try {
        bytes = await source.next()
      } catch (cause) {
        // It promises to throw nothing; if it does, nothing of it may go on running.
        leave()
        throw cause
      }
      if (ended) return
      wantsMore = false
      lastSentAt = clock.monotonic()
      if (bytes) return controller.enqueue(bytes)
      stop()
      controller.close()
    },
    cancel: leave,
  }
  // Nothing is read ahead: a chunk goes straight to whoever waits for it.
  return new ReadableStream(stream, { highWaterMark: 0 })
}

/** An error in the surface's own shape, with the same headers as any answer. */
export function replyWithError(exchange: Exchange, thrown: GatewayError): Response {
  const gone = exchange.signal.aborted
  const error = gone && thrown.code !== 'client_closed' ? new GatewayError('client_closed', { cause: thrown }) : thrown
  exchange.error = error
  // What failed may have come after a stream had begun: then nobody reads it any more.
  exchange.stream?.cancel()
  const wire = exchange.operation.encodeError(error, exchange.requestId)
  exchange.status = wire.status
  exchange.close(outcomeOf(error.code))
  const headers = answerHeaders(exchange, 'application/json')
  headers['x-gatehouse-cost-usd'] = formatUsd(exchange.metered.cost)
  headers['x-gatehouse-error'] = error.code
  if (error.headers) Object.assign(headers, error.headers)
  headers['x-gatehouse-cost-usd'] = formatUsd(exchange.metered.cost)
  if (error.retryAfterMs !== undefined) {
    headers['retry-after'] = String(Math.max(1, Math.ceil(error.retryAfterMs / 1_000)))
    headers['retry-after-ms'] = String(Math.ceil(error.retryAfterMs))
  }
  return new Response(JSON.stringify(wire.body), { status: wire.status, headers })
}

/** Records how a stream ended; called by whoever saw its end, before the last bytes leave. */
export function endStream(exchange: Exchange, outcome: Outcome, error?: GatewayError): void {
  exchange.error = error
  exchange.lap('answer')
  exchange.close(outcome)
}

function answerHeaders(exchange: Exchange, contentType: string): Record<string, string> {
  const { served, hold } = exchange
  const headers: Record<string, string> = {
    'content-type': contentType,
    'x-request-id': exchange.requestId,
    'x-gatehouse-decision': exchange.decisionId,
    'x-gatehouse-revision': exchange.snapshot.revision,
    'x-gatehouse-attempts': String(exchange.attempts.length),
    'x-gatehouse-cache': exchange.cache,
    'x-gatehouse-overhead-ms': overheadMs(exchange).toFixed(3),
  }
  // Anthropic's SDK reads it under this name.
  if (exchange.operation.surface.startsWith('anthropic')) headers['request-id'] = exchange.requestId
  if (served) {
    headers['x-gatehouse-model'] = headerSafe(served.target.model)
    headers['x-gatehouse-provider'] = served.target.provider.name
  }
  if (hold) {
    Object.assign(headers, hold.rateHeaders())
    if (hold.budgetRemaining !== undefined) {
      headers['x-gatehouse-budget-remaining-usd'] = formatUsd(Math.max(0, hold.budgetRemaining))
    }
  }
  if (exchange.warnings.length > 0) headers['x-gatehouse-warnings'] = headerSafe(exchange.warnings.join('; '))
  return headers
}

const MAX_HEADER_CHARACTERS = 2_000
const HEADER_SAFE = /^[\x20-\x7e]{0,2000}$/

/** Header values are visible ASCII (RFC 9110 §5.5); anything else is replaced. */
function headerSafe(text: string): string {
  return HEADER_SAFE.test(text) ? text : text.replace(/[^\x20-\x7e]/g, '?').slice(0, MAX_HEADER_CHARACTERS)
}
