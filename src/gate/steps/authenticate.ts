import {
  actingNow,
  authenticateSession,
  type Caller,
  currentCaller,
  ON_BEHALF_OF,
  readCredential,
  authenticate as recognise,
} from '../../governance/identity/index.ts'
import { GatewayError } from '../../lib/errors.ts'
import type { Exchange } from '../exchange.ts'

/**
 * Who asks? Reads the virtual key from wherever the vendors' SDKs put it, or else the cookie of who is signed in, and
 * looks it up in memory.
 * Ends with `unauthenticated`, `key_expired`, `key_revoked`, `session_ended`, `csrf_refused` or `password_change_required`;
 * an agent must also say for whom it acts, where it acts for people: `access_denied`, `invalid_request`.
 */
export function authenticate(exchange: Exchange): Caller {
  const recognised = recognisedCaller(exchange)
  // So that an agent that names nobody is recorded under its own name.
  exchange.caller = recognised
  if (recognised.agent === undefined) {
    exchange.lap('authenticate')
    return recognised
  }
  const { directory } = exchange.gate
  const header = exchange.operation.incoming.headers.get(ON_BEHALF_OF)
  const caller = actingNow(exchange.snapshot.identity, recognised, { header, directory })
  exchange.caller = caller
  exchange.lap('authenticate')
  return caller
}

function recognisedCaller(exchange: Exchange): Caller {
  const { startedAt, gate } = exchange
  const { incoming } = exchange.operation
  const { identity } = exchange.snapshot
  const { directory } = gate
  const credential = readCredential(incoming.headers, incoming.query)
  if (credential === undefined && incoming.headers.has('cookie')) {
    const signedIn = authenticateSession(identity, incoming, { directory, nowMs: startedAt })
    if (signedIn?.session.person.passwordChange === 'required') throw new GatewayError('password_change_required')
    if (signedIn) return signedIn.caller
  }
  const caller = recognise(identity, credential, startedAt)
  return caller.user === undefined ? caller : currentCaller(identity, caller, directory)
}
