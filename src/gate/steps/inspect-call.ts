import { type Inspection, inspectSegments, type Pseudonyms } from '../../governance/guardrails/index.ts'
import { GatewayError } from '../../lib/errors.ts'
import { refuseRepeatedMembers } from '../../lib/json.ts'
import { captureCall } from '../capture.ts'
import type { Exchange } from '../exchange.ts'
import type { GovernedCall } from '../governed.ts'
import type { Grant } from '../grant.ts'
import { guardsOf } from '../stand-in.ts'

/**
 * Guardrails on the way in: the call as it is, the call with spans masked, or a refusal.
 * Ends with `content_blocked`, and with `invalid_request` for a body whose members can be read in two ways.
 */
export async function inspectCall<Call extends GovernedCall>(
  exchange: Exchange,
  grant: Grant,
  call: Call,
): Promise<Call> {
  const guards = guardsOf(exchange, grant, exchange.downgradedTo)
  if (!guards.inspectsCalls) return captured(exchange, call)
  // What is looked at must be what the upstream reads, also where the caller's own bytes pass.
  if (call.original) refuseRepeatedMembers(call.original.text)
  if (guards.reverses) exchange.pseudonyms = pseudonymsOf(exchange, grant)
  const inspection = await inspectSegments(guards, 'input', call.segments(), exchange.pseudonyms)
  exchange.verdicts.push(...inspection.verdicts)
  exchange.lap('inspect')
  refuseIfBlocked(inspection)
  return captured(exchange, inspection.replaced.size === 0 ? call : (call.withTexts(inspection.replaced) as Call))
}

/** The names of the caller's session; of this operation alone, when it belongs to none. */
function pseudonymsOf({ gate, operation }: Exchange, { caller }: Grant): Pseudonyms {
  const session = operation.incoming.headers.get('x-gatehouse-session') ?? undefined
  return gate.pseudonyms.of(JSON.stringify(caller.principal), session)
}

function captured<Call extends GovernedCall>(exchange: Exchange, call: Call): Call {
  captureCall(exchange, call)
  return call
}

function refuseIfBlocked(inspection: Inspection): void {
  if (!inspection.blocked) return
  const { guardrail, detector, message } = inspection.blocked
  throw new GatewayError('content_blocked', { message, facts: { guardrail, detector } })
}
