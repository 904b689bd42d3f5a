import { isObject } from '../../lib/json.ts'
import type { JsonObject } from './dialect.ts'
import { durationTextMs } from './retry-after.ts'

/** The longest vendor message that is handed on, in characters. */
export const VENDOR_MESSAGE_MAX = 1000

/** What a vendor's error body says, whatever its shape; every field absent when the body does not say it. */
export interface VendorError {
  readonly message?: string
  /** OpenAI's and Anthropic's `type`, Google's `status`. */
  readonly type?: string
  /** OpenAI's `code`, AWS's `__type`; numbers as text. */
  readonly code?: string
  readonly param?: string
  /** Google's `RetryInfo.retryDelay`, milliseconds. */
  readonly retryAfterMs?: number
}

/**
 * Reads an error body of any vendor: `{error: {…}}` (OpenAI, Anthropic, Google, most others), `[{error}]` (Gemini streams),
 * `{error: "text"}` (Ollama, TGI, xAI), `{message}` (Cohere, Mistral, Bedrock), `{detail}` as text or as a FastAPI list.
 * Undefined when the text is not a JSON object of such a shape (HTML, a proxy's page, truncated JSON).
 */
export function readVendorError(text: string): VendorError | undefined {
  const body = parseObject(text)
  return body === undefined ? undefined : vendorErrorOf(body)
}

/** The same for a body that is parsed already: an error event inside a stream. */
export function vendorErrorOf(body: JsonObject): VendorError | undefined {
  const inner = body.error ?? (Array.isArray(body.errors) ? body.errors[0] : undefined)
  if (typeof inner === 'string') return compact({ message: inner, type: body.type, code: body.code ?? body.error_type })
  if (isObject(inner)) {
    const nested = isObject(inner.innererror) ? inner.innererror : undefined
    return compact({
      message: inner.message ?? inner.detail,
      type: inner.type ?? inner.status,
      code: nested?.code ?? inner.code,
      param: inner.param,
      retryAfterMs: retryInfo(inner.details),
      metadata: inner.metadata,
    })
  }
  const message = body.message ?? body.Message ?? detailText(body.detail)
  return message === undefined
    ? undefined
    : compact({ message, type: body.type, code: body.code ?? body.__type, param: body.param })
}

/**
 * A vendor's sentence made fit for a client: control characters and runs of blanks become one blank, things that look
 * like credentials are struck out, at most {@link VENDOR_MESSAGE_MAX} characters, well-formed Unicode.
 */
export function cleanVendorMessage(message: string): string {
  const flat = message
    .slice(0, VENDOR_MESSAGE_MAX * 4)
    .toWellFormed()
    .replace(/[\u0000-\u0020\u007f-\u009f\u2028\u2029]+/g, ' ')
    .replace(SECRET, '[redacted]')
    .trim()
  return flat.length <= VENDOR_MESSAGE_MAX ? flat : `${flat.slice(0, VENDOR_MESSAGE_MAX - 1).toWellFormed()}…`
}

const SECRET =
  /\b(?:sk|pk|rk|gsk|xai|pplx|nvapi|hf|r8|fw|gth|key)[-_][A-Za-z0-9_*-]{8,}|\bAIza[\w-]{20,}|\bAKIA[A-Z0-9]{12,}|\beyJ[\w-]{10,}\.[\w-]+\.[\w-]+|\b[Bb]earer\s+[\w.~+/=-]{8,}/g

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const first: unknown = Array.isArray(value) ? value[0] : value
    return isObject(first) ? first : undefined
  } catch {
    return undefined
  }
}

function detailText(detail: unknown): unknown {
  if (!Array.isArray(detail)) return isObject(detail) ? detail.message : detail
  const lines = detail.slice(0, 5).flatMap((entry: unknown) => {
    if (!isObject(entry) || typeof entry.msg !== 'string') return []
    const at = Array.isArray(entry.loc) ? entry.loc.join('.') : ''
    return [at === '' ? entry.msg : `${at}: ${entry.msg}`]
  })
  return lines.length === 0 ? undefined : lines.join('; ')
}

function retryInfo(details: unknown): number | undefined {
  if (!Array.isArray(details)) return undefined
  for (const detail of details) {
    if (isObject(detail) && typeof detail.retryDelay === 'string') return durationTextMs(detail.retryDelay)
  }
  return undefined
}

function compact(fields: Readonly<Record<string, unknown>>): VendorError {
  // OpenRouter keeps the real provider's words in `metadata.raw`; without them "Provider returned error" says nothing.
  const raw = isObject(fields.metadata) ? fields.metadata.raw : undefined
  const message = text(fields.message)
  const type = text(fields.type)
  const code = text(fields.code)
  const param = text(fields.param)
  const retryAfterMs = fields.retryAfterMs
  const whole = typeof raw === 'string' ? `${message ?? ''} ${raw}`.trim() : message
  return {
    ...(whole === undefined ? {} : { message: whole }),
    ...(type === undefined ? {} : { type }),
    ...(code === undefined ? {} : { code }),
    ...(param === undefined ? {} : { param: param.slice(0, 200) }),
    ...(typeof retryAfterMs === 'number' ? { retryAfterMs } : {}),
  }
}

function text(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}
