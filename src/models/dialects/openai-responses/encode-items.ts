import type { Block, ChatCall, Message, ReasoningBlock, ToolCallBlock, ToolResultBlock } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'
import { dropContent } from '../loss.ts'
import { thoughtOf } from './decode-items.ts'
import { type CallContext, encodePart } from './encode-parts.ts'

/** A conversation as R says it: the first system text apart, all else as flat items. */
export interface EncodedInput {
  readonly instructions?: string
  readonly input: string | readonly JsonObject[]
}

/**
 * The conversation as `instructions` and `input`. The first system message becomes the instructions where it is one text
 * alone (and, for R's own calls, stood there); later ones keep their place among the items.
 */
export function encodeInput(call: ChatCall, context: CallContext): EncodedInput {
  const instructions = instructionsOf(call, context)
  const messages = instructions === undefined ? call.messages : call.messages.slice(1)
  const [first] = messages
  const only = messages.length === 1 && first?.blocks.length === 1 ? first.blocks[0] : undefined
  const isPlain = only?.kind === 'text' && only.at?.length === 1 && only.at[0] === 'input'
  const input = isPlain ? only.text : messages.flatMap((message) => encodeMessage(message, context))
  return instructions === undefined ? { input } : { instructions, input }
}

function instructionsOf(call: ChatCall, context: CallContext): string | undefined {
  const [first] = call.messages
  if (first?.role !== 'system' || first.blocks.length !== 1) return undefined
  const [block] = first.blocks
  if (block?.kind !== 'text') return undefined
  const stoodThere = !context.isOwn || block.at?.[0] === 'instructions'
  if (block.cacheControl !== undefined) context.warn('dropped: cache_control')
  return stoodThere && call.messages.length > 1 ? block.text : undefined
}

function encodeMessage(message: Message, context: CallContext): readonly JsonObject[] {
  if (message.name !== undefined) context.warn('dropped: name of a message')
  const items: JsonObject[] = []
  const role = message.role === 'tool' ? 'user' : message.role
  let group: Block[] = []
  const flush = () => {
    if (group.length > 0) items.push(...encodeContentItem(role, group, context))
    group = []
  }
  for (const block of message.blocks) {
    const item = encodeWholeItem(block, context)
    if (item !== undefined) {
      flush()
      items.push(...item)
      continue
    }
    const before = group[0]
    if (before !== undefined && before.item?.index !== block.item?.index) flush()
    group.push(block)
  }
  flush()
  return items
}

function encodeContentItem(
  role: 'user' | 'assistant' | 'system' | 'developer',
  blocks: readonly Block[],
  context: CallContext,
): readonly JsonObject[] {
  const rest = context.isOwn ? blocks[0]?.item?.rest : undefined
  const [only] = blocks
  const isString = blocks.length === 1 && only?.kind === 'text' && only.at?.at(-1) === 'content'
  const speaker = role === 'assistant' ? 'output' : 'input'
  const content = isString ? only.text : blocks.flatMap((block) => encodePart(block, speaker, context))
  return content.length === 0 && !isString ? [] : [{ type: 'message', role, content, ...rest }]
}

/** Blocks that are items of their own; undefined for those that stand in a message. */
function encodeWholeItem(block: Block, context: CallContext): readonly JsonObject[] | undefined {
  switch (block.kind) {
    case 'tool-call':
      return [encodeToolCall(block, context)]
    case 'tool-result':
      return [encodeToolResult(block, context)]
    case 'reasoning':
      return encodeReasoning(block, context)
    case 'opaque':
      // A part of a message has a place there; an item of its own has none.
      return block.dialect === 'openai-responses' && block.item === undefined ? [block.value as JsonObject] : undefined
    default:
      return undefined
  }
}

function encodeToolCall(block: ToolCallBlock, context: CallContext): JsonObject {
  const rest = context.isOwn ? block.item?.rest : undefined
  if (block.signature !== undefined) context.warn('dropped: signature of a tool call')
  const { id: call_id, name } = block
  if (block.custom === true) return { type: 'custom_tool_call', call_id, name, input: block.arguments, ...rest }
  return { type: 'function_call', call_id, name, arguments: block.arguments || '{}', ...rest }
}

function encodeToolResult(block: ToolResultBlock, context: CallContext): JsonObject {
  const type = context.customCalls.has(block.callId) ? 'custom_tool_call_output' : 'function_call_output'
  const rest = context.isOwn ? block.item?.rest : undefined
  const [only] = block.content
  const isString =
    block.content.length === 1 && only?.kind === 'text' && (!context.isOwn || only.at?.at(-1) === 'output')
  if (block.isError === true) context.warn('dropped: is_error of a tool result')
  const parts = block.content.flatMap((inner) => encodePart(inner, 'input', context))
  const output = block.content.length === 0 ? '' : isString ? only.text : parts
  return { type, call_id: block.callId, output, ...rest }
}

/** A thought goes back only to whoever can read its proof; OpenAI keeps nothing for us, so one without proof says nothing to it. */
function encodeReasoning(block: ReasoningBlock, context: CallContext): readonly JsonObject[] {
  const isReplayable = block.origin === 'openai-responses' && (block.encrypted !== undefined || context.isOwn)
  if (!isReplayable) {
    dropContent(context, 'reasoning')
    return []
  }
  const { summary, content, ...rest } = block.item?.rest ?? {}
  const isAsItCame = summary !== undefined && thoughtOf({ summary, content }) === block.text
  const plain = block.text === '' ? [] : [{ type: 'summary_text', text: block.text }]
  return [
    {
      type: 'reasoning',
      ...(block.id !== undefined && { id: block.id }),
      ...(isAsItCame ? { summary, ...(content !== undefined && { content }) } : { summary: plain }),
      ...(block.encrypted !== undefined && { encrypted_content: block.encrypted }),
      ...(context.isOwn && rest),
    },
  ]
}
