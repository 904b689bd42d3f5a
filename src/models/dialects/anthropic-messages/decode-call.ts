import { isObject } from '../../../lib/json.ts'
import type { Block, ChatCall, Message, Path, Sampling, ToolResultBlock } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'
import { decodeContent } from './decode-blocks.ts'
import { decodeFormat, decodeReasoning, decodeToolChoice, decodeTools, unknownThinking } from './decode-settings.ts'
import {
  compact,
  fault,
  readList,
  readObject,
  readOptionalBoolean,
  readOptionalNumber,
  readOptionalString,
  readString,
  restOf,
} from './read.ts'

const CALL = new Set([
  'model',
  'messages',
  'system',
  'max_tokens',
  'tools',
  'tool_choice',
  'thinking',
  'output_config',
  'output_format',
  'metadata',
  'stop_sequences',
  'stream',
  'temperature',
  'top_p',
  'top_k',
  'service_tier',
])
const OUTPUT_CONFIG = new Set(['effort', 'format'])
const MESSAGE = new Set(['role', 'content'])

/**
 * A request to `/v1/messages` in canonical form (Anthropic API reference, 2026-11). Throws `invalid_request` with the
 * field's path, in Anthropic's own words, for what is malformed or missing.
 */
export function decodeCall(body: JsonObject): ChatCall {
  const call = decodeConversation(body)
  const maxOutputTokens = readOptionalNumber(body.max_tokens, ['max_tokens'])
  if (maxOutputTokens === undefined) throw fault(['max_tokens'], 'Field required')
  if (!Number.isInteger(maxOutputTokens)) throw fault(['max_tokens'], 'Input should be a valid integer')
  if (maxOutputTokens < 0) throw fault(['max_tokens'], 'Input should be greater than or equal to 0')
  return { ...call, maxOutputTokens }
}

/** A request to `/v1/messages/count_tokens`: the same without `max_tokens`. */
export function decodeCountCall(body: JsonObject): ChatCall {
  return decodeConversation(body)
}

function decodeConversation(body: JsonObject): ChatCall {
  const model = readString(body.model, ['model'])
  const outputConfig = isObject(body.output_config) ? body.output_config : undefined
  const unknownOutput = outputConfig === undefined ? undefined : restOf(outputConfig, OUTPUT_CONFIG)
  const rest = {
    ...restOf(body, CALL),
    ...unknownThinking(body.thinking),
    ...(unknownOutput === undefined ? {} : { output_config: unknownOutput }),
  }
  return compact({
    kind: 'chat' as const,
    dialect: 'anthropic-messages' as const,
    model,
    messages: nameResults([...decodeSystem(body.system), ...decodeMessages(body.messages)]),
    tools: decodeTools(body.tools),
    ...decodeToolChoice(body.tool_choice),
    responseFormat: decodeFormat(body, outputConfig),
    reasoning: decodeReasoning(body.thinking, outputConfig),
    sampling: decodeSampling(body),
    stream: readOptionalBoolean(body.stream, ['stream']) ?? false,
    includeUsage: true,
    ...decodeMetadata(body.metadata),
    serviceTier: readOptionalString(body.service_tier, ['service_tier']),
    rest: Object.keys(rest).length === 0 ? undefined : rest,
  })
}

function decodeSystem(system: unknown): readonly Message[] {
  if (system === undefined || system === null) return []
  const blocks = decodeContent(system, ['system'])
  return blocks.length === 0 ? [] : [{ role: 'system', blocks }]
}

function decodeMessages(value: unknown): readonly Message[] {
  const messages = readList(value, ['messages'])
  if (messages.length === 0) throw fault(['messages'], 'at least one message is required')
  return messages.flatMap((message, index) => decodeMessage(message, ['messages', index]))
}

function decodeMessage(value: unknown, at: Path): readonly Message[] {
  const message = readObject(value, at)
  const role = readString(message.role, [...at, 'role'])
  if (role !== 'user' && role !== 'assistant' && role !== 'system') {
    throw fault([...at, 'role'], "Input should be 'user', 'assistant' or 'system'")
  }
  const blocks = decodeContent(message.content, [...at, 'content'])
  const rest = restOf(message, MESSAGE)
  if (role !== 'user') return [compact({ role, blocks, rest })]
  return splitUserTurn(blocks).map((turn) => compact({ ...turn, rest }))
}

/** A user turn holds tool results and the user's own words; canonically the results stand in a turn of role `tool`. */
function splitUserTurn(blocks: readonly Block[]): readonly Message[] {
  const turns: { role: 'user' | 'tool'; blocks: Block[] }[] = []
  for (const block of blocks) {
    const role = block.kind === 'tool-result' ? 'tool' : 'user'
    const last = turns.at(-1)
    if (last?.role === role) last.blocks.push(block)
    else turns.push({ role, blocks: [block] })
  }
  return turns.length === 0 ? [{ role: 'user', blocks: [] }] : turns
}

/** Tool results name only the call; other dialects also want the tool's name. */
function nameResults(messages: readonly Message[]): readonly Message[] {
  const names = new Map<string, string>()
  return messages.map((message) => {
    for (const block of message.blocks) if (block.kind === 'tool-call') names.set(block.id, block.name)
    if (message.role !== 'tool') return message
    return { ...message, blocks: message.blocks.map((block) => named(block, names)) }
  })
}

function named(block: Block, names: ReadonlyMap<string, string>): Block {
  if (block.kind !== 'tool-result') return block
  const name = names.get(block.callId)
  return name === undefined ? block : ({ ...block, name } satisfies ToolResultBlock)
}

function decodeSampling(body: JsonObject): Sampling {
  const stop = body.stop_sequences
  const isAbsent = stop === undefined || stop === null
  return compact({
    temperature: readOptionalNumber(body.temperature, ['temperature']),
    topP: readOptionalNumber(body.top_p, ['top_p']),
    topK: readOptionalNumber(body.top_k, ['top_k']),
    stop: isAbsent
      ? undefined
      : readList(stop, ['stop_sequences']).map((text, index) => readString(text, ['stop_sequences', index])),
  })
}

function decodeMetadata(value: unknown): { user?: string; metadata?: Readonly<Record<string, string>> } {
  if (value === undefined || value === null) return {}
  const { user_id: user, ...others } = readObject(value, ['metadata'])
  const texts = Object.entries(others).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return compact({
    user: readOptionalString(user, ['metadata', 'user_id']),
    metadata: texts.length === 0 ? undefined : Object.fromEntries(texts),
  })
}
