import { GatewayError } from '../../../lib/errors.ts'
import type { JsonObject } from '../dialect.ts'
import { tokenCount } from '../upstream-text.ts'
import { decodeCountCall } from './decode-call.ts'

/** `/v1/messages/count_tokens` towards clients: its request, and its answer from a number of tokens. */
export const countAnthropicTokens = Object.freeze({
  decodeCall: decodeCountCall,
  encode: (inputTokens: number): JsonObject => ({ input_tokens: inputTokens }),
})

/** The tokens an upstream's `/v1/messages/count_tokens` counted. Throws `upstream_invalid` for anything else. */
export function decodeCount(body: JsonObject): number {
  const count = tokenCount(body.input_tokens)
  if (count !== undefined) return count
  throw new GatewayError('upstream_invalid', { internalDetail: 'the answer is not a token count of Anthropic' })
}
