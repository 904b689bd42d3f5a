import { isObject } from '../../../lib/json.ts'
import type { Usage } from '../canonical.ts'
import { usageObjectOf } from '../compatibility.ts'
import type { JsonObject } from '../dialect.ts'
import { isNoCount, tokenCount } from '../upstream-text.ts'

/**
 * The usage of a CC answer or chunk, undefined when it has none. `prompt_tokens` includes cached tokens (OpenAI), so
 * nothing is added for them. Where `total_tokens` is more than prompt and completion together, the vendor counts thoughts
 * outside the completion (xAI, Gemini's compatible endpoint): the difference is output.
 */
export function decodeUsage(body: JsonObject): Usage | undefined {
  const usage = usageObjectOf(body)
  if (usage === undefined) return undefined
  if (isNoCount(usage.prompt_tokens) || isNoCount(usage.completion_tokens)) return undefined
  const prompt = tokenCount(usage.prompt_tokens) ?? tokenCount(usage.input_tokens) ?? 0
  const completion = tokenCount(usage.completion_tokens) ?? tokenCount(usage.output_tokens) ?? 0
  const total = tokenCount(usage.total_tokens) ?? 0
  const promptParts = isObject(usage.prompt_tokens_details) ? usage.prompt_tokens_details : {}
  const completionParts = isObject(usage.completion_tokens_details) ? usage.completion_tokens_details : {}
  const parts = {
    cacheReadTokens:
      tokenCount(promptParts.cached_tokens) ??
      tokenCount(usage.prompt_cache_hit_tokens) ??
      tokenCount(usage.cached_tokens),
    cacheWriteTokens: tokenCount(promptParts.cache_write_tokens) ?? tokenCount(promptParts.cache_creation_tokens),
    reasoningTokens: tokenCount(completionParts.reasoning_tokens) ?? tokenCount(usage.reasoning_tokens),
    audioInputTokens: tokenCount(promptParts.audio_tokens),
    audioOutputTokens: tokenCount(completionParts.audio_tokens),
    serverToolCalls: tokenCount(usage.num_search_queries) ?? tokenCount(usage.num_sources_used),
    serviceTier: typeof body.service_tier === 'string' ? body.service_tier : undefined,
  }
  const known: Record<string, number | string> = {}
  for (const [key, value] of Object.entries(parts)) if (value !== undefined) known[key] = value
  return { inputTokens: prompt, outputTokens: Math.max(completion, total - prompt), ...known }
}

/** Usage as CC writes it; the details are always there, zero when unknown, because clients read them unasked. */
export function encodeUsage(usage: Usage): JsonObject {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: {
      cached_tokens: usage.cacheReadTokens ?? 0,
      audio_tokens: usage.audioInputTokens ?? 0,
      ...(usage.cacheWriteTokens === undefined ? {} : { cache_write_tokens: usage.cacheWriteTokens }),
    },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoningTokens ?? 0,
      audio_tokens: usage.audioOutputTokens ?? 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }
}
