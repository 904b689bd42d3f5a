import { isObject } from '../../../lib/json.ts'
import type { AnswerEvent, Block, BlockStart } from '../canonical.ts'
import { thoughtSignatureOf } from '../compatibility.ts'
import type { JsonObject } from '../dialect.ts'
import { numberOf, stringOf } from '../upstream-text.ts'
import { readProof } from './carried.ts'
import { decodeOutputItem } from './decode-answer.ts'
import { decodeAnnotation } from './decode-parts.ts'
import { type ReadBlock, type ReadBlocks, readBlocks } from './read-blocks.ts'

/** Follows the items of a stream, which may be open side by side, and gives canonical events. */
export interface ItemReader {
  /** The events that an event about an item means. */
  readonly read: (type: string, body: JsonObject) => readonly AnswerEvent[]
  readonly closeAll: () => readonly AnswerEvent[]
  /** What has been opened so far. */
  readonly opened: () => readonly Pick<Block, 'kind'>[]
  readonly hasRefusal: () => boolean
}

/** Makes an {@link ItemReader}. */
export function itemReader(): ItemReader {
  const blocks = readBlocks()
  let refused = false
  return {
    opened: blocks.opened,
    hasRefusal: () => refused,
    closeAll: () => blocks.stopAll(),
    read: (type, body) => {
      if (type === 'response.refusal.delta') refused = true
      return READERS[type]?.(body, blocks) ?? []
    },
  }
}

type Reader = (body: JsonObject, blocks: ReadBlocks) => readonly AnswerEvent[]

/** What the events mean; all others say nothing new (they repeat whole what came in pieces) or nothing we know. */
const READERS: Readonly<Record<string, Reader>> = Object.freeze({
  'response.output_item.added': (body, blocks) => {
    const start = isObject(body.item) ? startOf(body.item) : undefined
    return start === undefined ? [] : [blocks.begin(keyOf(body), start).event]
  },
  'response.output_item.done': (body, blocks) => (isObject(body.item) ? itemDone(body.item, body, blocks) : []),
  'response.output_text.delta': (body, blocks) =>
    inPart(body, blocks, (target) => {
      const text = textOf(body)
      const { logprobs } = body
      return [
        ...(text === '' ? [] : [blocks.delta(target, { kind: 'text', text })]),
        ...(Array.isArray(logprobs) && logprobs.length > 0
          ? [blocks.delta(target, { kind: 'logprobs', value: { content: logprobs } })]
          : []),
      ]
    }),
  'response.refusal.delta': (body, blocks) =>
    inPart(body, blocks, (target) => [blocks.delta(target, { kind: 'text', text: textOf(body), refusal: true })]),
  'response.output_text.annotation.added': (body, blocks) => {
    const { annotation } = body
    if (!isObject(annotation)) return []
    const citation = decodeAnnotation(annotation)
    return inPart(body, blocks, (target) => [blocks.delta(target, { kind: 'citation', citation })])
  },
  'response.output_text.done': (body, blocks) => blocks.stop(partKeyOf(body)),
  'response.refusal.done': (body, blocks) => blocks.stop(partKeyOf(body)),
  'response.function_call_arguments.delta': moreArguments,
  'response.custom_tool_call_input.delta': moreArguments,
  'response.reasoning_summary_part.added': nextPart,
  'response.content_part.added': (body, blocks) =>
    isObject(body.part) && body.part.type === 'reasoning_text' ? nextPart(body, blocks) : [],
  'response.reasoning_summary_text.delta': moreThought,
  'response.reasoning_text.delta': moreThought,
} satisfies Record<string, Reader>)

function keyOf(body: JsonObject): string {
  return `${scalar(body.output_index) ?? scalar(body.item_id) ?? 0}/`
}

function partKeyOf(body: JsonObject): string {
  return `${keyOf(body)}${scalar(body.content_index) ?? 0}`
}

function scalar(value: unknown): string | number | undefined {
  return typeof value === 'string' || typeof value === 'number' ? value : undefined
}

function textOf(body: JsonObject): string {
  return typeof body.delta === 'string' ? body.delta : ''
}

function inPart(
  body: JsonObject,
  blocks: ReadBlocks,
  said: (target: ReadBlock) => readonly AnswerEvent[],
): readonly AnswerEvent[] {
  const known = blocks.at(partKeyOf(body))
  if (known !== undefined) return said(known)
  const { target, event } = blocks.begin(partKeyOf(body), { kind: 'text' })
  return [event, ...said(target)]
}

function moreArguments(body: JsonObject, blocks: ReadBlocks): readonly AnswerEvent[] {
  const target = blocks.at(keyOf(body))
  const json = textOf(body)
  if (target === undefined || json === '') return []
  target.size += json.length
  return [blocks.delta(target, { kind: 'arguments', json })]
}

function moreThought(body: JsonObject, blocks: ReadBlocks): readonly AnswerEvent[] {
  const target = blocks.at(keyOf(body))
  const text = textOf(body)
  return target === undefined || text === '' ? [] : [blocks.delta(target, { kind: 'reasoning', text })]
}

/** The parts of a thought are one text, a blank line between them. */
function nextPart(body: JsonObject, blocks: ReadBlocks): readonly AnswerEvent[] {
  const target = blocks.at(keyOf(body))
  if (target?.kind !== 'reasoning') return []
  target.parts++
  return target.parts > 1 ? [blocks.delta(target, { kind: 'reasoning', text: '\n\n' })] : []
}

function startOf(item: JsonObject): BlockStart | undefined {
  const custom = item.type === 'custom_tool_call'
  if (item.type === 'function_call' || custom) {
    const id = typeof item.call_id === 'string' ? item.call_id : stringOf(item.id)
    const name = typeof item.name === 'string' ? item.name : ''
    return { kind: 'tool-call', id, name, ...(custom && { custom: true }) }
  }
  if (item.type !== 'reasoning') return undefined
  return { kind: 'reasoning', ...(typeof item.id === 'string' && { id: item.id }), origin: 'openai-responses' }
}

/** What the deltas did not tell: the proof of a thought, arguments that came without deltas, items that come whole. */
function itemDone(item: JsonObject, body: JsonObject, blocks: ReadBlocks): readonly AnswerEvent[] {
  const key = keyOf(body)
  const target = blocks.at(key)
  if (item.type === 'message') return blocks.stopAll(key)
  if (target === undefined) return wholeItem(item, body, blocks)
  if (target.kind === 'tool-call') {
    return [...lateArguments(target, item, blocks), ...signatureOf(target, item, blocks), ...blocks.stop(key)]
  }
  const { encrypted, signature } = readProof(item.encrypted_content)
  return [
    ...(encrypted === undefined ? [] : [blocks.delta(target, { kind: 'encrypted', encrypted })]),
    ...(signature === undefined ? [] : [blocks.delta(target, { kind: 'signature', signature })]),
    ...blocks.stop(key),
  ]
}

function lateArguments(target: ReadBlock, item: JsonObject, blocks: ReadBlocks): readonly AnswerEvent[] {
  const whole = item.type === 'custom_tool_call' ? item.input : item.arguments
  if (target.size > 0 || typeof whole !== 'string' || whole === '') return []
  target.size = whole.length
  return [blocks.delta(target, { kind: 'arguments', json: whole })]
}

function signatureOf(target: ReadBlock, item: JsonObject, blocks: ReadBlocks): readonly AnswerEvent[] {
  const signature = thoughtSignatureOf(item)
  return signature === undefined ? [] : [blocks.delta(target, { kind: 'signature', signature })]
}

/** An item that was never opened piece by piece: a web search, a generated picture. */
function wholeItem(item: JsonObject, body: JsonObject, blocks: ReadBlocks): readonly AnswerEvent[] {
  const [block] = decodeOutputItem(item, numberOf(body.output_index ?? 0))
  const start: BlockStart | undefined =
    block?.kind === 'opaque'
      ? { kind: 'opaque', block }
      : block?.kind === 'image'
        ? { kind: 'media', block }
        : undefined
  if (start === undefined) return []
  return [blocks.begin(keyOf(body), start).event, ...blocks.stop(keyOf(body))]
}
