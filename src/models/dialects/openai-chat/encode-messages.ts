import type {
  Block,
  ChatCall,
  Message,
  ReasoningBlock,
  TextBlock,
  ToolCallBlock,
  ToolResultBlock,
} from '../canonical.ts'
import { detailsOfReasoning, withThoughtSignature } from '../compatibility.ts'
import type { JsonObject } from '../dialect.ts'
import { dropContent, dropParameter } from '../loss.ts'
import { type CallContext, encodeContent } from './encode-parts.ts'

/**
 * A conversation as CC messages. Tool results become one `tool` message each; pictures and files among them, which CC
 * cannot carry there, follow in a user message after the last result of the turn. Messages emptied by a loss are left out.
 */
export function encodeMessages(call: ChatCall, context: CallContext): readonly JsonObject[] {
  const out: JsonObject[] = []
  const moved: JsonObject[] = []
  const flush = () => {
    if (moved.length > 0) out.push({ role: 'user', content: moved.splice(0) })
  }
  for (const message of call.messages) {
    const results = message.blocks.filter((block) => block.kind === 'tool-result')
    const others = message.blocks.filter((block) => block.kind !== 'tool-result')
    for (const result of results) out.push(encodeToolResult(result, moved, context))
    if (others.length === 0 && message.blocks.length > 0) continue
    flush()
    const encoded = encodeMessage({ ...message, blocks: others }, context)
    if (encoded !== undefined) out.push(encoded)
  }
  flush()
  declarePrefill(call, context)
  return out
}

function encodeMessage(message: Message, context: CallContext): JsonObject | undefined {
  const named = encodeName(message, context)
  const rest = context.isOwn ? message.rest : undefined
  if (message.role === 'assistant') return encodeAssistant(message, { ...named, ...rest }, context)
  const content = encodeContent(message.blocks, context)
  if (content === null && message.blocks.length > 0) return undefined
  const role = message.role === 'tool' ? 'user' : message.role
  return {
    role: role === 'developer' && !knowsDeveloper(context) ? 'system' : role,
    content: content ?? '',
    ...named,
    ...rest,
  }
}

function encodeName({ name }: Message, context: CallContext): JsonObject {
  if (name === undefined) return {}
  if (context.target.compatibility?.refuses?.includes('messages.name') !== true) return { name }
  dropParameter(context, 'messages.name')
  return {}
}

function knowsDeveloper({ target }: CallContext): boolean {
  return target.compatibility?.developerRole ?? target.maxTokensField === 'max_completion_tokens'
}

function encodeAssistant(message: Message, extra: JsonObject, context: CallContext): JsonObject | undefined {
  const reasoning = message.blocks.filter((block) => block.kind === 'reasoning')
  const toolCalls = message.blocks.filter((block) => block.kind === 'tool-call')
  const spoken = message.blocks.filter(isSpoken)
  for (const block of message.blocks) {
    if (block.kind === 'image' || block.kind === 'audio' || block.kind === 'file') {
      dropContent(context, `${block.kind} in an assistant message`)
    }
  }
  const thoughts = encodeReasoning(reasoning, context)
  const content = encodeSpoken(spoken, context)
  const isEmpty =
    content === null && toolCalls.length === 0 && Object.keys(thoughts).length === 0 && extra.audio === undefined
  if (isEmpty && message.blocks.length > 0) return undefined
  return {
    role: 'assistant',
    content: isEmpty ? '' : content,
    ...thoughts,
    ...(toolCalls.length > 0 && { tool_calls: toolCalls.map(encodeToolCall) }),
    ...extra,
  }
}

function isSpoken(block: Block): block is TextBlock | Extract<Block, { kind: 'opaque' }> {
  return block.kind === 'opaque' || (block.kind === 'text' && block.text !== '')
}

/** Several plain texts of one answer are one string: many compatible servers take no parts from the assistant. */
function encodeSpoken(blocks: readonly Block[], context: CallContext): string | readonly JsonObject[] | null {
  if (blocks.some((block) => block.kind === 'text' && block.signature !== undefined))
    dropContent(context, 'signature of a text')
  const texts = blocks.map((block) => (block.kind === 'text' && isPlain(block) ? block.text : undefined))
  if (texts.length > 0 && texts.every((text) => text !== undefined)) return texts.join('')
  return encodeContent(blocks, context)
}

function isPlain(block: TextBlock): boolean {
  return block.refusal !== true && block.cacheControl === undefined && block.rest === undefined
}

function encodeReasoning(blocks: readonly ReasoningBlock[], context: CallContext): JsonObject {
  if (blocks.length === 0) return {}
  const { reasoningField, reasoningDetails } = context.target.compatibility ?? {}
  const details = reasoningDetails === true ? detailsOfReasoning(blocks) : undefined
  if (details !== undefined) return { reasoning_details: details }
  if (reasoningField === undefined) {
    dropContent(context, 'reasoning')
    return {}
  }
  if (blocks.some((block) => block.signature !== undefined || block.encrypted !== undefined)) {
    context.warn('dropped: signature of reasoning')
  }
  const text = blocks.map((block) => block.text).join('')
  return text === '' ? {} : { [reasoningField]: text }
}

/** A tool call as messages and answers carry it. */
export function encodeToolCall(block: ToolCallBlock): JsonObject {
  if (block.custom === true) {
    return { id: block.id, type: 'custom', custom: { name: block.name, input: block.arguments } }
  }
  const text = block.arguments === '' ? '{}' : block.arguments
  const call = { id: block.id, type: 'function', function: { name: block.name, arguments: text } }
  return { ...call, ...withThoughtSignature(block.signature) }
}

function encodeToolResult(result: ToolResultBlock, moved: JsonObject[], context: CallContext): JsonObject {
  if (result.isError === true) context.warn('dropped: is_error of a tool result')
  if (result.cacheControl !== undefined) context.warn('dropped: cache_control')
  const media = result.content.filter(isMedia)
  const content = encodeContent(
    result.content.filter((block) => !isMedia(block)),
    context,
  )
  const parts = media.length === 0 ? null : encodeContent(media, context)
  if (parts !== null) {
    context.warn('moved: media of a tool result into a user message')
    moved.push({ type: 'text', text: `Attached to the result of tool call ${result.callId}:` })
    if (typeof parts === 'string') moved.push({ type: 'text', text: parts })
    else moved.push(...parts)
  }
  const stead = parts === null ? '' : 'The result is attached in the following user message.'
  return { role: 'tool', tool_call_id: result.callId, content: content ?? stead }
}

function isMedia(block: Block): boolean {
  return block.kind === 'image' || block.kind === 'audio' || block.kind === 'file'
}

/** An assistant turn at the end is a prefill elsewhere; OpenAI answers it instead of going on with it. */
function declarePrefill(call: ChatCall, context: CallContext): void {
  const isPrefill = call.messages.at(-1)?.role === 'assistant' && !context.isOwn
  if (isPrefill) context.warn('not continued: prefill of the assistant')
}
