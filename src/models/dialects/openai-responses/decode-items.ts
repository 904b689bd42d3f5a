import { isObject } from '../../../lib/json.ts'
import type { Block, ItemPlace, Message, Path, ReasoningBlock, ToolCallBlock } from '../canonical.ts'
import { thoughtSignatureOf } from '../compatibility.ts'
import type { JsonObject } from '../dialect.ts'
import { invalid, requiredString, restOf, stringField } from '../openai-chat/fields.ts'
import { readProof } from './carried.ts'
import { decodeContent } from './decode-parts.ts'

/** Items that one call may have, those of earlier turns included. */
export const MAX_ITEMS = 10_000

/**
 * `input` as canonical turns: a string is one user turn. R's items are flat; what the assistant did between two turns of
 * others (thoughts, messages, tool calls) becomes one turn, as all other dialects want it.
 */
export function decodeInput(input: unknown): readonly Message[] {
  if (typeof input === 'string') return [{ role: 'user', blocks: [{ kind: 'text', text: input, at: ['input'] }] }]
  if (input === undefined || input === null) throw invalid(['input'], 'it is required.')
  if (!Array.isArray(input)) throw invalid(['input'], 'a string or an array of items is expected.')
  if (input.length > MAX_ITEMS) throw invalid(['input'], `at most ${MAX_ITEMS} items are accepted.`)
  const turns: { role: Message['role']; blocks: Block[]; rest?: Message['rest'] }[] = []
  const names = new Map<string, string>()
  input.forEach((item: unknown, index) => {
    const turn = decodeItem(item, ['input', index], names)
    const last = turns.at(-1)
    if (turn.role === 'assistant' && last?.role === 'assistant') last.blocks.push(...turn.blocks)
    else turns.push({ ...turn, blocks: [...turn.blocks] })
  })
  return turns
}

function decodeItem(item: unknown, at: Path, names: Map<string, string>): Message {
  if (!isObject(item)) throw invalid(at, 'an object is expected.')
  // The easy form of a message has no type.
  const type = stringField(item, 'type', at) ?? 'message'
  switch (type) {
    case 'message':
      return decodeMessage(item, at)
    case 'reasoning':
      return { role: 'assistant', blocks: [decodeReasoning(item, at)] }
    case 'function_call':
    case 'custom_tool_call': {
      const call = decodeToolCall(item, at)
      names.set(call.id, call.name)
      return { role: 'assistant', blocks: [call] }
    }
    case 'function_call_output':
    case 'custom_tool_call_output':
      return { role: 'tool', blocks: [decodeToolResult(item, at, names)] }
    default: {
      const role = /_(?:output|response)$/.test(type) ? 'user' : 'assistant'
      return { role, blocks: [{ kind: 'opaque', dialect: 'openai-responses', name: type, value: item }] }
    }
  }
}

const MESSAGE_KEYS: ReadonlySet<string> = new Set(['type', 'role', 'content'])
const CALL_KEYS: ReadonlySet<string> = new Set(['type', 'call_id', 'name', 'arguments', 'input', 'extra_content'])
const RESULT_KEYS: ReadonlySet<string> = new Set(['type', 'call_id', 'output'])

/** Where a block stood, with what its item said besides; answers have no index of their own in the caller's list. */
export function placeOf(item: JsonObject, index: number, known: ReadonlySet<string>): ItemPlace {
  const rest = restOf(item, known)
  return rest ? { index, rest } : { index }
}

const indexOf = (at: Path) => Number(at.at(-1))

function decodeMessage(item: JsonObject, at: Path): Message {
  const { role } = item
  if (role !== 'user' && role !== 'assistant' && role !== 'system' && role !== 'developer')
    throw invalid([...at, 'role'], "'user', 'assistant', 'system' or 'developer' is expected.")
  if (item.content === undefined || item.content === null) throw invalid([...at, 'content'], 'it is required.')
  const place = placeOf(item, indexOf(at), MESSAGE_KEYS)
  return { role, blocks: decodeContent(item.content, [...at, 'content'], place) }
}

/** A function call or a custom tool call, of a request or an answer; `at` for requests alone. */
export function decodeToolCall(item: JsonObject, at: Path, isAnswer = false): ToolCallBlock {
  const custom = item.type === 'custom_tool_call'
  const id = requiredString(item, 'call_id', at)
  const name = requiredString(item, 'name', at)
  const key = custom ? 'input' : 'arguments'
  const given = stringField(item, key, at) ?? ''
  const signature = thoughtSignatureOf(item)
  return {
    kind: 'tool-call',
    id,
    name,
    arguments: !custom && given.trim() === '' ? '{}' : given,
    ...(custom && { custom: true }),
    ...(signature && { signature }),
    ...(!isAnswer && { at: [...at, key] }),
    item: placeOf(item, indexOf(at), CALL_KEYS),
  }
}

function decodeToolResult(item: JsonObject, at: Path, names: ReadonlyMap<string, string>): Block {
  const callId = requiredString(item, 'call_id', at)
  const name = names.get(callId) ?? (typeof item.name === 'string' ? item.name : undefined)
  return {
    kind: 'tool-result',
    callId,
    ...(name && { name }),
    content: item.output === '' ? [] : decodeContent(item.output, [...at, 'output']),
    item: placeOf(item, indexOf(at), RESULT_KEYS),
  }
}

const REASONING_KEYS: ReadonlySet<string> = new Set(['type', 'id', 'summary', 'content', 'encrypted_content'])

/**
 * A reasoning item as one block: the parts of its summary and its thoughts proper, joined. Only where there is a single part
 * has the text a place of its own in the caller's JSON.
 */
export function decodeReasoning(item: JsonObject, at: Path, isAnswer = false): ReasoningBlock {
  const parts = [...partsOf(item.summary, 'summary'), ...partsOf(item.content, 'content')]
  const [only] = parts
  const isSingle = parts.length === 1 && only !== undefined
  const place = placeOf(item, indexOf(at), REASONING_KEYS)
  const written = isSingle && only.key === 'summary' ? {} : { summary: item.summary, content: item.content }
  const rest = parts.length === 0 ? place.rest : { ...place.rest, ...(written.summary ? written : {}) }
  return {
    kind: 'reasoning',
    text: parts.map((part) => part.text).join('\n\n'),
    ...readProof(item.encrypted_content),
    ...(typeof item.id === 'string' && { id: item.id }),
    ...(!isAnswer && isSingle && { at: [...at, only.key, only.index, 'text'] }),
    item: { index: place.index, ...(rest && Object.keys(rest).length > 0 && { rest }) },
  }
}

interface ThoughtPart {
  readonly key: 'summary' | 'content'
  readonly index: number
  readonly text: string
}

function partsOf(value: unknown, key: ThoughtPart['key']): readonly ThoughtPart[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((part: unknown, index) =>
    isObject(part) && typeof part.text === 'string' ? [{ key, index, text: part.text }] : [],
  )
}

/** The text of a reasoning item's parts as {@link decodeReasoning} joins them. */
export function thoughtOf(item: JsonObject): string {
  return [...partsOf(item.summary, 'summary'), ...partsOf(item.content, 'content')]
    .map((part) => part.text)
    .join('\n\n')
}
