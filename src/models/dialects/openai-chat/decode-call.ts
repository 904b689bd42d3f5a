import { isObject } from '../../../lib/json.ts'
import type { ChatCall, ReasoningRequest, ResponseFormat, Rest, Sampling } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'
import { decodeMessages } from './decode-messages.ts'
import { decodeToolChoice, decodeTools } from './decode-tools.ts'
import {
  arrayField,
  booleanField,
  invalid,
  numberField,
  objectField,
  requiredString,
  restOf,
  stringField,
} from './fields.ts'

/** Answers that one call may ask for (OpenAI API reference, 2026-11). */
export const MAX_ANSWERS = 128

/** The parameters that have a canonical place; all others go to `rest`. */
const KNOWN: ReadonlySet<string> = new Set([
  ...[
    'model',
    'messages',
    'tools',
    'functions',
    'tool_choice',
    'function_call',
    'parallel_tool_calls',
    'response_format',
  ],
  ...['reasoning_effort', 'reasoning', 'thinking', 'temperature', 'top_p', 'top_k', 'seed', 'frequency_penalty'],
  ...['presence_penalty', 'stop', 'n', 'logprobs', 'top_logprobs', 'logit_bias', 'max_tokens', 'max_completion_tokens'],
  ...['stream', 'stream_options', 'user', 'metadata', 'service_tier'],
])

/**
 * A chat completions request in canonical form (OpenAI API reference, 2026-11). Strict about what is governed (messages,
 * tools, numbers), loose about the rest: what is not known stays in `rest`. Throws `invalid_request` with `param`.
 */
export function decodeCall(body: JsonObject): ChatCall {
  const streamOptions = objectField(body, 'stream_options')
  const format = decodeResponseFormat(body)
  const metadata = decodeMetadata(body.metadata)
  return {
    kind: 'chat',
    dialect: 'openai-chat',
    model: requiredString(body, 'model'),
    messages: decodeMessages(body.messages),
    tools: decodeTools(body),
    toolChoice: decodeToolChoice(body),
    parallelToolCalls: booleanField(body, 'parallel_tool_calls'),
    responseFormat: format,
    reasoning: decodeReasoning(body),
    sampling: decodeSampling(body),
    maxOutputTokens:
      numberField(body, 'max_completion_tokens', { integer: true, min: 1 }) ??
      numberField(body, 'max_tokens', { integer: true, min: 1 }),
    stream: booleanField(body, 'stream') ?? false,
    includeUsage: streamOptions?.include_usage === true,
    user: stringField(body, 'user'),
    metadata,
    serviceTier: stringField(body, 'service_tier'),
    rest: decodeRest(body, { streamOptions, hasFormat: format !== undefined, hasMetadata: metadata !== undefined }),
  }
}

/** What steers sampling, in the names that chat completions and completions share. */
export function decodeSampling(body: JsonObject): Sampling {
  return {
    temperature: numberField(body, 'temperature'),
    topP: numberField(body, 'top_p'),
    topK: numberField(body, 'top_k'),
    seed: numberField(body, 'seed'),
    frequencyPenalty: numberField(body, 'frequency_penalty'),
    presencePenalty: numberField(body, 'presence_penalty'),
    stop: decodeStop(body),
    n: numberField(body, 'n', { integer: true, min: 1, max: MAX_ANSWERS }),
    logprobs: booleanField(body, 'logprobs'),
    topLogprobs: numberField(body, 'top_logprobs', { integer: true, min: 0 }),
    logitBias: decodeLogitBias(body),
  }
}

/** A string or an array of strings; empty strings are dropped, and nothing is left as undefined. */
export function decodeStop(body: JsonObject): readonly string[] | undefined {
  if (typeof body.stop === 'string') return body.stop === '' ? undefined : [body.stop]
  const stops = arrayField(body, 'stop', 1000)?.map((stop, index) => {
    if (typeof stop !== 'string') throw invalid(['stop', index], 'a string is expected.')
    return stop
  })
  const kept = stops?.filter((stop) => stop !== '')
  return kept === undefined || kept.length === 0 ? undefined : kept
}

/** Logit bias by token id; refuses values that are not numbers. */
export function decodeLogitBias(body: JsonObject): Readonly<Record<string, number>> | undefined {
  const bias = objectField(body, 'logit_bias')
  if (bias === undefined) return undefined
  const kept: Record<string, number> = {}
  for (const [token, value] of Object.entries(bias)) {
    if (typeof value !== 'number') throw invalid(['logit_bias', token], 'a number is expected.')
    kept[token] = value
  }
  return kept
}

function decodeResponseFormat(body: JsonObject): ResponseFormat | undefined {
  const format = objectField(body, 'response_format')
  if (format === undefined) return undefined
  const type = requiredString(format, 'type', ['response_format'])
  if (type === 'text') return { kind: 'text' }
  if (type === 'json_object') return { kind: 'json' }
  if (type !== 'json_schema') return undefined
  const at = ['response_format', 'json_schema']
  const spec = objectField(format, 'json_schema', ['response_format'])
  if (spec === undefined) throw invalid(at, 'an object with name and schema is required.')
  return {
    kind: 'json-schema',
    name: requiredString(spec, 'name', at),
    schema: objectField(spec, 'schema', at) ?? {},
    strict: typeof spec.strict === 'boolean' ? spec.strict : undefined,
    description: stringField(spec, 'description', at),
  }
}

const EFFORTS: ReadonlySet<string> = new Set(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'])

function isEffort(value: unknown): value is NonNullable<ReasoningRequest['effort']> {
  return typeof value === 'string' && EFFORTS.has(value)
}

/** OpenAI's `reasoning_effort`, OpenRouter's `reasoning`, and `thinking` as DeepSeek and LiteLLM clients write it. */
function decodeReasoning(body: JsonObject): ReasoningRequest | undefined {
  const effort = body.reasoning_effort
  if (effort !== undefined && effort !== null) {
    if (!isEffort(effort)) throw invalid(['reasoning_effort'], `one of ${[...EFFORTS].join(', ')} is expected.`)
    return { effort }
  }
  if (isObject(body.reasoning)) {
    const { effort: level, max_tokens: budget, exclude, enabled } = body.reasoning
    return {
      effort: isEffort(level) ? level : undefined,
      budgetTokens: typeof budget === 'number' ? budget : undefined,
      mode: typeof enabled === 'boolean' ? (enabled ? 'on' : 'off') : undefined,
      include: typeof exclude === 'boolean' ? !exclude : undefined,
    }
  }
  if (!isObject(body.thinking)) return undefined
  const { type, budget_tokens: budget } = body.thinking
  const mode = type === 'disabled' ? 'off' : type === 'adaptive' ? 'adaptive' : 'on'
  return { mode, budgetTokens: typeof budget === 'number' ? budget : undefined }
}

function decodeMetadata(value: unknown): Readonly<Record<string, string>> | undefined {
  if (!isObject(value)) return undefined
  const entries = Object.entries(value)
  return entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')
    ? Object.fromEntries(entries)
    : undefined
}

interface Taken {
  readonly streamOptions: JsonObject | undefined
  readonly hasFormat: boolean
  readonly hasMetadata: boolean
}

const KNOWN_STREAM_OPTIONS: ReadonlySet<string> = new Set(['include_usage'])

/** What has no canonical place: unknown parameters, and known ones whose value we do not understand. */
function decodeRest(body: JsonObject, taken: Taken): Rest | undefined {
  const options = taken.streamOptions === undefined ? undefined : restOf(taken.streamOptions, KNOWN_STREAM_OPTIONS)
  const rest = {
    ...restOf(body, KNOWN),
    ...(options && { stream_options: options }),
    ...(!taken.hasFormat && isObject(body.response_format) && { response_format: body.response_format }),
    ...(!taken.hasMetadata && isObject(body.metadata) && { metadata: body.metadata }),
  }
  return Object.keys(rest).length === 0 ? undefined : rest
}
