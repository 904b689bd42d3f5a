import { GatewayError } from '../../../lib/errors.ts'
import { isObject } from '../../../lib/json.ts'
import type {
  Block,
  ChatCall,
  Message,
  Path,
  ReasoningRequest,
  ResponseFormat,
  Rest,
  Sampling,
  Tool,
  ToolChoice,
} from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'
import { sourceOfUrl } from '../media.ts'

const KNOWN: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'tools',
  'tool_choice',
  'strict_tools',
  'stream',
  'max_tokens',
  'response_format',
  'thinking',
  'temperature',
  'p',
  'k',
  'seed',
  'frequency_penalty',
  'presence_penalty',
  'stop_sequences',
  'logprobs',
])
const SAMPLING: readonly (readonly [string, keyof Sampling])[] = [
  ['temperature', 'temperature'],
  ['p', 'topP'],
  ['k', 'topK'],
  ['seed', 'seed'],
  ['frequency_penalty', 'frequencyPenalty'],
  ['presence_penalty', 'presencePenalty'],
]

/** A request of `POST /v2/chat` in canonical form. Throws `invalid_request` with `param` for what is malformed. */
export function decodeCall(body: JsonObject): ChatCall {
  if (typeof body['model'] !== 'string') throw malformed(['model'], 'a string')
  const maxTokens = body['max_tokens']
  if (maxTokens !== undefined && maxTokens !== null && typeof maxTokens !== 'number')
    throw malformed(['max_tokens'], 'a number')
  const toolChoice = readChoice(body['tool_choice'])
  const format = readFormat(body['response_format'])
  const reasoning = readThinking(body['thinking'])
  const rest = restOf(body)
  return {
    kind: 'chat',
    dialect: 'cohere-chat',
    model: body['model'],
    messages: listOf(body['messages'], ['messages']).map((message, at) => readMessage(message, ['messages', at])),
    tools: listOf(body['tools'] ?? [], ['tools']).map((tool, at) =>
      readTool(tool, ['tools', at], body['strict_tools'] === true),
    ),
    ...(toolChoice === undefined ? {} : { toolChoice }),
    ...(format === undefined ? {} : { responseFormat: format }),
    ...(reasoning === undefined ? {} : { reasoning }),
    sampling: readSampling(body),
    ...(typeof maxTokens === 'number' ? { maxOutputTokens: maxTokens } : {}),
    stream: body['stream'] === true,
    includeUsage: true,
    ...(rest === undefined ? {} : { rest }),
  }
}

/** `invalid_request` naming the place and what should stand there. */
export function malformed(at: Path, expected: string): GatewayError {
  const param = at.join('.')
  return new GatewayError('invalid_request', { message: `${param} must be ${expected}.`, param })
}

/** A list of objects. Throws `invalid_request`. */
export function listOf(value: unknown, at: Path): readonly JsonObject[] {
  if (!Array.isArray(value)) throw malformed(at, 'a list')
  return value.map((entry: unknown, index) => {
    if (!isObject(entry)) throw malformed([...at, index], 'an object')
    return entry
  })
}

function restOf(body: JsonObject): Rest | undefined {
  const rest = Object.entries(body).filter(([name]) => !KNOWN.has(name))
  return rest.length === 0 ? undefined : Object.fromEntries(rest)
}

const ROLES: Readonly<Record<string, Message['role']>> = {
  system: 'system',
  user: 'user',
  assistant: 'assistant',
  tool: 'tool',
}

function readMessage(message: JsonObject, at: Path): Message {
  const role =
    typeof message['role'] === 'string' && Object.hasOwn(ROLES, message['role']) ? ROLES[message['role']] : undefined
  if (role === undefined) throw malformed([...at, 'role'], '"system", "user", "assistant" or "tool"')
  const content = readContent(message['content'], [...at, 'content'])
  if (role === 'tool') {
    const callId = message['tool_call_id']
    if (typeof callId !== 'string') throw malformed([...at, 'tool_call_id'], 'a string')
    return { role, blocks: [{ kind: 'tool-result', callId, content }] }
  }
  const plan = message['tool_plan']
  const planned: readonly Block[] =
    typeof plan === 'string' && plan !== '' ? [{ kind: 'text', text: plan, at: [...at, 'tool_plan'] }] : []
  const calls = listOf(message['tool_calls'] ?? [], [...at, 'tool_calls']).map((call, index) =>
    readCall(call, [...at, 'tool_calls', index]),
  )
  return { role, blocks: [...content, ...planned, ...calls] }
}

function readContent(content: unknown, at: Path): readonly Block[] {
  if (content === undefined || content === null) return []
  if (typeof content === 'string') return [{ kind: 'text', text: content, at }]
  return listOf(content, at).map((part, index): Block => {
    const place = [...at, index]
    const { text, thinking, image_url: image } = part
    if (part['type'] === 'text' && typeof text === 'string') return { kind: 'text', text, at: [...place, 'text'] }
    if (part['type'] === 'thinking' && typeof thinking === 'string')
      return { kind: 'reasoning', text: thinking, origin: 'cohere-chat', at: [...place, 'thinking'] }
    if (part['type'] === 'image_url' && isObject(image) && typeof image['url'] === 'string')
      return { kind: 'image', source: sourceOfUrl(image['url']) }
    if (part['type'] === 'document') {
      const held = isObject(part['document']) ? part['document']['data'] : undefined
      if (typeof held === 'string') return { kind: 'text', text: held, at: [...place, 'document', 'data'] }
      return { kind: 'text', text: JSON.stringify(held ?? {}) }
    }
    return {
      kind: 'opaque',
      dialect: 'cohere-chat',
      name: typeof part['type'] === 'string' ? part['type'] : 'part',
      value: part,
    }
  })
}

function readCall(call: JsonObject, at: Path): Block {
  const called = call['function']
  if (!isObject(called) || typeof called['name'] !== 'string') throw malformed([...at, 'function', 'name'], 'a string')
  const args = called['arguments']
  const id = typeof call['id'] === 'string' ? call['id'] : called['name']
  return {
    kind: 'tool-call',
    id,
    name: called['name'],
    arguments: typeof args === 'string' && args !== '' ? args : '{}',
    at: [...at, 'function', 'arguments'],
  }
}

function readTool(tool: JsonObject, at: Path, isStrict: boolean): Tool {
  const declared = tool['function']
  if (!isObject(declared) || typeof declared['name'] !== 'string')
    throw malformed([...at, 'function', 'name'], 'a string')
  const { name, description, parameters } = declared
  return {
    kind: 'function',
    name,
    ...(typeof description === 'string' ? { description } : {}),
    ...(parameters === undefined ? {} : { parameters }),
    ...(isStrict ? { strict: true } : {}),
    at,
  }
}

function readChoice(choice: unknown): ToolChoice | undefined {
  if (choice === undefined || choice === null) return undefined
  if (choice === 'REQUIRED') return { kind: 'required' }
  if (choice === 'NONE') return { kind: 'none' }
  throw malformed(['tool_choice'], '"REQUIRED" or "NONE"')
}

function readFormat(format: unknown): ResponseFormat | undefined {
  if (!isObject(format)) return undefined
  if (format['type'] === 'text') return { kind: 'text' }
  const schema = format['json_schema'] ?? format['schema']
  return schema === undefined ? { kind: 'json' } : { kind: 'json-schema', name: 'response', schema }
}

function readThinking(thinking: unknown): ReasoningRequest | undefined {
  if (!isObject(thinking)) return undefined
  if (thinking['type'] === 'disabled') return { mode: 'off' }
  const budget = thinking['token_budget']
  return { mode: 'on', ...(typeof budget === 'number' ? { budgetTokens: budget } : {}) }
}

function readSampling(body: JsonObject): Sampling {
  const read: Record<string, unknown> = {}
  for (const [name, word] of SAMPLING) {
    const value = body[name]
    if (value === undefined || value === null) continue
    if (typeof value !== 'number') throw malformed([name], 'a number')
    read[word] = value
  }
  const stop = body['stop_sequences']
  if (Array.isArray(stop) && !stop.every((text) => typeof text === 'string'))
    throw malformed(['stop_sequences'], 'a list of strings')
  return { ...read, ...(Array.isArray(stop) ? { stop } : {}), ...(body['logprobs'] === true ? { logprobs: true } : {}) }
}
