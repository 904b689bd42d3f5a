import { isObject } from '../../../lib/json.ts'
import type { Block, Choice, ReasoningBlock, TextBlock, ToolCallBlock } from '../canonical.ts'
import { withThoughtSignature } from '../compatibility.ts'
import type { JsonObject } from '../dialect.ts'
import { writeProof } from './carried.ts'
import { encodeCitation } from './decode-parts.ts'

/** Makes the id of the n-th output item of a response: `msg_…`, `fc_…`, `rs_…`. */
export type ItemIds = (prefix: string, index: number) => string

/** Item ids that follow from the response's own, so that a response is written the same however often. */
export function itemIdsOf(responseId: string): ItemIds {
  const tail = responseId.slice(responseId.indexOf('_') + 1)
  return (prefix, index) => `${prefix}_${tail}${index.toString(16).padStart(4, '0')}`
}

/** How far an item has come. */
export type ItemStatus = 'in_progress' | 'completed' | 'incomplete'

/** A message of the model. */
export function messageItem(id: string, content: readonly JsonObject[], status: ItemStatus): JsonObject {
  return { id, type: 'message', status, role: 'assistant', content }
}

/** A text as a part of a message; `logprobs` in R's form, a plain list. */
export function textPart(text: string, annotations: readonly JsonObject[], logprobs: readonly unknown[]): JsonObject {
  return { type: 'output_text', text, annotations, logprobs }
}

/** What is needed of a tool call. */
export type CallFacts = Pick<ToolCallBlock, 'id' | 'name' | 'arguments' | 'custom' | 'signature'>

/** A call of a function or of a custom tool. */
export function toolCallItem(id: string, call: CallFacts, status: ItemStatus): JsonObject {
  const { id: call_id, name } = call
  if (call.custom === true) return { id, type: 'custom_tool_call', status, call_id, name, input: call.arguments }
  const text = call.arguments === '' && status === 'completed' ? '{}' : call.arguments
  return {
    id,
    type: 'function_call',
    status,
    call_id,
    name,
    arguments: text,
    ...withThoughtSignature(call.signature),
  }
}

/** A thought: its text as the summary, its proof as encrypted content, which clients send back unmodified. */
export function reasoningItem(id: string, block: Omit<ReasoningBlock, 'kind' | 'id'>): JsonObject {
  const proof = writeProof(block)
  return {
    id,
    type: 'reasoning',
    summary: block.text === '' ? [] : [{ type: 'summary_text', text: block.text }],
    ...(proof === undefined ? {} : { encrypted_content: proof }),
  }
}

/** A generated picture; undefined for what R has no item for. */
export function mediaItem(id: string, block: Block): JsonObject | undefined {
  if (block.kind !== 'image' || block.source.kind !== 'base64') return undefined
  return { id, type: 'image_generation_call', status: 'completed', result: block.source.content }
}

/** R's logprobs are a plain list, canonical ones CC's `{content: […]}`. */
export function logprobsList(value: unknown): readonly unknown[] {
  return isObject(value) && Array.isArray(value.content) ? value.content : []
}

/** The whole of an answer as output items: texts that follow each other share a message, all else is an item of its own. */
export function outputItems(choice: Choice | undefined, idOf: ItemIds): readonly JsonObject[] {
  const items: JsonObject[] = []
  let content: JsonObject[] = []
  let place: number | undefined
  let messageId: unknown
  const isCut = choice?.finish === 'length' || choice?.finish === 'content-filter'
  const flush = (status: ItemStatus) => {
    if (content.length === 0) return
    const id = typeof messageId === 'string' ? messageId : idOf('msg', items.length)
    items.push(messageItem(id, content, status))
    content = []
  }
  for (const block of choice?.blocks ?? []) {
    if (block.kind === 'text') {
      if (block.item?.index !== place) flush('completed')
      place = block.item?.index
      messageId = block.item?.rest?.id
      content.push(partOf(block, choice?.logprobs))
      continue
    }
    flush('completed')
    const item = itemOf(block, idOf, items.length)
    if (item !== undefined) items.push(item)
  }
  flush(isCut ? 'incomplete' : 'completed')
  return items
}

function partOf(block: TextBlock, logprobs: unknown): JsonObject {
  if (block.refusal === true) return { type: 'refusal', refusal: block.text }
  return textPart(block.text, (block.citations ?? []).map(encodeCitation), logprobsList(logprobs))
}

function itemOf(block: Block, idOf: ItemIds, index: number): JsonObject | undefined {
  const id = (prefix: string) => (typeof block.item?.rest?.id === 'string' ? block.item.rest.id : idOf(prefix, index))
  switch (block.kind) {
    case 'tool-call':
      return toolCallItem(id(block.custom ? 'ctc' : 'fc'), block, 'completed')
    case 'reasoning':
      return reasoningItem(block.id?.startsWith('rs_') ? block.id : idOf('rs', index), block)
    case 'opaque':
      return block.dialect === 'openai-responses' && isObject(block.value) ? block.value : undefined
    default:
      return mediaItem(id('ig'), block)
  }
}
