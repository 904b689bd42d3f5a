import type { GatewayError } from '../../../lib/errors.ts'
import type { JsonObject, WireError } from '../dialect.ts'

/** An error in Cohere's shape: `{id, message}`; our code stands beside it. */
export function encodeError(error: GatewayError, requestId: string): WireError {
  return { status: error.status, body: { id: requestId, ...errorBody(error) } }
}

/** The body alone: also what a stream carries as its last event when it fails. */
export function errorBody(error: GatewayError): JsonObject {
  return {
    message: error.publicMessage,
    code: error.code,
    ...(error.param === undefined ? {} : { param: error.param }),
  }
}
