import { isObject } from '../../../lib/json.ts'
import type { ChatCall, Tool } from '../canonical.ts'
import type { EncodeContext, EncodedCall, JsonObject } from '../dialect.ts'
import { changeParameter, dropParameter, refuseSeveralAnswers, unsupportedContent } from '../loss.ts'
import { compact } from '../openai-chat/fields.ts'
import { encodeInput } from './encode-items.ts'
import type { CallContext } from './encode-parts.ts'
import { ENCRYPTED_REASONING, wantedOf } from './pass-edits.ts'

/**
 * A call of any dialect as a stateless responses request for one target: the gate keeps the state itself, so nothing is
 * stored at the provider, and thoughts are asked for in the encrypted form that can be sent back.
 */
export function encodeCall(call: ChatCall, given: EncodeContext): EncodedCall {
  const context = callContext(call, given)
  refuseSeveralAnswers(call, context)
  const body = compact({
    model: context.target.model,
    ...encodeInput(call, context),
    ...encodeTools(call, context),
    text: encodeText(call, context),
    reasoning: encodeReasoning(call, context),
    ...encodeSampling(call, context),
    stream: call.stream ? true : undefined,
    ...encodeIdentity(call, context),
    ...encodeRest(call, context),
    include: encodeInclude(call, context),
    store: false,
  })
  return { body }
}

/** Each loss is declared once, however often it occurs. */
function callContext(call: ChatCall, given: EncodeContext): CallContext {
  const declared = new Set<string>()
  const warn = (warning: string) => {
    if (!declared.has(warning)) given.warn(warning)
    declared.add(warning)
  }
  const custom = call.messages.flatMap(({ blocks }) =>
    blocks.flatMap((block) => (block.kind === 'tool-call' && block.custom === true ? [block.id] : [])),
  )
  const isOwn = call.dialect === 'openai-responses'
  return { target: given.target, strict: given.strict, warn, isOwn, customCalls: new Set(custom) }
}

function encodeSampling(call: ChatCall, context: EncodeContext): JsonObject {
  const { sampling } = call
  const takesTemperature = context.target.temperature !== false
  const lost = {
    temperature: takesTemperature ? undefined : sampling.temperature,
    top_p: takesTemperature ? undefined : sampling.topP,
    top_k: sampling.topK,
    seed: sampling.seed,
    frequency_penalty: sampling.frequencyPenalty || undefined,
    presence_penalty: sampling.presencePenalty || undefined,
    stop: sampling.stop,
    logit_bias: sampling.logitBias,
  }
  for (const [name, value] of Object.entries(lost)) if (value !== undefined) dropParameter(context, name)
  return {
    max_output_tokens: boundedOutput(call, context),
    temperature: takesTemperature ? sampling.temperature : undefined,
    top_p: takesTemperature ? sampling.topP : undefined,
    top_logprobs: sampling.topLogprobs,
  }
}

/** OpenAI takes no smaller bound (API reference, 2026-11). */
const MIN_OUTPUT_TOKENS = 16

function boundedOutput(call: ChatCall, context: EncodeContext): number | undefined {
  const { maxOutputTokens: asked, dialect } = call
  if (asked === undefined || dialect === 'openai-responses') return asked
  const bounded = Math.max(MIN_OUTPUT_TOKENS, Math.min(asked, context.target.maxOutputTokens ?? asked))
  if (bounded !== asked) changeParameter(context, 'max_output_tokens', `the model takes ${bounded}`)
  return bounded
}

function encodeText(call: ChatCall, context: EncodeContext): JsonObject | undefined {
  const format = call.responseFormat
  const verbosity = call.dialect.startsWith('openai-') ? call.rest?.verbosity : undefined
  if (format === undefined && verbosity === undefined) return undefined
  return compact({ format: format && encodeFormat(format, context), verbosity })
}

function encodeFormat(format: NonNullable<ChatCall['responseFormat']>, context: EncodeContext): JsonObject {
  if (format.kind === 'text') return { type: 'text' }
  if (format.kind === 'json') return { type: 'json_object' }
  if (context.target.structuredOutput === false) {
    changeParameter(context, 'text.format', 'json_schema became json_object')
    return { type: 'json_object' }
  }
  const { name, schema, strict, description } = format
  return compact({ type: 'json_schema', name, description, strict, schema })
}

/** The thinking budgets, in tokens, up to which an effort is meant. */
const EFFORT_BY_BUDGET: readonly (readonly [number, string])[] = [
  [4096, 'low'],
  [16_384, 'medium'],
  [Number.POSITIVE_INFINITY, 'high'],
]

function encodeReasoning({ reasoning }: ChatCall, context: EncodeContext): JsonObject | undefined {
  if (reasoning === undefined) return undefined
  const isOff = reasoning.mode === 'off' || reasoning.effort === 'none' || reasoning.budgetTokens === 0
  if (context.target.reasoning === false) {
    if (!isOff) dropParameter(context, 'reasoning')
    return undefined
  }
  const budget = reasoning.budgetTokens
  const byBudget =
    budget !== undefined && budget > 0 ? EFFORT_BY_BUDGET.find(([upTo]) => budget <= upTo)?.[1] : undefined
  const effort = reasoning.effort ?? (isOff ? (context.target.reasoning ? 'none' : undefined) : byBudget)
  const summary = reasoning.summary ?? (reasoning.include === true ? 'auto' : undefined)
  return effort === undefined && summary === undefined ? undefined : compact({ effort, summary })
}

function encodeTools(call: ChatCall, context: CallContext): JsonObject {
  if (call.tools.length === 0) return {}
  if (context.target.tools === false) {
    dropParameter(context, 'tools')
    return {}
  }
  return {
    tools: call.tools.map((tool) => encodeTool(tool, context)),
    tool_choice: encodeChoice(call),
    parallel_tool_calls: call.parallelToolCalls,
  }
}

function encodeTool(tool: Tool, context: CallContext): JsonObject {
  if (tool.kind === 'native') return encodeNative(tool, context)
  if (tool.cacheControl !== undefined) context.warn('dropped: cache_control')
  const { name, description, parameters } = tool
  // R is strict where nothing is said; every other dialect is not.
  const strict = tool.strict ?? (context.isOwn ? undefined : false)
  const rest = context.isOwn ? tool.rest : undefined
  return compact({
    type: 'function',
    name,
    description,
    parameters: parameters ?? (context.isOwn ? undefined : null),
    strict,
    ...rest,
  })
}

/** CC's custom tools have another shape; what else is native to another dialect is refused by name. */
function encodeNative(tool: Extract<Tool, { kind: 'native' }>, context: CallContext): JsonObject {
  if (tool.dialect === 'openai-responses' && isObject(tool.value)) return tool.value
  const custom = tool.dialect === 'openai-chat' && isObject(tool.value) ? tool.value.custom : undefined
  if (!isObject(custom)) throw unsupportedContent(context, `the tool ${tool.name}`)
  const { format, ...spec } = custom
  const grammar = isObject(format) && isObject(format.grammar) ? { type: 'grammar', ...format.grammar } : format
  return compact({ type: 'custom', ...spec, format: grammar })
}

function encodeChoice(call: ChatCall): unknown {
  const choice = call.toolChoice
  if (choice === undefined) return undefined
  if (choice.kind === 'named') return named(choice.name, call.tools)
  if (choice.kind !== 'allowed') return choice.kind
  const tools = choice.names.map((name) => named(name, call.tools))
  return { type: 'allowed_tools', mode: choice.required ? 'required' : 'auto', tools }
}

function named(name: string, tools: readonly Tool[]): JsonObject {
  const native = tools.find((tool) => tool.kind === 'native' && tool.name === name)
  if (native?.kind !== 'native') return { type: 'function', name }
  const type = isObject(native.value) ? native.value.type : undefined
  return type === 'custom' || native.dialect !== 'openai-responses' ? { type: 'custom', name } : { type: name }
}

function encodeIdentity(call: ChatCall, context: EncodeContext): JsonObject {
  const isOpenai = call.dialect.startsWith('openai-')
  if (call.serviceTier !== undefined && !isOpenai) dropParameter(context, 'service_tier')
  return { user: call.user, metadata: call.metadata, service_tier: isOpenai ? call.serviceTier : undefined }
}

/** Parameters of the same name and meaning in all of OpenAI's dialects. */
const SHARED: ReadonlySet<string> = new Set(['prompt_cache_key', 'prompt_cache_retention', 'safety_identifier'])

function encodeRest(call: ChatCall, context: CallContext): JsonObject {
  const { verbosity: _, include: __, ...rest } = call.rest ?? {}
  if (context.isOwn) return rest
  const isOpenai = call.dialect.startsWith('openai-')
  const kept: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(rest)) {
    if (isOpenai && SHARED.has(key)) kept[key] = value
    else if (isAsked(value)) dropParameter(context, key)
  }
  return kept
}

function isAsked(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false && value !== ''
}

function encodeInclude(call: ChatCall, context: CallContext): readonly unknown[] | undefined {
  const include = wantedOf(call, context.target.reasoning === true ? [ENCRYPTED_REASONING] : [])
  return include.length === 0 ? undefined : include
}
