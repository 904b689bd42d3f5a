import { SCIM } from '../governance/sso/index.ts'
import type { GatewayError } from '../lib/errors.ts'

/** An error in SCIM's own shape (RFC 7644 §3.12), for addresses under `/scim/`. */
export function scimErrorResponse(error: GatewayError, requestId: string): Response {
  const scimType = error.code === 'conflict' && error.status === 409 ? 'uniqueness' : error.facts?.scimType
  const body = {
    schemas: [SCIM.error],
    status: String(error.status),
    ...(scimType === undefined ? {} : { scimType }),
    detail: error.publicMessage,
  }
  const headers = { 'content-type': 'application/scim+json', 'x-request-id': requestId, 'cache-control': 'no-store' }
  return new Response(JSON.stringify(body), { status: error.status, headers })
}
