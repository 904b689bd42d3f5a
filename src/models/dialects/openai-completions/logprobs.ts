import { isObject } from '../../../lib/json.ts'
import type { JsonObject } from '../dialect.ts'

/**
 * Chat's log probabilities (`{content: [{token, logprob, top_logprobs}]}`) as legacy completions write them: parallel arrays.
 * `offset` is where the text begins, in UTF-16 units. Null for anything that is not of chat's shape.
 */
export function legacyLogprobs(value: unknown, offset: number): JsonObject | null {
  if (!isObject(value) || !Array.isArray(value.content)) return null
  const entries = value.content.filter(isObject)
  let at = offset
  const offsets = entries.map(({ token }) => {
    const here = at
    at += typeof token === 'string' ? token.length : 0
    return here
  })
  return {
    tokens: entries.map(({ token }) => token),
    token_logprobs: entries.map(({ logprob }) => logprob),
    top_logprobs: entries.map(({ top_logprobs: top }) => alternatives(top)),
    text_offset: offsets,
  }
}

/** The counterpart of {@link legacyLogprobs}: a completions upstream's arrays in chat's shape; undefined when there are none. */
export function chatLogprobs(value: unknown): JsonObject | undefined {
  if (!isObject(value) || !Array.isArray(value.tokens)) return undefined
  const { tokens, token_logprobs: logprobs, top_logprobs: tops } = value
  const content = tokens.map((token: unknown, index) => ({
    token,
    logprob: Array.isArray(logprobs) ? logprobs[index] : null,
    bytes: null,
    top_logprobs: Object.entries(topAt(tops, index)).map(([name, logprob]) => ({ token: name, logprob, bytes: null })),
  }))
  return { content, refusal: null }
}

function topAt(tops: unknown, index: number): JsonObject {
  const top: unknown = Array.isArray(tops) ? tops[index] : undefined
  return isObject(top) ? top : {}
}

function alternatives(top: unknown): JsonObject {
  if (!Array.isArray(top)) return {}
  return Object.fromEntries(top.filter(isObject).map(({ token, logprob }) => [String(token), logprob]))
}
