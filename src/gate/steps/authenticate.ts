import { type Caller, readCredential, authenticate as recognise } from '../../governance/identity/index.ts'
import type { Exchange } from '../exchange.ts'

/**
 * Who asks? Reads the virtual key from wherever the vendors' SDKs put it and looks it up in the snapshot.
 * Ends with `unauthenticated`, `key_expired` or `key_revoked`.
 */
export function authenticate(exchange: Exchange): Caller {
  const { incoming } = exchange.operation
  const credential = readCredential(incoming.headers, incoming.query)
  const caller = recognise(exchange.snapshot.identity, credential, exchange.startedAt)
  exchange.caller = caller
  exchange.lap('authenticate')
  return caller
}
