import { isObject } from '../../../lib/json.ts'
import type { Citation, Finish, Usage } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'
import { isNoCount, tokenCount } from '../upstream-text.ts'

/** Cohere's finish reasons by what they mean (docs.cohere.com/reference/chat, 2026-11). `ERROR` and `TIMEOUT` are failures. */
const MEANING: Readonly<Record<string, Finish>> = {
  COMPLETE: 'stop',
  STOP_SEQUENCE: 'stop-sequence',
  MAX_TOKENS: 'length',
  ERROR_LIMIT: 'length',
  TOOL_CALL: 'tool-calls',
  ERROR_TOXIC: 'content-filter',
}
const WRITTEN: Readonly<Record<Finish, string>> = {
  stop: 'COMPLETE',
  'stop-sequence': 'STOP_SEQUENCE',
  length: 'MAX_TOKENS',
  'tool-calls': 'TOOL_CALL',
  'content-filter': 'ERROR_TOXIC',
  refusal: 'COMPLETE',
  pause: 'COMPLETE',
  other: 'COMPLETE',
}

/** What a `finish_reason` means. */
export function readFinish(reason: unknown): Finish {
  return typeof reason === 'string' && Object.hasOwn(MEANING, reason) ? (MEANING[reason] ?? 'other') : 'other'
}

/** The `finish_reason` that says it. */
export function writeFinish(finish: Finish): string {
  return WRITTEN[finish]
}

/**
 * Cohere's usage. `billed_units` is what is charged; `tokens` also counts what Cohere adds to the prompt and is taken only
 * where nothing is billed by tokens.
 */
export function readUsage(value: unknown): Usage | undefined {
  if (!isObject(value)) return undefined
  const billed = isObject(value['billed_units']) ? value['billed_units'] : undefined
  const counted = isObject(value['tokens']) ? value['tokens'] : undefined
  const source = typeof billed?.['input_tokens'] === 'number' ? billed : counted
  if (source === undefined) return undefined
  if (isNoCount(source['input_tokens']) || isNoCount(source['output_tokens'])) return undefined
  const cached = tokenCount(value['cached_tokens'])
  return {
    inputTokens: numberIn(source, 'input_tokens'),
    outputTokens: numberIn(source, 'output_tokens'),
    ...(cached !== undefined && cached > 0 ? { cacheReadTokens: cached } : {}),
  }
}

/** A usage in Cohere's shape. */
export function writeUsage(usage: Usage): JsonObject {
  const counts = { input_tokens: usage.inputTokens, output_tokens: usage.outputTokens }
  return {
    billed_units: counts,
    tokens: counts,
    ...(usage.cacheReadTokens ? { cached_tokens: usage.cacheReadTokens } : {}),
  }
}

/** One of Cohere's citations; its sources are documents or tool results. */
export function readCitation(value: unknown): Citation | undefined {
  if (!isObject(value)) return undefined
  const { start, end, text } = value
  return {
    kind: 'document',
    ...(typeof start === 'number' ? { start } : {}),
    ...(typeof end === 'number' ? { end } : {}),
    ...(typeof text === 'string' ? { citedText: text } : {}),
    rest: value,
  }
}

/** A citation in Cohere's shape: as it came, if it came from Cohere. */
export function writeCitation(citation: Citation): JsonObject {
  if (citation.rest !== undefined && Array.isArray(citation.rest['sources'])) return citation.rest
  const document = { title: citation.title ?? '', url: citation.url ?? '' }
  return {
    start: citation.start ?? 0,
    end: citation.end ?? 0,
    text: citation.citedText ?? '',
    sources: [{ type: 'document', id: citation.url ?? '', document }],
  }
}

function numberIn(json: JsonObject, name: string): number {
  return tokenCount(json[name]) ?? 0
}
