import { GatewayError } from '../../../lib/errors.ts'
import { isObject } from '../../../lib/json.ts'
import type { JsonObject, UpstreamRefusal, WireError } from '../dialect.ts'
import { decodeErrorBody, decodeRefusal } from '../errors.ts'
import { retryAfterOf } from '../retry-after.ts'
import { namesOf, outlineOf } from '../upstream-text.ts'
import { readVendorError } from '../vendor-error.ts'

/** Google's RPC codes by HTTP status (cloud.google.com/apis/design/errors, 2026-11). */
const STATUS_NAMES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  405: 'INVALID_ARGUMENT',
  409: 'ABORTED',
  413: 'INVALID_ARGUMENT',
  415: 'INVALID_ARGUMENT',
  422: 'INVALID_ARGUMENT',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  500: 'INTERNAL',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
}

/** An error in Google's shape: `{error: {code, message, status, details}}` with `ErrorInfo` and, where known, `RetryInfo`. */
export function encodeError(error: GatewayError, requestId: string): WireError {
  return { status: error.status, body: errorBody(error, requestId) }
}

/** The body alone: also what a stream carries as its last event when it fails. */
export function errorBody(error: GatewayError, requestId?: string): JsonObject {
  const facts = Object.entries(error.facts ?? {}).map(([name, value]) => [name, String(value)])
  const metadata = {
    ...Object.fromEntries(facts),
    ...(error.param === undefined ? {} : { param: error.param }),
    ...(requestId === undefined ? {} : { requestId }),
  }
  const info = {
    '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
    reason: error.code.toUpperCase(),
    domain: 'gatehouse',
    metadata,
  }
  const wait = error.retryAfterMs
  const retry =
    wait === undefined ? [] : [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${wait / 1_000}s` }]
  return {
    error: {
      code: error.status,
      message: error.publicMessage,
      status: STATUS_NAMES[error.status] ?? (error.status >= 500 ? 'INTERNAL' : 'INVALID_ARGUMENT'),
      details: [info, ...retry],
    },
  }
}

/**
 * Google's refusal as our own error. Beyond what all vendors share: a bad key is a 400 (`API_KEY_INVALID`), as are an account without
 * billing and a region that is not served (`FAILED_PRECONDITION`): all three are ours to mend. Every 429 is a rate: Google
 * says "exceeded your current quota" for a minute's quota as well, and tells the wait in `RetryInfo`.
 */
export function decodeError(refusal: UpstreamRefusal): GatewayError {
  const vendor = readVendorError(refusal.text)
  const internalDetail = `HTTP ${refusal.status}${namesOf(vendor)}: ${outlineOf(refusal.text)}`
  if (refusal.status === 429) return rateLimited(internalDetail, retryAfterOf(refusal.headers) ?? vendor?.retryAfterMs)
  if (refusal.status === 400 && OURS_TO_MEND.test(refusal.text))
    return new GatewayError('upstream_auth', { internalDetail })
  return decodeRefusal(refusal)
}

/** An error object inside an answer or a stream as our own error. */
export function decodeFailure(body: JsonObject): GatewayError {
  const error = body['error']
  const isRate = isObject(error) && (error['code'] === 429 || error['status'] === 'RESOURCE_EXHAUSTED')
  if (!isRate) return decodeErrorBody(body)
  const text = JSON.stringify(body)
  const vendor = readVendorError(text)
  return rateLimited(`error inside an answer${namesOf(vendor)}: ${outlineOf(text)}`, vendor?.retryAfterMs)
}

const OURS_TO_MEND =
  /API_KEY_INVALID|API key (?:not valid|expired|not found)|User location is not supported|"FAILED_PRECONDITION"/

function rateLimited(internalDetail: string, retryAfterMs: number | undefined): GatewayError {
  return new GatewayError('upstream_rate_limited', {
    internalDetail,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  })
}
