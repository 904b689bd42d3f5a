import type { GatewayError } from '../../../lib/errors.ts'
import type { WireError } from '../dialect.ts'

/**
 * An error as Anthropic's API says it: `{type: 'error', error: {type, message}, request_id}` (vendor page "Errors",
 * 2026-11). The status stays ours; machine-readable facts stand beside the message.
 */
export function encodeError(error: GatewayError, requestId: string): WireError {
  return {
    status: error.status,
    body: {
      type: 'error',
      error: {
        type: typeOf(error),
        message: error.publicMessage,
        ...(error.facts === undefined ? {} : { details: { code: error.code, ...error.facts } }),
      },
      request_id: requestId,
    },
  }
}

function typeOf({ status }: GatewayError): string {
  if (Object.hasOwn(TYPES, status)) return TYPES[status] ?? 'api_error'
  return status >= 500 ? 'api_error' : 'invalid_request_error'
}

const TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  503: 'overloaded_error',
  504: 'timeout_error',
  529: 'overloaded_error',
}
