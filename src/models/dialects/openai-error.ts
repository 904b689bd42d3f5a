import type { ErrorCode, GatewayError } from '../../lib/errors.ts'
import type { JsonObject, WireError } from './dialect.ts'

/**
 * An error in OpenAI's shape, as chat completions, responses, completions and embeddings answer it:
 * `{error: {message, type, param, code}}`. `code` is OpenAI's own word where it has one for the same thing
 * (`invalid_api_key`, `rate_limit_exceeded`, `insufficient_quota`, `content_filter`), else ours; our code, the request's id
 * and the facts (which limit, which rule) stand beside it in `error.gatehouse`, which the SDKs hand through.
 */
export function openaiError(error: GatewayError, requestId: string): WireError {
  return { status: error.status, body: openaiErrorBody(error, requestId) }
}

/** The body alone: also what a stream carries as its last event when it fails. */
export function openaiErrorBody(error: GatewayError, requestId?: string): JsonObject {
  return {
    error: {
      message: error.publicMessage,
      type: openaiErrorType(error),
      param: error.param ?? null,
      code: OPENAI_CODES[error.code] ?? error.code,
      gatehouse: {
        code: error.code,
        ...(requestId === undefined ? {} : { request_id: requestId }),
        ...(error.retryAfterMs === undefined ? {} : { retry_after_ms: error.retryAfterMs }),
        ...error.facts,
      },
    },
  }
}

/** OpenAI's word for the kind of an error, by status. */
export function openaiErrorType(error: GatewayError): string {
  if (error.code === 'budget_exceeded') return 'insufficient_quota'
  if (error.status === 401) return 'authentication_error'
  if (error.status === 403) return 'permission_error'
  if (error.status === 429) return 'rate_limit_error'
  return error.status >= 500 ? 'server_error' : 'invalid_request_error'
}

const OPENAI_CODES: Readonly<Partial<Record<ErrorCode, string>>> = {
  unauthenticated: 'invalid_api_key',
  rate_limited: 'rate_limit_exceeded',
  concurrency_limited: 'rate_limit_exceeded',
  upstream_rate_limited: 'rate_limit_exceeded',
  budget_exceeded: 'insufficient_quota',
  content_filtered: 'content_filter',
}
