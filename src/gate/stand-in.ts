import { type Guards, guardsFor, inspectSegments } from '../governance/guardrails/index.ts'
import { type Hold, joinedHold, reserve } from '../governance/limits/index.ts'
import { GatewayError } from '../lib/errors.ts'
import type { Exchange } from './exchange.ts'
import type { GovernedCall } from './governed.ts'
import type { Grant } from './grant.ts'
import { modelAccess } from './model-access.ts'
import { estimateCost } from './price.ts'

/** The models that may stand in for the one asked for: fall-backs, and what rules lead to. */
export interface StandIns<Call extends GovernedCall> {
  /**
   * Whether a model may stand in: the caller may use it, its own limits have room, and its own guardrails let the call
   * pass. What it takes is held from here on, in the place of what the one before it held.
   */
  readonly admits: (model: string) => Promise<boolean>
  /** The call as the guardrails of the model want it; as it is, for the model asked for. */
  readonly callFor: (standIn: string | undefined) => Call
  /** Gives back what is held for a model that did not come to answer. */
  readonly settle: (standIn: string | undefined) => void
}

/** A model that stands in answers under the same rules as one that was asked for by its name. */
export function standInsFor<Call extends GovernedCall>(exchange: Exchange, grant: Grant, call: Call): StandIns<Call> {
  const own = exchange.hold
  const calls = new Map<string, Call>()
  let held: { readonly model: string; readonly hold: Hold } | undefined
  const settle = (standIn: string | undefined) => {
    if (!held || held.model === standIn) return
    ignoreFailure(held.hold.release())
    held = undefined
    exchange.hold = own
  }
  const admits = async (model: string) => {
    if (!modelAccess(exchange, grant, call)(model)) return false
    settle(model)
    try {
      if (own && !held) {
        const hold = await reserveFor({ exchange, grant, call, model, beside: own })
        held = { model, hold }
        exchange.hold = joinedHold(own, hold)
      }
      calls.set(model, await inspectFor({ exchange, grant, call, model }))
      return true
    } catch (cause) {
      settle(undefined)
      if (!(cause instanceof GatewayError)) throw cause
      exchange.warn(`${model}: passed over (${cause.code})`)
      return false
    }
  }
  return { admits, callFor: (standIn) => (standIn === undefined ? call : (calls.get(standIn) ?? call)), settle }
}

/** The guardrails that look at what a model is asked and answers: the caller's, and those of the model itself. */
export function guardsOf(exchange: Exchange, grant: Grant, standIn: string | undefined): Guards {
  if (standIn === undefined) return grant.guards
  return guardsFor(exchange.snapshot.guardrails, [...grant.scopes, `model:${standIn}`])
}

interface StandIn<Call extends GovernedCall> {
  readonly exchange: Exchange
  readonly grant: Grant
  readonly call: Call
  readonly model: string
}

async function reserveFor({ beside, ...standIn }: StandIn<GovernedCall> & { readonly beside: Hold }): Promise<Hold> {
  const { exchange, grant, call, model } = standIn
  const reservation = await reserve({
    index: exchange.snapshot.limits,
    coordinator: exchange.gate.coordinator,
    caller: grant.caller,
    resource: { kind: 'model', name: model },
    estimate: { ...call.estimate, cost: estimateCost(exchange, call, model) },
    beside,
    run: exchange.operation.incoming.headers.get('x-gatehouse-run') ?? undefined,
    nowMs: exchange.startedAt,
  })
  // A stand-in is a way out already: there is none beyond it.
  if (reservation.kind === 'downgrade') throw new GatewayError('budget_exceeded')
  return reservation
}

/** The call was inspected for the model asked for; only what the other model adds is heard here. */
async function inspectFor<Call extends GovernedCall>({ exchange, grant, call, model }: StandIn<Call>): Promise<Call> {
  const guards = guardsOf(exchange, grant, model)
  if (!guards.inspectsCalls || guards.checks.length === grant.guards.checks.length) return call
  const inspection = await inspectSegments(guards, 'input', call.segments(), exchange.pseudonyms)
  const known = new Set(grant.guards.checks.map(({ guardrail }) => guardrail))
  exchange.verdicts.push(...inspection.verdicts.filter(({ guardrail }) => !known.has(guardrail)))
  if (inspection.blocked) throw new GatewayError('content_blocked')
  // Sound: `withTexts` gives a call of its own kind.
  return inspection.replaced.size === 0 ? call : (call.withTexts(inspection.replaced) as Call)
}

function ignoreFailure(released: Promise<void> | void): void {
  // A shared coordinator that is away is its own affair: the operation goes on.
  if (released instanceof Promise) released.catch(() => undefined)
}
