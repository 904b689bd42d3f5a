import { isObject } from '../../../lib/json.ts'
import type { Usage } from '../canonical.ts'
import { usageObjectOf } from '../compatibility.ts'
import type { JsonObject } from '../dialect.ts'

/**
 * The usage of a CC answer or chunk, undefined when it has none. `prompt_tokens` includes cached tokens (OpenAI), so
 * nothing is added for them. Where `total_tokens` is more than prompt and completion together, the vendor counts thoughts
 * outside the completion (xAI, Gemini's compatible endpoint): the difference is output.
 */
export function decodeUsage(body: JsonObject): Usage | undefined {
  const usage = usageObjectOf(body)
  if (usage === undefined) return undefined
  const prompt = count(usage.prompt_tokens) ?? count(usage.input_tokens) ?? 0
  const completion = count(usage.completion_tokens) ?? count(usage.output_tokens) ?? 0
  const total = count(usage.total_tokens) ?? 0
  const promptParts = isObject(usage.prompt_tokens_details) ? usage.prompt_tokens_details : {}
  const completionParts = isObject(usage.completion_tokens_details) ? usage.completion_tokens_details : {}
  const parts = {
    cacheReadTokens:
      count(promptParts.cached_tokens) ?? count(usage.prompt_cache_hit_tokens) ?? count(usage.cached_tokens),
    cacheWriteTokens: count(promptParts.cache_write_tokens) ?? count(promptParts.cache_creation_tokens),
    reasoningTokens: count(completionParts.reasoning_tokens) ?? count(usage.reasoning_tokens),
    audioInputTokens: count(promptParts.audio_tokens),
    audioOutputTokens: count(completionParts.audio_tokens),
    serverToolCalls: count(usage.num_search_queries) ?? count(usage.num_sources_used),
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

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined
}
