/**
 * Every error that Gatehouse itself answers with: code → HTTP status and the sentence a client reads unless a step says
 * it better. Each surface puts these into its own shape; docs/reference/errors.md is kept equal by a test.
 */
export const ERROR_CODES = {
  invalid_json: { status: 400, message: 'The request body is not valid JSON.' },
  invalid_request: { status: 400, message: 'The request is not valid.' },
  unsupported_parameter: { status: 400, message: 'The chosen model cannot honour a parameter of this request.' },
  unsupported_content: { status: 400, message: 'The chosen model cannot take a part of this request.' },
  context_length_exceeded: { status: 400, message: "The request is longer than the model's context window." },
  content_blocked: { status: 400, message: 'A guardrail of your organisation blocked this content.' },
  content_filtered: { status: 400, message: "The provider's content filter refused this request." },
  upstream_rejected: { status: 400, message: 'The provider refused the request as invalid.' },
  unauthenticated: { status: 401, message: 'No valid credential was given. Send a virtual key as a bearer token.' },
  key_expired: { status: 401, message: 'This key has expired.' },
  key_revoked: { status: 401, message: 'This key is not valid, or has been revoked.' },
  sign_in_failed: { status: 401, message: 'This e-mail address and password do not go together.' },
  second_factor_required: { status: 401, message: 'A code of your second factor is needed to sign in.' },
  session_ended: { status: 401, message: 'Your session has ended. Sign in again.' },
  csrf_refused: {
    status: 403,
    message: 'A change with a session needs the header x-gatehouse-csrf: 1 and an Origin that is this gateway.',
  },
  password_change_required: { status: 403, message: 'Choose a new password first.' },
  step_up_required: { status: 403, message: 'Prove again who you are, then repeat.' },
  access_denied: { status: 403, message: 'You may not use this resource.' },
  price_unknown: {
    status: 403,
    message: 'The price of this model is not known, and the policy refuses unpriced calls.',
  },
  not_found: { status: 404, message: 'There is nothing at this address.' },
  model_not_found: { status: 404, message: 'There is no such model, or you may not use it.' },
  method_not_allowed: { status: 405, message: 'This address does not take that method.' },
  conflict: { status: 409, message: 'The state has changed since you read it.' },
  idempotency_conflict: {
    status: 409,
    message: 'This idempotency key was used with another request, or is still in flight.',
  },
  payload_too_large: { status: 413, message: 'The request is larger than the gateway accepts.' },
  unsupported_media_type: { status: 415, message: 'Send the body as plain JSON, without content-encoding.' },
  invalid_document: { status: 422, message: 'A document is not valid; nothing was changed.' },
  rate_limited: { status: 429, message: 'A rate limit of your organisation was reached.' },
  concurrency_limited: { status: 429, message: 'Too many of your calls are in flight.' },
  budget_exceeded: { status: 429, message: 'A budget of your organisation is spent.' },
  upstream_rate_limited: { status: 429, message: 'The provider is limiting the rate of calls.' },
  client_closed: { status: 499, message: 'The client closed the connection.' },
  internal: { status: 500, message: 'Something failed inside the gateway.' },
  upstream_error: { status: 502, message: 'The provider failed to answer.' },
  upstream_invalid: { status: 502, message: 'The provider answered with something that is not a valid answer.' },
  upstream_auth: {
    status: 502,
    message: "The provider refused the gateway's own credential. Tell your administrator.",
  },
  upstream_unreachable: { status: 502, message: 'The provider could not be reached.' },
  overloaded: { status: 503, message: 'The gateway is at its limit. Try again shortly.' },
  draining: { status: 503, message: 'The gateway is shutting down. Try again shortly.' },
  not_ready: { status: 503, message: 'The gateway is not ready yet.' },
  upstream_overloaded: { status: 503, message: 'The provider is overloaded.' },
  upstream_timeout: { status: 504, message: 'The provider did not answer in time.' },
} as const satisfies Record<string, { readonly status: number; readonly message: string }>

/** One of the codes of {@link ERROR_CODES}. */
export type ErrorCode = keyof typeof ERROR_CODES

/** What may be said besides the code when a {@link GatewayError} is thrown. */
export interface GatewayErrorOptions {
  /** What the client reads; the code's own sentence when absent. Never a secret, never an upstream body. */
  readonly message?: string
  /** For the log alone. */
  readonly internalDetail?: string
  /** How long the client should wait, milliseconds. */
  readonly retryAfterMs?: number
  /** The request field at fault, as a path: `messages.2.content`. */
  readonly param?: string
  /** Overrides the code's status, where a provider's own 4xx is handed on. */
  readonly status?: number
  /** Extra, public, machine-readable facts: which limit, which rule, who could grant it. */
  readonly facts?: Readonly<Record<string, string | number | boolean>>
  /** Response headers that say more: what is left of a limit. */
  readonly headers?: Readonly<Record<string, string>>
  readonly cause?: unknown
}

/** The only error by which a step refuses. Public voice and internal voice are kept apart. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError'
  readonly code: ErrorCode
  readonly status: number
  readonly publicMessage: string
  readonly internalDetail: string | undefined
  readonly retryAfterMs: number | undefined
  readonly param: string | undefined
  readonly facts: Readonly<Record<string, string | number | boolean>> | undefined
  readonly headers: Readonly<Record<string, string>> | undefined

  constructor(code: ErrorCode, options: GatewayErrorOptions = {}) {
    const publicMessage = options.message ?? ERROR_CODES[code].message
    super(`${code}: ${options.internalDetail ?? publicMessage}`, { cause: options.cause })
    this.code = code
    this.status = options.status ?? ERROR_CODES[code].status
    this.publicMessage = publicMessage
    this.internalDetail = options.internalDetail
    this.retryAfterMs = options.retryAfterMs
    this.param = options.param
    this.facts = options.facts
    this.headers = options.headers
  }
}

/** Any thrown thing as a {@link GatewayError}; what is not one already becomes `internal`, its text kept for the log. */
export function toGatewayError(cause: unknown): GatewayError {
  if (cause instanceof GatewayError) return cause
  const detail = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
  return new GatewayError('internal', { internalDetail: detail, cause })
}

/** Closes a `switch` over a union: the compiler proves that no case is left. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`)
}
