import { isObject } from '../../../lib/json.ts'
import type { Finish, Usage } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'
import { tokenCount } from '../upstream-text.ts'

/**
 * The usage of a Converse answer. Its `inputTokens` leaves cache reads and writes out (AWS API reference, TokenUsage,
 * 2026-11); the canonical total includes them.
 */
export function decodeUsage(wire: JsonObject, serviceTier?: string): Usage {
  const cacheRead = countIn(wire, 'cacheReadInputTokens')
  const cacheWrite = countIn(wire, 'cacheWriteInputTokens')
  const oneHour = oneHourWrites(wire.cacheDetails)
  return {
    inputTokens: (countIn(wire, 'inputTokens') ?? 0) + (cacheRead ?? 0) + (cacheWrite ?? 0),
    outputTokens: countIn(wire, 'outputTokens') ?? 0,
    ...(cacheRead === undefined ? {} : { cacheReadTokens: cacheRead }),
    ...(cacheWrite === undefined ? {} : { cacheWriteTokens: cacheWrite }),
    ...(oneHour === undefined ? {} : { cacheWrite1hTokens: oneHour }),
    ...(serviceTier === undefined ? {} : { serviceTier }),
  }
}

/** `serviceTier: {type}` of an answer. */
export function readServiceTier(wire: JsonObject): string | undefined {
  const tier = isObject(wire.serviceTier) ? wire.serviceTier.type : undefined
  return typeof tier === 'string' ? tier : undefined
}

function oneHourWrites(details: unknown): number | undefined {
  if (!Array.isArray(details)) return undefined
  const ofAnHour = details.filter(isObject).filter(({ ttl }) => ttl === '1h')
  return ofAnHour.reduce<number>((sum, detail) => sum + (countIn(detail, 'inputTokens') ?? 0), 0)
}

function countIn(wire: JsonObject, name: string): number | undefined {
  return tokenCount(wire[name])
}

const FINISHES: Readonly<Record<string, Finish>> = {
  end_turn: 'stop',
  tool_use: 'tool-calls',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  stop_sequence: 'stop-sequence',
  guardrail_intervened: 'content-filter',
  content_filtered: 'content-filter',
  refusal: 'refusal',
}

/** Why an answer ended, from `stopReason`. */
export function decodeFinish(reason: unknown): Finish {
  return typeof reason === 'string' && Object.hasOwn(FINISHES, reason) ? (FINISHES[reason] ?? 'other') : 'other'
}

/** The stop sequence that was hit, which Claude on Bedrock tells when `additionalModelResponseFieldPaths` asks. */
export function readStopSequence(wire: JsonObject): { readonly stopSequence?: string } {
  const fields = isObject(wire.additionalModelResponseFields) ? wire.additionalModelResponseFields : {}
  return typeof fields.stop_sequence === 'string' ? { stopSequence: fields.stop_sequence } : {}
}
