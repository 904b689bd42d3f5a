import {
  actingCaller,
  type Caller,
  ON_BEHALF_OF,
  readCredential,
  authenticate as recognise,
} from '../../governance/identity/index.ts'
import type { Exchange } from '../exchange.ts'

/**
 * Who asks? Reads the virtual key from wherever the vendors' SDKs put it and looks it up in the snapshot.
 * Ends with `unauthenticated`, `key_expired` or `key_revoked`; an agent must also say for whom it acts, where it acts for
 * people: `access_denied`, `invalid_request`.
 */
export function authenticate(exchange: Exchange): Caller {
  const { incoming } = exchange.operation
  const credential = readCredential(incoming.headers, incoming.query)
  const { identity } = exchange.snapshot
  const recognised = recognise(identity, credential, exchange.startedAt)
  // So that an agent that names nobody is recorded under its own name.
  exchange.caller = recognised
  if (recognised.agent === undefined) {
    exchange.lap('authenticate')
    return recognised
  }
  const caller = actingCaller(identity, recognised, incoming.headers.get(ON_BEHALF_OF))
  exchange.caller = caller
  exchange.lap('authenticate')
  return caller
}
