import { isObject } from '../../../lib/json.ts'
import type { Usage } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'
import { isNoCount, tokenCount } from '../upstream-text.ts'

/** The usage of a response object, undefined while it has none. `input_tokens` includes cached ones, `output_tokens` reasoning. */
export function decodeUsage(response: JsonObject): Usage | undefined {
  const { usage } = response
  if (!isObject(usage)) return undefined
  if (isNoCount(usage.input_tokens) || isNoCount(usage.output_tokens)) return undefined
  const input = isObject(usage.input_tokens_details) ? usage.input_tokens_details : {}
  const output = isObject(usage.output_tokens_details) ? usage.output_tokens_details : {}
  const parts = {
    cacheReadTokens: tokenCount(input.cached_tokens),
    cacheWriteTokens: tokenCount(input.cache_write_tokens),
    audioInputTokens: tokenCount(input.audio_tokens),
    reasoningTokens: tokenCount(output.reasoning_tokens),
    audioOutputTokens: tokenCount(output.audio_tokens),
    serviceTier: typeof response.service_tier === 'string' ? response.service_tier : undefined,
  }
  const known: Record<string, number | string> = {}
  for (const [key, value] of Object.entries(parts)) if (value !== undefined) known[key] = value
  return {
    inputTokens: tokenCount(usage.input_tokens) ?? 0,
    outputTokens: tokenCount(usage.output_tokens) ?? 0,
    ...known,
  }
}

/** Usage as R writes it; the details are always there, because clients read them unasked. */
export function encodeUsage(usage: Usage): JsonObject {
  const { cacheWriteTokens } = usage
  return {
    input_tokens: usage.inputTokens,
    input_tokens_details: {
      cached_tokens: usage.cacheReadTokens ?? 0,
      ...(cacheWriteTokens === undefined ? {} : { cache_write_tokens: cacheWriteTokens }),
    },
    output_tokens: usage.outputTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens ?? 0 },
    total_tokens: usage.inputTokens + usage.outputTokens,
  }
}
