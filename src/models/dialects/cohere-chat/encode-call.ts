import type { ChatCall, ReasoningRequest, Tool } from '../canonical.ts'
import type { EncodeContext, EncodedCall, JsonObject } from '../dialect.ts'
import { changeParameter, dropParameter, unsupportedParameter } from '../loss.ts'
import { writeMessages } from './write-messages.ts'

/** Bounds of the API (docs.cohere.com/reference/chat, 2026-11). */
const STOPS_MAX = 5
/** Tokens to think by effort; high and beyond are left to the model. */
const BUDGETS: Readonly<Partial<Record<NonNullable<ReasoningRequest['effort']>, number>>> = {
  minimal: 1_024,
  low: 2_048,
  medium: 8_192,
}

/** A call of any dialect as a request of `POST /v2/chat`. Losses are declared; throws for what may not be dropped. */
export function encodeCall(call: ChatCall, context: EncodeContext): EncodedCall {
  const said = new Set<string>()
  const once: EncodeContext = { ...context, warn: (text) => !said.has(text) && said.add(text) && context.warn(text) }
  const isOwn = call.dialect === 'cohere-chat'
  if (call.sampling.n !== undefined && call.sampling.n > 1) throw unsupportedParameter(once, 'n', 'one answer a call')
  if (!isOwn) dropForeign(call, once)
  const body: Record<string, unknown> = {
    model: context.target.model,
    messages: writeMessages(call, once),
    stream: call.stream,
    ...writeTools(call, once),
    ...writeSampling(call, once),
    max_tokens: call.maxOutputTokens,
    response_format: writeFormat(call, once),
    thinking: call.reasoning === undefined ? undefined : writeThinking(call.reasoning, once),
    ...(isOwn ? call.rest : {}),
  }
  for (const name of Object.keys(body)) if (body[name] === undefined) delete body[name]
  return { body }
}

function dropForeign(call: ChatCall, context: EncodeContext): void {
  if (call.user !== undefined) context.warn('dropped: user')
  if (call.metadata !== undefined && Object.keys(call.metadata).length > 0) context.warn('dropped: metadata')
  const tier = call.serviceTier
  if (tier !== undefined && tier !== 'auto' && tier !== 'default') dropParameter(context, 'service_tier')
  for (const name of Object.keys(call.rest ?? {})) dropParameter(context, name)
}

function writeTools(call: ChatCall, context: EncodeContext): JsonObject {
  const choice = call.toolChoice
  const names = choice?.kind === 'named' ? [choice.name] : choice?.kind === 'allowed' ? choice.names : undefined
  const tools = call.tools.flatMap((tool): JsonObject[] => {
    // Cohere cannot name one tool; offering no other says the same.
    if (names !== undefined && !names.includes(tool.name)) return []
    return [writeTool(tool, context)]
  })
  if (tools.length === 0) return {}
  if (context.target.tools === false) {
    dropParameter(context, 'tools')
    return {}
  }
  if (call.parallelToolCalls === false) dropParameter(context, 'parallel_tool_calls')
  const mustCall =
    choice?.kind === 'required' || choice?.kind === 'named' || (choice?.kind === 'allowed' && choice.required)
  const isStrict = call.tools.some((tool) => tool.kind === 'function' && tool.strict)
  return {
    tools,
    ...(mustCall ? { tool_choice: 'REQUIRED' } : choice?.kind === 'none' ? { tool_choice: 'NONE' } : {}),
    ...(isStrict ? { strict_tools: true } : {}),
  }
}

function writeTool(tool: Tool, context: EncodeContext): JsonObject {
  if (tool.kind === 'native') throw unsupportedParameter(context, `the tool "${tool.name}"`)
  if (tool.cacheControl !== undefined) context.warn('dropped: cache_control')
  return {
    type: 'function',
    function: {
      name: tool.name,
      ...(tool.description === undefined ? {} : { description: tool.description }),
      parameters: tool.parameters ?? { type: 'object', properties: {} },
    },
  }
}

function writeSampling(call: ChatCall, context: EncodeContext): JsonObject {
  const { sampling } = call
  if (sampling.logitBias !== undefined) dropParameter(context, 'logit_bias')
  if (sampling.topLogprobs) dropParameter(context, 'top_logprobs')
  const stops = sampling.stop?.filter((text) => text.trim() !== '')
  if (stops !== undefined && stops.length > STOPS_MAX) changeParameter(context, 'stop', 'the first five')
  return {
    temperature: sampling.temperature,
    p: sampling.topP,
    k: sampling.topK,
    seed: sampling.seed,
    frequency_penalty: unitOf('frequency_penalty', sampling.frequencyPenalty, context),
    presence_penalty: unitOf('presence_penalty', sampling.presencePenalty, context),
    stop_sequences: stops === undefined || stops.length === 0 ? undefined : stops.slice(0, STOPS_MAX),
    logprobs: sampling.logprobs || undefined,
  }
}

/** Cohere's penalties go from 0 to 1, others' from -2 to 2. */
function unitOf(name: string, value: number | undefined, context: EncodeContext): number | undefined {
  if (value === undefined || (value >= 0 && value <= 1)) return value
  const bounded = Math.min(1, Math.max(0, value))
  changeParameter(context, name, String(bounded))
  return bounded
}

function writeFormat(call: ChatCall, context: EncodeContext): JsonObject | undefined {
  const format = call.responseFormat
  if (format === undefined || format.kind === 'text') return undefined
  // The API refuses a JSON answer beside tools or documents.
  if (context.target.structuredOutput === false || (call.tools.length > 0 && call.toolChoice?.kind !== 'none')) {
    dropParameter(context, 'response_format')
    return undefined
  }
  return { type: 'json_object', ...(format.kind === 'json-schema' ? { json_schema: format.schema } : {}) }
}

function writeThinking(reasoning: ReasoningRequest, context: EncodeContext): JsonObject | undefined {
  const isOff = reasoning.mode === 'off' || reasoning.effort === 'none'
  const canThink = context.target.reasoning ?? context.target.model.includes('reasoning')
  if (!canThink) {
    const asks = reasoning.mode ?? reasoning.effort ?? reasoning.budgetTokens
    if (!isOff && asks !== undefined) dropParameter(context, 'reasoning')
    return undefined
  }
  if (isOff) return { type: 'disabled' }
  const budget = reasoning.budgetTokens ?? (reasoning.effort === undefined ? undefined : BUDGETS[reasoning.effort])
  return { type: 'enabled', ...(budget === undefined ? {} : { token_budget: budget }) }
}
