import { type ErrorCode, GatewayError } from '../../lib/errors.ts'
import type { JsonObject, UpstreamRefusal } from './dialect.ts'
import { retryAfterOf } from './retry-after.ts'
import { namesOf, outlineOf } from './upstream-text.ts'
import { cleanVendorMessage, readVendorError, type VendorError, vendorErrorOf } from './vendor-error.ts'

/**
 * An upstream's refusal as our own error, the same for every dialect: `decodeError` of most dialects is this function.
 *
 * Decisions:
 * - 401 and 403 are `upstream_auth` (502): it is our key, not the caller's. A 403 that names a content policy (OpenRouter's
 *   moderation, xAI) is `content_filtered`.
 * - No credit or quota (`insufficient_quota`, 402, Anthropic's "credit balance is too low") is `upstream_error` (502), though
 *   OpenAI sends 429: waiting does not help and the caller has not been too fast; our account has to be paid.
 * - 404 for a model is `upstream_error` (502): a Model document names a target that the provider does not have, which the
 *   caller cannot mend. Any other 404 with a vendor's sentence (a file id, a stored response) is the caller's: `upstream_rejected`
 *   with status 404.
 * - A context that is too long and a content filter are recognised by every vendor's code or sentence, whichever 4xx carries them.
 * - Other 4xx with a JSON sentence are `upstream_rejected` with the vendor's status and cleaned sentence; a body that is not
 *   JSON never reaches the caller.
 */
export function decodeRefusal(refusal: UpstreamRefusal): GatewayError {
  const vendor = readVendorError(refusal.text)
  const detail = `HTTP ${refusal.status}${namesOf(vendor)}: ${outlineOf(refusal.text)}`
  return refuse(refusal.status, vendor, { detail, retryAfterMs: retryAfterOf(refusal.headers) })
}

/**
 * An error object inside a stream or inside a 200 answer (`{"error": {…}}`, A's `{"type":"error", …}`) as our own error.
 * The status is the error's own numeric `code`, else what its type means, else 502.
 */
export function decodeErrorBody(body: JsonObject): GatewayError {
  const vendor = vendorErrorOf(body) ?? {}
  const detail = `error inside an answer${namesOf(vendor)}: ${outlineOf(JSON.stringify(body))}`
  return refuse(statusOf(vendor), vendor, { detail })
}

interface Reading {
  readonly detail: string
  readonly retryAfterMs?: number | undefined
}

function refuse(status: number, vendor: VendorError | undefined, reading: Reading): GatewayError {
  const verdict = judge(status, vendor)
  const retryAfterMs = reading.retryAfterMs ?? vendor?.retryAfterMs
  return new GatewayError(verdict.code, {
    internalDetail: reading.detail,
    ...(verdict.message === undefined ? {} : { message: verdict.message }),
    ...(verdict.status === undefined ? {} : { status: verdict.status }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(vendor?.param === undefined || !CALLERS_FAULT.has(verdict.code) ? {} : { param: vendor.param }),
  })
}

interface Verdict {
  readonly code: ErrorCode
  readonly message?: string
  readonly status?: number
}

const CALLERS_FAULT: ReadonlySet<ErrorCode> = new Set([
  'upstream_rejected',
  'context_length_exceeded',
  'content_filtered',
])
const NO_CREDIT: Verdict = {
  code: 'upstream_error',
  message: "The gateway's account at the provider has no credit or quota left. Tell your administrator.",
}

function judge(status: number, vendor: VendorError | undefined): Verdict {
  if (isOverload(status, vendor)) return { code: 'upstream_overloaded' }
  if (status >= 500) return { code: TIMEOUTS.has(status) ? 'upstream_timeout' : 'upstream_error' }
  if (status < 400) return { code: 'upstream_error' }
  if (vendor !== undefined) {
    const known = judgeByWords(status, vendor)
    if (known !== undefined) return known
  }
  return judgeByStatus(status, vendor)
}

function judgeByWords(status: number, vendor: VendorError): Verdict | undefined {
  const words = `${vendor.code ?? ''} ${vendor.type ?? ''} ${vendor.message ?? ''}`.slice(0, 8000)
  if (status === 402 || NO_CREDIT_WORDS.test(words)) return NO_CREDIT
  const isRate = status === 429 || vendor.code === 'rate_limit_exceeded'
  if (isRate) return { code: 'upstream_rate_limited' }
  if (status === 401) return undefined
  if (FILTER_WORDS.test(words)) return { code: 'content_filtered' }
  if (status !== 403 && CONTEXT_WORDS.test(words)) return { code: 'context_length_exceeded', ...said(vendor) }
  return undefined
}

function judgeByStatus(status: number, vendor: VendorError | undefined): Verdict {
  switch (status) {
    case 401:
    case 403:
    case 407:
      return { code: 'upstream_auth' }
    case 402:
      return NO_CREDIT
    case 408:
      return { code: 'upstream_timeout' }
    case 413:
      return { code: 'payload_too_large', message: 'The request is larger than the provider accepts.' }
    case 429:
      return { code: 'upstream_rate_limited' }
    case 404:
      return missing(vendor)
    default:
      return vendor?.message === undefined
        ? { code: 'upstream_error' }
        : { code: 'upstream_rejected', status, ...said(vendor) }
  }
}

function missing(vendor: VendorError | undefined): Verdict {
  const isCallers =
    vendor?.message !== undefined &&
    vendor.code !== 'model_not_found' &&
    !/model|deployment|resource not found|no route|^not found/i.test(vendor.message)
  if (isCallers) return { code: 'upstream_rejected', status: 404, ...said(vendor) }
  return {
    code: 'upstream_error',
    message: 'The provider does not have the model or address that the gateway asked for. Tell your administrator.',
  }
}

function said(vendor: VendorError): { readonly message?: string } {
  const message = vendor.message === undefined ? '' : cleanVendorMessage(vendor.message)
  return message === '' ? {} : { message }
}

function isOverload(status: number, vendor: VendorError | undefined): boolean {
  return status === 529 || status === 503 || vendor?.type === 'overloaded_error'
}

/** 522 and 524 are Cloudflare's: the origin did not answer in time. */
const TIMEOUTS: ReadonlySet<number> = new Set([504, 522, 524])

function statusOf(vendor: VendorError): number {
  const numeric = Number(vendor.code)
  if (Number.isInteger(numeric) && numeric >= 400 && numeric < 600) return numeric
  return (
    STATUS_BY_TYPE[vendor.type ?? ''] ?? STATUS_BY_TYPE[vendor.code ?? ''] ?? STATUS_BY_TYPE[awsName(vendor)] ?? 502
  )
}

/** AWS writes `com.amazon.coral#ThrottlingException` as well as the bare name. */
function awsName(vendor: VendorError): string {
  return (vendor.code ?? vendor.type ?? '').replace(/^.*#/, '').replace(/:.*$/, '')
}

/** Error types that vendors name inside streams (OpenAI, Anthropic, Google, AWS error references, 2026-11). */
const STATUS_BY_TYPE: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  invalid_request: 400,
  invalid_prompt: 400,
  context_length_exceeded: 400,
  content_filter: 400,
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  ValidationException: 400,
  authentication_error: 401,
  UNAUTHENTICATED: 401,
  permission_error: 403,
  PERMISSION_DENIED: 403,
  AccessDeniedException: 403,
  billing_error: 402,
  not_found_error: 404,
  NOT_FOUND: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  rate_limit_exceeded: 429,
  insufficient_quota: 429,
  requests: 429,
  tokens: 429,
  RESOURCE_EXHAUSTED: 429,
  ThrottlingException: 429,
  throttlingException: 429,
  timeout_error: 504,
  DEADLINE_EXCEEDED: 504,
  ModelTimeoutException: 504,
  overloaded_error: 529,
  service_unavailable_error: 503,
  UNAVAILABLE: 503,
  ServiceUnavailableException: 503,
  serviceUnavailableException: 503,
}

const NO_CREDIT_WORDS =
  /insufficient[_ ](?:quota|balance|credits|funds)|billing_(?:error|hard_limit)|credit balance is too low/i

/** OpenAI and Azure, Anthropic, DeepSeek, Alibaba, xAI, OpenRouter. */
const FILTER_WORDS =
  /content_filter|content_policy|ResponsibleAIPolicyViolation|content management policy|content filtering policy|flagged as potentially violating|Content Exists Risk|data_inspection_failed|violates? (?:our )?(?:usage|content|safety) (?:guidelines|polic)|input was flagged|blocked by (?:the )?(?:safety|content)/i

/** OpenAI, Anthropic, Google, AWS, Mistral, Cohere, xAI, Groq, Together, Fireworks, vLLM, TGI, llama.cpp, Ollama. */
const CONTEXT_WORDS = new RegExp(
  [
    'context_length_exceeded|context_window_exceeded|exceed_context_size',
    'maximum (?:context|prompt|input|model) length',
    "exceeds? (?:the |your )?(?:available |model'?s? |maximum )*context",
    'exceed(?:s|ed)? (?:the )?context (?:limit|length|window|size)',
    'prompt is too long|prompt too long|input is too long|(?:input|request|prompt) (?:length )?(?:is )?longer than',
    'input tokens? exceeds?|input token count .{0,40}exceeds|input length exceeds',
    'too large for model with|too many tokens|reduce the length of the (?:messages|input|prompt)',
    'inputs` (?:tokens|must have less than)|maximum number of tokens allowed',
  ].join('|'),
  'i',
)
