import { GatewayError } from '../../../lib/errors.ts'
import { isObject, parseJson } from '../../../lib/json.ts'
import type { Block, ChatAnswer, Choice, ReasoningBlock, TextBlock, ToolCallBlock } from '../canonical.ts'
import type { AnswerContext, JsonObject } from '../dialect.ts'
import { decodeErrorBody } from '../errors.ts'
import { isBlank } from '../turns.ts'
import { stringOf } from '../upstream-text.ts'
import { carry, isReplayable } from './carry.ts'
import { encodeCitation } from './citations.ts'
import { decodeAnswerBlock } from './decode-blocks.ts'
import { encodeToolId } from './encode-blocks.ts'
import { decodeFinish, encodeFinish, unwrapFinish } from './finish.ts'
import { JSON_TOOL } from './json-tool.ts'
import { restOf } from './read.ts'
import { decodeUsage, encodeUsage } from './usage.ts'

const ANSWER = new Set(['id', 'type', 'role', 'model', 'content', 'stop_reason', 'stop_sequence', 'usage'])

/**
 * A whole answer in canonical form. `createdAt` is 0: Anthropic's answers carry no time. Throws `upstream_invalid` for
 * what is not a message, and the mapped error for an error inside a 200.
 */
export function decodeAnswer(body: JsonObject): ChatAnswer {
  if (body.type === 'error') throw decodeErrorBody(body)
  if (body.type !== 'message' || !Array.isArray(body.content)) {
    throw new GatewayError('upstream_invalid', { internalDetail: 'the answer is not a message of Anthropic' })
  }
  const wire = decodeBlocks(body.content)
  const called = wire.flatMap((block) => (block.kind === 'tool-call' ? [block.name] : []))
  const rest = restOf(body, ANSWER)
  const usage = isObject(body.usage) ? decodeUsage(body.usage) : undefined
  const choice: Choice = {
    index: 0,
    blocks: wire.map(unwrapJson),
    finish: unwrapFinish(decodeFinish(body.stop_reason), called),
    ...(typeof body.stop_sequence === 'string' ? { stopSequence: body.stop_sequence } : {}),
  }
  return {
    kind: 'chat',
    id: stringOf(body.id),
    model: stringOf(body.model),
    createdAt: 0,
    choices: [choice],
    ...(usage === undefined ? {} : { usage }),
    ...(usage?.serviceTier === undefined ? {} : { serviceTier: usage.serviceTier }),
    ...(rest === undefined ? {} : { rest }),
  }
}

function decodeBlocks(content: readonly unknown[]): readonly Block[] {
  try {
    return content.map(decodeAnswerBlock)
  } catch {
    throw new GatewayError('upstream_invalid', { internalDetail: 'a block of the answer is malformed' })
  }
}

function unwrapJson(block: Block): Block {
  return block.kind === 'tool-call' && block.name === JSON_TOOL ? { kind: 'text', text: block.arguments } : block
}

/** A whole answer in Anthropic's shape. Only the first choice can be said; `n` is never above 1 for this surface. */
export function encodeAnswer(answer: ChatAnswer, context: AnswerContext): JsonObject {
  const choice = answer.choices[0]
  const content = (choice?.blocks ?? []).flatMap(encodeAnswerBlock)
  const callsTools = content.some(({ type }) => type === 'tool_use')
  return {
    id: messageId(answer.id, context),
    type: 'message',
    role: 'assistant',
    model: answer.model || context.call.model,
    content,
    stop_reason: encodeFinish(choice?.finish ?? 'other', callsTools),
    stop_sequence: choice?.stopSequence ?? null,
    usage: encodeUsage(answer.usage),
  }
}

/** The upstream's id where it has Anthropic's form, else the gate's own. */
export function messageId(upstreamId: string, context: AnswerContext): string {
  return upstreamId.startsWith('msg_') ? upstreamId : context.id
}

function encodeAnswerBlock(block: Block): readonly JsonObject[] {
  switch (block.kind) {
    case 'text':
      return [...(isBlank(block) && block.text === '' ? [] : [encodeText(block)]), ...signatureOf(block)]
    case 'reasoning':
      return encodeReasoning(block)
    case 'tool-call':
      return [
        { type: 'tool_use', id: encodeToolId(block.id), name: block.name, input: lenientInput(block) },
        ...signatureOf(block),
      ]
    case 'opaque':
      return block.dialect === 'anthropic-messages' && isObject(block.value) ? [block.value] : []
    default:
      // An answer of Anthropic has no blocks for pictures, sounds and files.
      return []
  }
}

function encodeText(block: TextBlock): JsonObject {
  const citations = (block.citations ?? []).flatMap((citation) => encodeCitation(citation) ?? [])
  return { type: 'text', text: block.text, ...(citations.length === 0 ? {} : { citations }) }
}

function encodeReasoning(block: ReasoningBlock): readonly JsonObject[] {
  const { text, signature, encrypted, origin, id } = block
  if (isReplayable(block)) {
    return encrypted !== undefined && text === ''
      ? [{ type: 'redacted_thinking', data: encrypted }]
      : [{ type: 'thinking', thinking: text, signature: signature ?? '' }]
  }
  const isBare = signature === undefined && encrypted === undefined && id === undefined
  if (isBare && text === '') return []
  return [{ type: 'thinking', thinking: text, signature: isBare ? '' : carry({ origin, signature, encrypted, id }) }]
}

/** A signature on a text or a tool call (Gemini) travels in a thinking block right behind it. */
function signatureOf(block: TextBlock | ToolCallBlock): readonly JsonObject[] {
  if (block.signature === undefined) return []
  return [
    {
      type: 'thinking',
      thinking: '',
      signature: carry({ origin: 'gemini', signature: block.signature, belongsTo: 'before' }),
    },
  ]
}

/** A weaker model may give arguments that are not JSON, or be cut off: the client shall see them and not `{}`. */
function lenientInput(block: ToolCallBlock): unknown {
  if (block.custom) return { input: block.arguments }
  if (block.arguments.trim() === '') return {}
  try {
    const value = parseJson(block.arguments)
    return isObject(value) ? value : { value }
  } catch {
    return { raw_arguments: block.arguments }
  }
}
