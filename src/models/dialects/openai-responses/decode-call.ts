import { GatewayError } from '../../../lib/errors.ts'
import { isObject } from '../../../lib/json.ts'
import type { ChatCall, Message, ReasoningRequest, ResponseFormat, Rest } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'
import {
  booleanField,
  invalid,
  numberField,
  objectField,
  requiredString,
  restOf,
  stringField,
} from '../openai-chat/fields.ts'
import { decodeInput } from './decode-items.ts'
import { decodeToolChoice, decodeTools } from './decode-tools.ts'

/** The parameters that have a canonical place or are the gate's own business (state); all others go to `rest`. */
const KNOWN: ReadonlySet<string> = new Set([
  ...['model', 'input', 'instructions', 'tools', 'tool_choice', 'parallel_tool_calls', 'text', 'reasoning'],
  ...['max_output_tokens', 'temperature', 'top_p', 'top_logprobs', 'stream', 'stream_options', 'user', 'metadata'],
  ...['service_tier', 'store', 'previous_response_id', 'background', 'conversation', 'include', 'truncation'],
])

/** The parameters that a response object repeats (OpenAI API reference, 2026-11). */
const ECHOED = [
  ...['background', 'instructions', 'max_output_tokens', 'max_tool_calls', 'metadata', 'parallel_tool_calls'],
  ...['previous_response_id', 'prompt_cache_key', 'reasoning', 'safety_identifier', 'service_tier', 'store'],
  ...['temperature', 'text', 'tool_choice', 'tools', 'top_logprobs', 'top_p', 'truncation', 'user'],
] as const

/** What the answer says anyway, or what nobody has to be asked for. */
const ENCRYPTED = 'reasoning.encrypted_content'
const LOGPROBS = 'message.output_text.logprobs'

/**
 * A responses request in canonical form (OpenAI API reference, 2026-11). `previous_response_id` and item references must have
 * been replaced by their items before. Throws `invalid_request`, and `unsupported_parameter` for what would live at OpenAI
 * alone: `background`, `conversation`, stored `prompt`s (whose text no guardrail could see).
 */
export function decodeCall(body: JsonObject): ChatCall {
  refuseUnsupported(body)
  const include = Array.isArray(body.include) ? body.include : []
  return {
    kind: 'chat',
    dialect: 'openai-responses',
    model: requiredString(body, 'model'),
    messages: [...decodeInstructions(body), ...decodeInput(body.input)],
    tools: decodeTools(body),
    toolChoice: decodeToolChoice(body),
    parallelToolCalls: booleanField(body, 'parallel_tool_calls'),
    responseFormat: decodeFormat(body),
    reasoning: decodeReasoningRequest(body),
    sampling: {
      temperature: numberField(body, 'temperature'),
      topP: numberField(body, 'top_p'),
      topLogprobs: numberField(body, 'top_logprobs', { integer: true, min: 0 }),
      logprobs: include.includes(LOGPROBS) ? true : undefined,
    },
    maxOutputTokens: numberField(body, 'max_output_tokens', { integer: true, min: 1 }),
    stream: booleanField(body, 'stream') ?? false,
    includeUsage: true,
    user: stringField(body, 'user'),
    metadata: decodeMetadata(body.metadata),
    serviceTier: stringField(body, 'service_tier'),
    echo: echoOf(body),
    rest: decodeRest(body, include),
  }
}

function refuseUnsupported(body: JsonObject): void {
  if (body.background === true) throw unsupported('background', 'Answers in the background are not supported.')
  if (isSet(body.conversation))
    throw unsupported('conversation', 'Conversations are not supported. Use previous_response_id.')
  const prompt = objectField(body, 'prompt')
  if (prompt !== undefined && requiredString(prompt, 'id', ['prompt']))
    throw unsupported('prompt', 'Stored prompts are not supported. Send their text as instructions or input.')
  booleanField(body, 'store')
  stringField(body, 'previous_response_id')
}

function unsupported(param: string, message: string): GatewayError {
  return new GatewayError('unsupported_parameter', { message, param })
}

const isSet = (value: unknown) => value !== undefined && value !== null

function decodeInstructions(body: JsonObject): readonly Message[] {
  const { instructions } = body
  if (instructions === undefined || instructions === null || instructions === '') return []
  if (typeof instructions !== 'string') throw invalid(['instructions'], 'a string is expected.')
  return [{ role: 'system', blocks: [{ kind: 'text', text: instructions, at: ['instructions'] }] }]
}

function decodeFormat(body: JsonObject): ResponseFormat | undefined {
  const text = objectField(body, 'text')
  const format = text && objectField(text, 'format', ['text'])
  if (format === undefined) return undefined
  const at = ['text', 'format']
  switch (requiredString(format, 'type', at)) {
    case 'text':
      return { kind: 'text' }
    case 'json_object':
      return { kind: 'json' }
    case 'json_schema':
      return {
        kind: 'json-schema',
        name: requiredString(format, 'name', at),
        schema: objectField(format, 'schema', at) ?? {},
        strict: typeof format.strict === 'boolean' ? format.strict : undefined,
        description: stringField(format, 'description', at),
      }
    default:
      throw invalid([...at, 'type'], "'text', 'json_object' or 'json_schema' is expected.")
  }
}

const EFFORTS: ReadonlySet<unknown> = new Set(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'])
const SUMMARIES: ReadonlySet<unknown> = new Set(['auto', 'concise', 'detailed'])

function decodeReasoningRequest(body: JsonObject): ReasoningRequest | undefined {
  const reasoning = objectField(body, 'reasoning')
  if (reasoning === undefined) return undefined
  const { effort } = reasoning
  if (isSet(effort) && !EFFORTS.has(effort))
    throw invalid(['reasoning', 'effort'], `one of ${[...EFFORTS].join(', ')} is expected.`)
  const summary = reasoning.summary ?? reasoning.generate_summary
  return {
    ...(isSet(effort) && { effort: effort as ReasoningRequest['effort'] }),
    ...(SUMMARIES.has(summary) && { summary: summary as ReasoningRequest['summary'], include: true }),
  }
}

function decodeMetadata(value: unknown): Readonly<Record<string, string>> | undefined {
  if (value === undefined || value === null) return undefined
  const entries = isObject(value) ? Object.entries(value) : undefined
  if (entries?.every((entry): entry is [string, string] => typeof entry[1] === 'string'))
    return Object.fromEntries(entries)
  throw invalid(['metadata'], 'an object of strings is expected.')
}

function echoOf(body: JsonObject): Rest {
  const echo: Record<string, unknown> = {}
  for (const key of ECHOED) if (isSet(body[key])) echo[key] = body[key]
  return echo
}

/** What has no canonical place. `truncation: disabled` and the two things every answer says anyway ask for nothing. */
function decodeRest(body: JsonObject, include: readonly unknown[]): Rest | undefined {
  const wanted = include.filter((entry) => entry !== ENCRYPTED && entry !== LOGPROBS)
  const verbosity = isObject(body.text) ? body.text.verbosity : undefined
  const rest = {
    ...restOf(body, KNOWN),
    ...(isSet(verbosity) && { verbosity }),
    ...(isSet(body.truncation) && body.truncation !== 'disabled' && { truncation: body.truncation }),
    ...(wanted.length > 0 && { include: wanted }),
  }
  return Object.keys(rest).length === 0 ? undefined : rest
}
