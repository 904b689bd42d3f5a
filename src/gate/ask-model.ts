import { GatewayError } from '../lib/errors.ts'
import { type Attempt, type ModelPlan, type Served, type Target, walkTargets } from '../models/routing/index.ts'
import type { Exchange } from './exchange.ts'
import type { GovernedCall } from './governed.ts'
import type { Grant } from './grant.ts'
import { addUsage } from './price.ts'
import { standInsFor } from './stand-in.ts'

/** One target to be asked, and what. */
export interface Asking<Call extends GovernedCall> {
  /** As the guardrails of the model that the target belongs to want it. */
  readonly call: Call
  readonly target: Target
  readonly attempt: Attempt
  readonly plan: ModelPlan
}

/** One question to a model, whatever is asked of it. */
export interface ModelQuestion<Call extends GovernedCall, Answered> {
  readonly plan: ModelPlan
  readonly grant: Grant
  readonly call: Call
  /** Asks one target. Throws `GatewayError`; until then nothing may have reached the client. */
  readonly ask: (asking: Asking<Call>) => Promise<Answered>
}

/** Walks from target to target until one answers; notes who served and how long the upstreams took. */
export async function askModel<Call extends GovernedCall, Answered extends { readonly served: Served }>(
  exchange: Exchange,
  { plan, grant, call, ask }: ModelQuestion<Call, Answered>,
): Promise<Answered> {
  const { gate, snapshot, signal, attempts } = exchange
  const { clock, random, health } = gate
  const standIns = standInsFor(exchange, grant, call)
  const from = clock.monotonic()
  try {
    const answered = await walkTargets({
      plan,
      models: snapshot.models,
      health,
      clock,
      random,
      facts: call.facts,
      signal,
      attempts,
      admits: standIns.admits,
      ask: (target, attempt, chosen) => {
        refuseUnpriced(chosen, target)
        return ask({ call: standIns.callFor(attempt.standIn), target, attempt, plan: chosen })
      },
    })
    exchange.served = answered.served
    standIns.settle(answered.served.attempt.standIn)
    return answered
  } finally {
    exchange.othersMs += clock.monotonic() - from
    for (const attempt of attempts) if (attempt.error && attempt.usage) addUsage(exchange, attempt, attempt.usage)
    exchange.lap('perform')
  }
}

/** The plan of the model that was asked for. Ends with `model_not_found`, `price_unknown`. */
export function planOf(exchange: Exchange, asked: string): ModelPlan {
  const model = exchange.downgradedTo ?? asked
  const plan = exchange.snapshot.models.get(model)
  if (!plan)
    throw new GatewayError('model_not_found', {
      message: `There is no model ${JSON.stringify(model)}.`,
      param: 'model',
    })
  for (const target of plan.targets) refuseUnpriced(plan, target)
  return plan
}

/** A policy may refuse what has no price; also where a call has fallen back to. */
function refuseUnpriced(plan: ModelPlan, target: Target): void {
  if (plan.unpriced === 'refuse' && !target.price) throw new GatewayError('price_unknown')
}
