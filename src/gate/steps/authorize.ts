import { type Decision, decide } from '../../governance/access/index.ts'
import { guardsFor } from '../../governance/guardrails/index.ts'
import type { Caller, Resource, Scope } from '../../governance/identity/index.ts'
import { GatewayError } from '../../lib/errors.ts'
import type { Exchange } from '../exchange.ts'
import type { GovernedCall } from '../governed.ts'
import type { Grant } from '../grant.ts'

const NOTHING_ASKED: Decision = { effect: 'allow', rules: [], reason: 'Nothing in particular is used.' }

/** No document's name comes near it; what is longer names nothing and is not worth remembering. */
const MAX_NAME_CHARACTERS = 256

/**
 * May they, and under which rules? Ends with `access_denied`, and with `invalid_request` for a name of more than 256
 * characters: the memories of the steps that follow are bounded by their number, so what they are asked for is bounded here.
 */
export function authorize(exchange: Exchange, caller: Caller, call: GovernedCall): Grant {
  exchange.call = call
  exchange.lap('decode')
  if (call.resource && call.resource.name.length > MAX_NAME_CHARACTERS) throw overlong(call.resource)
  const decision = call.resource ? decideOn(exchange, caller, call) : NOTHING_ASKED
  const scopes = scopesOf(caller, call)
  const grant: Grant = {
    caller,
    decision,
    scopes,
    guards: guardsFor(exchange.snapshot.guardrails, scopes),
    capture: exchange.snapshot.capture.for(scopes),
  }
  exchange.grant = grant
  exchange.lap('authorize')
  if (decision.effect === 'deny') {
    throw new GatewayError('access_denied', {
      message: `${decision.reason} (decision ${exchange.decisionId})`,
      facts: decision.grantedBy ? { grantedBy: decision.grantedBy } : undefined,
    })
  }
  return grant
}

function overlong({ kind }: Resource): GatewayError {
  const message = `The name of a ${kind} has ${MAX_NAME_CHARACTERS} characters at most.`
  return new GatewayError('invalid_request', { message, param: kind })
}

function decideOn(exchange: Exchange, caller: Caller, call: GovernedCall): Decision {
  const resource = call.resource ?? { kind: '', name: '' }
  return decide(exchange.snapshot.access, {
    caller,
    action: 'use',
    resource,
    context: { nowMs: exchange.startedAt, surface: exchange.operation.surface, ...call.facts },
  })
}

/** `org`, then the chain of the caller from the outside in, then the resource. */
function scopesOf(caller: Caller, call: GovernedCall): readonly Scope[] {
  const scopes: Scope[] = ['org']
  for (let index = caller.teams.length - 1; index >= 0; index--) scopes.push(`team:${caller.teams[index]}`)
  if (caller.app) scopes.push(`app:${caller.app}`)
  if (caller.agent) scopes.push(`agent:${caller.agent}`)
  if (caller.user) scopes.push(`user:${caller.user}`)
  if (caller.key) scopes.push(`key:${caller.key}`)
  if (call.resource) scopes.push(`${call.resource.kind}:${call.resource.name}`)
  return scopes
}
