import { isObject } from '../../../lib/json.ts'
import type { Usage } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'
import { isNoCount, tokenCount } from '../upstream-text.ts'

/**
 * `usageMetadata` as {@link Usage}. Cumulative in streams: the newest replaces the older. `promptTokenCount` includes
 * the cached tokens but not those of tool use; `candidatesTokenCount` does not include the thoughts
 * (ai.google.dev/api/generate-content#UsageMetadata, 2026-11). Undefined when `value` is not an object.
 */
export function readUsage(value: unknown): Usage | undefined {
  if (!isObject(value)) return undefined
  if (isNoCount(value['promptTokenCount']) || isNoCount(value['candidatesTokenCount'])) return undefined
  const cached = count(value, 'cachedContentTokenCount')
  const thoughts = count(value, 'thoughtsTokenCount')
  const audioIn = audioTokens(value['promptTokensDetails'])
  const audioOut = audioTokens(value['candidatesTokensDetails'])
  const tier = value['serviceTier']
  return {
    inputTokens: (count(value, 'promptTokenCount') ?? 0) + (count(value, 'toolUsePromptTokenCount') ?? 0),
    outputTokens: (count(value, 'candidatesTokenCount') ?? 0) + (thoughts ?? 0),
    ...(cached === undefined ? {} : { cacheReadTokens: cached }),
    ...(thoughts === undefined ? {} : { reasoningTokens: thoughts }),
    ...(audioIn === undefined ? {} : { audioInputTokens: audioIn }),
    ...(audioOut === undefined ? {} : { audioOutputTokens: audioOut }),
    ...(typeof tier === 'string' ? { serviceTier: tier } : {}),
  }
}

/** {@link Usage} as `usageMetadata`. */
export function writeUsage(usage: Usage): JsonObject {
  const thoughts = usage.reasoningTokens ?? 0
  return {
    promptTokenCount: usage.inputTokens,
    candidatesTokenCount: Math.max(0, usage.outputTokens - thoughts),
    totalTokenCount: usage.inputTokens + usage.outputTokens,
    ...(usage.cacheReadTokens ? { cachedContentTokenCount: usage.cacheReadTokens } : {}),
    ...(thoughts > 0 ? { thoughtsTokenCount: thoughts } : {}),
    ...details('promptTokensDetails', usage.inputTokens, usage.audioInputTokens),
    ...details('candidatesTokensDetails', Math.max(0, usage.outputTokens - thoughts), usage.audioOutputTokens),
    ...(usage.serviceTier === undefined ? {} : { serviceTier: usage.serviceTier }),
  }
}

function details(name: string, total: number, audio: number | undefined): JsonObject {
  if (!audio) return {}
  const text = Math.max(0, total - audio)
  return {
    [name]: [...(text > 0 ? [{ modality: 'TEXT', tokenCount: text }] : []), { modality: 'AUDIO', tokenCount: audio }],
  }
}

function count(json: JsonObject, name: string): number | undefined {
  return tokenCount(json[name])
}

function audioTokens(list: unknown): number | undefined {
  if (!Array.isArray(list)) return undefined
  let sum: number | undefined
  for (const entry of list) {
    if (isObject(entry) && entry['modality'] === 'AUDIO') sum = (sum ?? 0) + (count(entry, 'tokenCount') ?? 0)
  }
  return sum
}
