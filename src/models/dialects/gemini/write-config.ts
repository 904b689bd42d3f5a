import { isObject } from '../../../lib/json.ts'
import type { ChatCall } from '../canonical.ts'
import type { EncodeContext, JsonObject } from '../dialect.ts'
import { changeParameter, dropParameter } from '../loss.ts'
import { compact } from './fields.ts'
import { speakSchema } from './schema.ts'
import { thinkingStyle, writeThinking } from './thinking.ts'

/** Bounds of the API (ai.google.dev/api/generate-content#GenerationConfig, 2026-11). */
const STOPS_MAX = 5
const INT32_MAX = 2_147_483_647

/** `generationConfig`; `instruction` is what has to be said in words because the model has no field for it. */
export interface WrittenConfig {
  readonly generationConfig?: JsonObject
  readonly instruction?: string
}

/** Sampling, bounds, thinking and the answer's form as `generationConfig`. Losses are declared, or refused when strict. */
export function writeConfig(call: ChatCall, context: EncodeContext): WrittenConfig {
  const own = call.dialect === 'gemini' ? call.rest?.['generationConfig'] : undefined
  const format = writeFormat(call, context)
  const config = compact({
    ...writeSampling(call, context),
    maxOutputTokens: boundedOutput(call, context),
    thinkingConfig: call.reasoning === undefined ? undefined : writeThinking(call.reasoning, context),
    ...format.fields,
    ...(isObject(own) ? own : {}),
  })
  return {
    ...(Object.keys(config).length === 0 ? {} : { generationConfig: config }),
    ...(format.instruction === undefined ? {} : { instruction: format.instruction }),
  }
}

function writeSampling(call: ChatCall, context: EncodeContext): JsonObject {
  const { sampling } = call
  const isSeedGood = sampling.seed === undefined || Math.abs(sampling.seed) <= INT32_MAX
  if (!isSeedGood) dropParameter(context, 'seed')
  if (sampling.logitBias !== undefined) dropParameter(context, 'logit_bias')
  const hasTemperature = context.target.temperature !== false
  if (!hasTemperature && sampling.temperature !== undefined) dropParameter(context, 'temperature')
  return {
    temperature: hasTemperature ? sampling.temperature : undefined,
    topP: sampling.topP,
    topK: sampling.topK,
    seed: isSeedGood ? sampling.seed : undefined,
    frequencyPenalty: sampling.frequencyPenalty,
    presencePenalty: sampling.presencePenalty,
    stopSequences: writeStops(sampling.stop, context),
    candidateCount: sampling.n,
    responseLogprobs: sampling.logprobs,
    logprobs: sampling.topLogprobs,
  }
}

function writeStops(stop: readonly string[] | undefined, context: EncodeContext): readonly string[] | undefined {
  const kept = stop?.filter((text) => text.trim() !== '')
  if (kept === undefined || kept.length === 0) return undefined
  if (kept.length > STOPS_MAX) dropParameter(context, 'stop sequences beyond five')
  return kept.slice(0, STOPS_MAX)
}

function boundedOutput(call: ChatCall, context: EncodeContext): number | undefined {
  const asked = call.maxOutputTokens
  const most = context.target.maxOutputTokens
  if (asked === undefined || most === undefined || asked <= most) return asked
  context.warn(`changed: max_tokens (${most})`)
  return most
}

interface WrittenFormat {
  readonly fields: JsonObject
  readonly instruction?: string
}

function writeFormat(call: ChatCall, context: EncodeContext): WrittenFormat {
  const format = call.responseFormat
  if (format === undefined) return { fields: {} }
  if (format.kind === 'text') return { fields: call.dialect === 'gemini' ? { responseMimeType: 'text/plain' } : {} }
  const schema = format.kind === 'json-schema' ? format.schema : undefined
  if (!takesFormat(call, context)) {
    changeParameter(context, 'response_format', 'said in words')
    const words = schema === undefined ? '' : ` that follows this JSON Schema: ${JSON.stringify(schema)}`
    return { fields: {}, instruction: `Give the final answer as one JSON value${words}. Write nothing else around it.` }
  }
  const spoken = schema === undefined ? undefined : speakSchema(schema)
  return {
    fields: {
      responseMimeType: 'application/json',
      responseSchema: spoken?.kind === 'openapi' ? spoken.schema : undefined,
      responseJsonSchema: spoken?.kind === 'json-schema' ? spoken.schema : undefined,
    },
  }
}

/** Before Gemini 3 a JSON answer and functions exclude each other: the API answers 400. */
function takesFormat(call: ChatCall, context: EncodeContext): boolean {
  if (context.target.structuredOutput === false) return false
  const hasTools = call.tools.length > 0 && call.toolChoice?.kind !== 'none'
  return !hasTools || call.dialect === 'gemini' || thinkingStyle(context.target) === 'level'
}
