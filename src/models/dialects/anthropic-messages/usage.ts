import { isObject } from '../../../lib/json.ts'
import type { Usage } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'
import { tokenCount } from '../upstream-text.ts'

/**
 * The usage of an answer, from one wire object or from several of a stream merged by {@link mergeUsage}. Anthropic's
 * `input_tokens` leaves cache reads and writes out; the canonical total includes them.
 */
export function decodeUsage(wire: JsonObject): Usage {
  const cacheRead = countIn(wire, 'cache_read_input_tokens')
  const cacheWrite = countIn(wire, 'cache_creation_input_tokens')
  const oneHour = isObject(wire.cache_creation) ? countIn(wire.cache_creation, 'ephemeral_1h_input_tokens') : undefined
  const details = isObject(wire.output_tokens_details) ? wire.output_tokens_details : {}
  const reasoning = countIn(details, 'thinking_tokens')
  const serverTools = isObject(wire.server_tool_use) ? sumOf(wire.server_tool_use) : undefined
  return {
    inputTokens: (countIn(wire, 'input_tokens') ?? 0) + (cacheRead ?? 0) + (cacheWrite ?? 0),
    outputTokens: countIn(wire, 'output_tokens') ?? 0,
    ...(cacheRead === undefined ? {} : { cacheReadTokens: cacheRead }),
    ...(cacheWrite === undefined ? {} : { cacheWriteTokens: cacheWrite }),
    ...(oneHour === undefined ? {} : { cacheWrite1hTokens: oneHour }),
    ...(reasoning === undefined ? {} : { reasoningTokens: reasoning }),
    ...(serverTools === undefined ? {} : { serverToolCalls: serverTools }),
    ...(typeof wire.service_tier === 'string' ? { serviceTier: wire.service_tier } : {}),
  }
}

/** A stream's usage objects are cumulative: a newer count replaces the older; what the newer one leaves out stays. */
export function mergeUsage(older: JsonObject, newer: JsonObject): JsonObject {
  const known = Object.entries(newer).filter(([, value]) => value !== null && value !== undefined)
  return { ...older, ...Object.fromEntries(known) }
}

/** The usage as Anthropic writes it; zeros where nothing is known. */
export function encodeUsage(usage: Usage | undefined): JsonObject {
  const cacheRead = usage?.cacheReadTokens ?? 0
  const cacheWrite = usage?.cacheWriteTokens ?? 0
  const oneHour = usage?.cacheWrite1hTokens
  return {
    input_tokens: Math.max(0, (usage?.inputTokens ?? 0) - cacheRead - cacheWrite),
    cache_creation_input_tokens: cacheWrite,
    cache_read_input_tokens: cacheRead,
    ...(oneHour === undefined
      ? {}
      : { cache_creation: { ephemeral_5m_input_tokens: cacheWrite - oneHour, ephemeral_1h_input_tokens: oneHour } }),
    output_tokens: usage?.outputTokens ?? 0,
    ...(usage?.reasoningTokens === undefined
      ? {}
      : { output_tokens_details: { thinking_tokens: usage.reasoningTokens } }),
    ...(usage?.serverToolCalls === undefined
      ? {}
      : { server_tool_use: { web_search_requests: usage.serverToolCalls, web_fetch_requests: 0 } }),
    ...(usage?.serviceTier === undefined ? {} : { service_tier: usage.serviceTier }),
  }
}

function countIn(wire: JsonObject, name: string): number | undefined {
  return tokenCount(wire[name])
}

function sumOf(counts: JsonObject): number {
  return Object.values(counts).reduce<number>((sum, count) => sum + (tokenCount(count) ?? 0), 0)
}
