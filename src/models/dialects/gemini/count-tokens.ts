import type { ChatCall } from '../canonical.ts'
import type { EncodeContext, EncodedCall, JsonObject } from '../dialect.ts'
import { notWanted, tokenCount } from '../upstream-text.ts'
import { decodeCall } from './decode-call.ts'
import { encodeCall } from './encode-call.ts'
import { nodeOf } from './fields.ts'

/**
 * A `countTokens` request as the call it asks about: `contents` alone, or a whole `generateContentRequest`
 * (ai.google.dev/api/tokens, 2026-11). The surface adds `model` at the top as for a call. Throws `invalid_request`.
 */
export function decodeCount(body: JsonObject): ChatCall {
  const inner = nodeOf({ json: body, at: [] }, 'generateContentRequest')
  return decodeCall(inner === undefined ? body : { ...inner.json, model: body['model'] ?? inner.json['model'] })
}

/** The request that makes Google count a call of any dialect. */
export function encodeCount(call: ChatCall, context: EncodeContext): EncodedCall {
  const { body } = encodeCall(call, context)
  return { body: { generateContentRequest: { model: `models/${context.target.model}`, ...body } } }
}

/** Google's count. Throws `upstream_invalid` when the body holds none; a count of 0 is left out on the wire. */
export function decodeCountAnswer(body: JsonObject): number {
  const total = tokenCount(body['totalTokens'] ?? 0)
  if (total !== undefined) return total
  throw notWanted('a token count', body)
}

/** A count as `CountTokensResponse`. */
export function encodeCountAnswer(tokens: number): JsonObject {
  return { totalTokens: tokens }
}
