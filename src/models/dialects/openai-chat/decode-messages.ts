import { isObject } from '../../../lib/json.ts'
import type { Block, Message, Path, ToolCallBlock } from '../canonical.ts'
import { reasoningFromDetails, reasoningTextOf, thoughtSignatureOf } from '../compatibility.ts'
import type { JsonObject } from '../dialect.ts'
import { decodeCacheControl, decodeContent } from './decode-parts.ts'
import { invalid, requiredString, restOf, stringField } from './fields.ts'

/** Messages that one call may have. */
export const MAX_MESSAGES = 10_000

/**
 * The messages of a call, one canonical turn each, in order. Every governed text keeps its path in the caller's JSON.
 * Legacy `function_call` and role `function` become tool calls and results with ids made from their position.
 */
export function decodeMessages(value: unknown): readonly Message[] {
  const at: Path = ['messages']
  if (value === undefined || value === null) throw invalid(at, 'it is required.')
  if (!Array.isArray(value)) throw invalid(at, 'an array is expected.')
  if (value.length === 0) throw invalid(at, 'at least one message is required.')
  if (value.length > MAX_MESSAGES) throw invalid(at, `at most ${MAX_MESSAGES} messages are accepted.`)
  const calls: CallNames = new Map()
  return value.map((message: unknown, index) => {
    if (!isObject(message)) throw invalid(['messages', index], 'an object is expected.')
    return decodeMessage(message, ['messages', index], calls)
  })
}

/** Call id → tool name, of the calls seen so far; legacy calls also under `function:name`. */
type CallNames = Map<string, string>

const KNOWN: ReadonlySet<string> = new Set(['role', 'content', 'name', 'cache_control'])
const KNOWN_TOOL: ReadonlySet<string> = new Set([...KNOWN, 'tool_call_id'])
const KNOWN_ASSISTANT: ReadonlySet<string> = new Set([
  ...KNOWN,
  'tool_calls',
  'function_call',
  'refusal',
  'reasoning_content',
  'reasoning',
  'reasoning_details',
])

function decodeMessage(message: JsonObject, at: Path, calls: CallNames): Message {
  const role = message.role
  switch (role) {
    case 'system':
    case 'developer':
    case 'user': {
      if (message.content === undefined || message.content === null)
        throw invalid([...at, 'content'], 'it is required.')
      const blocks = withCacheControl(decodeContent(message.content, [...at, 'content']), message)
      return { role, blocks, name: stringField(message, 'name', at), rest: restOf(message, KNOWN) }
    }
    case 'assistant':
      return decodeAssistant(message, at, calls)
    case 'tool': {
      const callId = requiredString(message, 'tool_call_id', at)
      return decodeToolResult(message, at, { callId, name: calls.get(callId) })
    }
    case 'function': {
      const name = requiredString(message, 'name', at)
      return decodeToolResult(message, at, { callId: calls.get(`function:${name}`) ?? `call_${name}`, name })
    }
    default:
      throw invalid([...at, 'role'], "'system', 'developer', 'user', 'assistant' or 'tool' is expected.")
  }
}

function decodeToolResult(
  message: JsonObject,
  at: Path,
  of: { readonly callId: string; readonly name: string | undefined },
): Message {
  const content = message.content === '' ? [] : decodeContent(message.content, [...at, 'content'])
  const cacheControl = decodeCacheControl(message.cache_control)
  return {
    role: 'tool',
    blocks: [{ kind: 'tool-result', callId: of.callId, name: of.name, content, cacheControl }],
    name: message.role === 'tool' ? stringField(message, 'name', at) : undefined,
    rest: restOf(message, KNOWN_TOOL),
  }
}

function decodeAssistant(message: JsonObject, at: Path, calls: CallNames): Message {
  const toolCalls = [...decodeToolCalls(message, at), ...decodeFunctionCall(message, at)]
  for (const call of toolCalls) {
    calls.set(call.id, call.name)
    if (message.tool_calls === undefined) calls.set(`function:${call.name}`, call.id)
  }
  const isSilent = message.content === '' && toolCalls.length > 0
  const content = isSilent ? [] : decodeContent(message.content, [...at, 'content'])
  const refusal = stringField(message, 'refusal', at)
  const blocks: Block[] = [...decodeReasoning(message, at), ...content]
  if (refusal !== undefined && refusal !== '')
    blocks.push({ kind: 'text', text: refusal, refusal: true, at: [...at, 'refusal'] })
  blocks.push(...toolCalls)
  const isEmpty = blocks.length === 0 && !isObject(message.audio)
  if (isEmpty) throw invalid([...at, 'content'], "it is required unless 'tool_calls' is given.")
  return {
    role: 'assistant',
    blocks: withCacheControl(blocks, message),
    name: stringField(message, 'name', at),
    rest: restOf(message, KNOWN_ASSISTANT),
  }
}

function decodeReasoning(message: JsonObject, at: Path): readonly Block[] {
  const detailed = reasoningFromDetails(message.reasoning_details)
  if (detailed !== undefined) return detailed
  const plain = reasoningTextOf(message)
  return plain === undefined
    ? []
    : [{ kind: 'reasoning', text: plain.text, origin: 'openai-chat', at: [...at, plain.field] }]
}

const KNOWN_CALL: ReadonlySet<string> = new Set(['id', 'type', 'function', 'custom', 'index', 'extra_content'])

function decodeToolCalls(message: JsonObject, at: Path): readonly ToolCallBlock[] {
  const value = message.tool_calls
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw invalid([...at, 'tool_calls'], 'an array is expected.')
  return value.map((entry: unknown, index) => {
    const here = [...at, 'tool_calls', index]
    if (!isObject(entry)) throw invalid(here, 'an object is expected.')
    const id = requiredString(entry, 'id', here)
    const kind = isObject(entry.custom) ? 'custom' : 'function'
    const body = entry[kind]
    if (!isObject(body)) throw invalid([...here, 'function'], 'an object with name and arguments is required.')
    const name = requiredString(body, 'name', [...here, kind])
    const key = kind === 'custom' ? 'input' : 'arguments'
    const given = stringField(body, key, [...here, kind])
    const text = kind === 'custom' ? (given ?? '') : argumentsText(given)
    const common = {
      kind: 'tool-call' as const,
      id,
      name,
      arguments: text,
      at: [...here, kind, key],
      rest: restOf(entry, KNOWN_CALL),
    }
    return { ...common, signature: thoughtSignatureOf(entry), custom: kind === 'custom' ? true : undefined }
  })
}

function decodeFunctionCall(message: JsonObject, at: Path): readonly ToolCallBlock[] {
  const call = message.function_call
  if (!isObject(call)) return []
  const here = [...at, 'function_call']
  const name = requiredString(call, 'name', here)
  const text = argumentsText(stringField(call, 'arguments', here))
  return [{ kind: 'tool-call', id: `call_${at.join('_')}`, name, arguments: text, at: [...here, 'arguments'] }]
}

/** INVARIANT: the arguments of a function call are never empty text. */
function argumentsText(text: string | undefined): string {
  return text === undefined || text.trim() === '' ? '{}' : text
}

/** A breakpoint on the message itself (LiteLLM's form) belongs to its last block. */
function withCacheControl(blocks: readonly Block[], message: JsonObject): readonly Block[] {
  const cacheControl = decodeCacheControl(message.cache_control)
  const last = blocks.at(-1)
  return cacheControl === undefined || last === undefined ? blocks : [...blocks.slice(0, -1), { ...last, cacheControl }]
}
