import { type Hold, reserve as hold, type Reservation } from '../../governance/limits/index.ts'
import { GatewayError } from '../../lib/errors.ts'
import type { Exchange } from '../exchange.ts'
import type { GovernedCall } from '../governed.ts'
import type { Grant } from '../grant.ts'
import { modelAccess } from '../model-access.ts'
import { estimateCost } from '../price.ts'

/** A budget may send a call to a cheaper model, and that one's to a cheaper one still; not for ever. */
const MAX_DOWNGRADES = 3

/**
 * Holds rate, concurrency and money before they are spent: all of them or none. A spent budget may name another model
 * to be used instead, which the caller must be allowed to use. Ends with `rate_limited`, `concurrency_limited` or `budget_exceeded`, naming the scope that was hit.
 */
export function reserve(exchange: Exchange, grant: Grant, call: GovernedCall): Promise<Hold> | Hold | undefined {
  if (!call.resource) return undefined
  const reservation = ask(exchange, grant, call)
  if (reservation instanceof Promise) return reservation.then((answer) => settled(exchange, grant, call, answer))
  return reservation.kind === 'held' ? held(exchange, reservation) : settled(exchange, grant, call, reservation)
}

async function settled(exchange: Exchange, grant: Grant, call: GovernedCall, first: Reservation): Promise<Hold> {
  let reservation = first
  const mayUse = modelAccess(exchange, grant, call)
  for (let count = 0; reservation.kind === 'downgrade'; count++) {
    const isWayDown = count < MAX_DOWNGRADES && mayUse(reservation.to)
    if (!isWayDown) throw new GatewayError('budget_exceeded', { facts: { limit: reservation.budget } })
    exchange.downgradedTo = reservation.to
    exchange.warn(`downgraded: budget ${reservation.budget} is spent, ${reservation.to} answers instead`)
    reservation = await ask(exchange, grant, call)
  }
  return held(exchange, reservation)
}

function held(exchange: Exchange, reservation: Hold): Hold {
  exchange.lap('reserve')
  return reservation
}

function ask(exchange: Exchange, grant: Grant, call: GovernedCall) {
  const name = exchange.downgradedTo ?? call.resource?.name ?? ''
  return hold({
    index: exchange.snapshot.limits,
    coordinator: exchange.gate.coordinator,
    caller: grant.caller,
    resource: { kind: call.resource?.kind ?? 'model', name },
    estimate: { ...call.estimate, cost: estimateCost(exchange, call, name) },
    run: exchange.operation.incoming.headers.get('x-gatehouse-run') ?? undefined,
    nowMs: exchange.startedAt,
  })
}
