import type { ChatCall, ReasoningRequest } from '../canonical.ts'
import type { Effort } from '../compatibility.ts'
import type { EncodeContext, JsonObject } from '../dialect.ts'
import { changeParameter, dropParameter } from '../loss.ts'
import { compact } from './fields.ts'

/** Stop sequences OpenAI accepts (API reference, 2026-11). */
const MAX_STOP = 4

/** Sampling, output bound, stop sequences and the names that differ between compatible servers. */
export function encodeSampling(call: ChatCall, context: EncodeContext): JsonObject {
  const { sampling } = call
  const { target } = context
  const quirks = target.compatibility ?? {}
  const takesTemperature = target.temperature !== false
  if (!takesTemperature && sampling.temperature !== undefined) dropParameter(context, 'temperature')
  if (!takesTemperature && sampling.topP !== undefined) dropParameter(context, 'top_p')
  if (sampling.topK !== undefined && quirks.topK !== true) dropParameter(context, 'top_k')
  return compact({
    [target.maxTokensField ?? 'max_tokens']: boundedOutput(call, context),
    temperature: takesTemperature ? sampling.temperature : undefined,
    top_p: takesTemperature ? sampling.topP : undefined,
    top_k: quirks.topK === true ? sampling.topK : undefined,
    [quirks.seedField ?? 'seed']: sampling.seed,
    frequency_penalty: sampling.frequencyPenalty,
    presence_penalty: sampling.presencePenalty,
    stop: encodeStop(call, context),
    n: sampling.n,
    logprobs: sampling.logprobs,
    top_logprobs: sampling.topLogprobs,
    logit_bias: sampling.logitBias,
  })
}

function boundedOutput(call: ChatCall, context: EncodeContext): number | undefined {
  const { maxOutputTokens: bound } = context.target
  if (call.maxOutputTokens === undefined || bound === undefined || call.maxOutputTokens <= bound)
    return call.maxOutputTokens
  // Another dialect's callers must always name a bound and often name a generous one; OpenAI refuses what is too much.
  if (call.dialect === 'openai-chat') return call.maxOutputTokens
  changeParameter(context, 'max_tokens', `the model writes at most ${bound}`)
  return bound
}

function encodeStop(call: ChatCall, context: EncodeContext): readonly string[] | undefined {
  const stop = call.sampling.stop
  const max = context.target.compatibility?.maxStop ?? MAX_STOP
  if (stop === undefined || stop.length <= max) return stop
  changeParameter(context, 'stop', `only the first ${max} sequences`)
  return stop.slice(0, max)
}

/** `response_format`. Where the target has no structured output a schema becomes JSON mode, and is declared. */
export function encodeFormat(call: ChatCall, context: EncodeContext): JsonObject {
  const format = call.responseFormat
  switch (format?.kind) {
    case undefined:
      return {}
    case 'text':
      return { response_format: { type: 'text' } }
    case 'json':
      return { response_format: { type: 'json_object' } }
    case 'json-schema': {
      if (context.target.structuredOutput === false) {
        changeParameter(context, 'response_format', 'json_schema became json_object')
        return { response_format: { type: 'json_object' } }
      }
      const { name, schema, strict, description } = format
      return { response_format: { type: 'json_schema', json_schema: compact({ name, description, strict, schema }) } }
    }
  }
}

/** The thinking budgets, in tokens, up to which an effort is meant. */
const EFFORT_BY_BUDGET: readonly (readonly [number, 'minimal' | 'low' | 'medium' | 'high'])[] = [
  [512, 'minimal'],
  [4096, 'low'],
  [16_384, 'medium'],
  [Number.POSITIVE_INFINITY, 'high'],
]

/** How hard to think, in the target's own words; undefined effort leaves the model's default. */
export function encodeReasoning(call: ChatCall, context: EncodeContext): JsonObject {
  const { reasoning } = call
  if (reasoning === undefined) return {}
  const { target } = context
  const parameter = target.compatibility?.reasoningRequest ?? 'reasoning_effort'
  if (target.reasoning === false || target.reasoningStyle === 'none' || parameter === 'none') {
    if (reasoning.mode !== 'off' && reasoning.effort !== 'none') dropParameter(context, 'reasoning')
    return {}
  }
  if (reasoning.summary !== undefined) context.warn('dropped: summary of reasoning')
  if (parameter === 'thinking') return deepseekThinking(reasoning)
  if (parameter === 'reasoning') return { reasoning: openrouterReasoning(reasoning) }
  const effort = knownEffort(effortOf(reasoning, target.reasoning === true), context)
  return effort === undefined ? {} : { reasoning_effort: effort }
}

/** Every effort, from least to most. */
const EFFORTS: readonly Effort[] = ['minimal', 'low', 'medium', 'high', 'xhigh', 'max']

/** The effort, or the nearest that the target knows. Not to think at all is left out where efforts are few. */
function knownEffort(effort: Effort | 'none' | undefined, context: EncodeContext): Effort | 'none' | undefined {
  const known = context.target.compatibility?.efforts
  if (known === undefined || effort === undefined) return effort
  if (effort === 'none') {
    dropParameter(context, 'reasoning', 'it cannot be switched off')
    return undefined
  }
  if (known.includes(effort)) return effort
  const wanted = EFFORTS.indexOf(effort)
  const nearest = known.find((candidate) => EFFORTS.indexOf(candidate) > wanted) ?? known.at(-1)
  changeParameter(context, 'reasoning_effort', `${effort} became ${nearest}`)
  return nearest
}

/** The effort a request stands for; a budget is read by thresholds. */
function effortOf(reasoning: ReasoningRequest, thinksAnyway: boolean): Effort | 'none' | undefined {
  if (reasoning.effort !== undefined) return reasoning.effort
  if (reasoning.mode === 'off' || reasoning.budgetTokens === 0) return thinksAnyway ? 'none' : undefined
  const budget = reasoning.budgetTokens
  // A negative budget is Gemini's word for "as the model likes".
  if (budget === undefined || budget < 0) return undefined
  return EFFORT_BY_BUDGET.find(([upTo]) => budget <= upTo)?.[1]
}

function isOff(reasoning: ReasoningRequest): boolean {
  return reasoning.mode === 'off' || reasoning.effort === 'none' || reasoning.budgetTokens === 0
}

/** A switch, and an effort beside it (api-docs.deepseek.com, thinking mode, 2026-11). */
function deepseekThinking(reasoning: ReasoningRequest): JsonObject {
  if (isOff(reasoning)) return { thinking: { type: 'disabled' } }
  return compact({ thinking: { type: 'enabled' }, reasoning_effort: reasoning.effort })
}

function openrouterReasoning(reasoning: ReasoningRequest): JsonObject {
  if (isOff(reasoning)) return { enabled: false }
  const exclude = reasoning.include === false ? { exclude: true } : {}
  if (reasoning.budgetTokens !== undefined && reasoning.budgetTokens > 0)
    return { max_tokens: reasoning.budgetTokens, ...exclude }
  return { ...(reasoning.effort === undefined ? { enabled: true } : { effort: reasoning.effort }), ...exclude }
}
