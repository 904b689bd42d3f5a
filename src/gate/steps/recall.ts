import type { Exchange } from '../exchange.ts'
import type { GovernedCall } from '../governed.ts'
import { replyWith } from '../reply.ts'
import { Transcript } from '../transcript.ts'

/**
 * Has this very request been answered before? With an `idempotency-key` a repeated request gets the first answer again,
 * whole or streamed, and costs nothing. Ends with `idempotency_conflict`.
 */
export function recall(exchange: Exchange, call: GovernedCall): Response | undefined {
  const { incoming, surface } = exchange.operation
  const given = incoming.headers.get('idempotency-key')
  if (!given || !call.resource || !exchange.caller) return undefined
  const { principal, key, onBehalfOf } = exchange.caller
  const found = exchange.gate.replays.claim({
    given,
    scope: `${principal}\n${key ?? ''}\n${onBehalfOf?.principal ?? ''}\n${surface}`,
    content: `${incoming.path}\n${incoming.query}\n${incoming.text}`,
    nowMs: exchange.startedAt,
  })
  if (found.kind === 'claim') {
    exchange.claim = found
    exchange.transcript ??= new Transcript()
    return undefined
  }
  exchange.cache = 'hit'
  const { status, body, contentType } = found.kept
  return replyWith(exchange, { kind: 'whole', status, body, contentType })
}
