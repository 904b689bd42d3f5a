import { GatewayError } from '../../../lib/errors.ts'
import type { JsonObject } from '../dialect.ts'

/** The answer of `/v1/messages/count_tokens`. */
export function encodeCount(inputTokens: number): JsonObject {
  return { input_tokens: inputTokens }
}

/** The tokens an upstream's `/v1/messages/count_tokens` counted. Throws `upstream_invalid` for anything else. */
export function decodeCount(body: JsonObject): number {
  const count = body.input_tokens
  if (typeof count === 'number' && Number.isInteger(count) && count >= 0) return count
  throw new GatewayError('upstream_invalid', { internalDetail: 'the answer is not a token count of Anthropic' })
}
