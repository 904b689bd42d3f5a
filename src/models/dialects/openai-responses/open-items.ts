import type { BlockStart, Citation, ToolCallBlock } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'
import { encodeCitation } from './decode-parts.ts'
import type { EventWriter, TextPlace } from './event-writer.ts'
import { type ItemIds, type ItemStatus, messageItem, reasoningItem, textPart, toolCallItem } from './output-items.ts'

/** An item that is being written to a client. Every method gives the events to send. */
export interface OpenItem {
  readonly opening: () => string
  /** Ends it: what it holds is repeated whole, as R does. */
  readonly close: (status: ItemStatus) => string
  /** The item as far as it has come. */
  readonly snapshot: (status: ItemStatus) => JsonObject
}

/** Where an item stands and how it writes. */
export interface ItemSite {
  readonly writer: EventWriter
  readonly idOf: ItemIds
  readonly outputIndex: number
}

/** A message whose texts are its parts. */
export interface OpenMessage extends OpenItem {
  readonly text: (block: number, text: string, options: { refusal: boolean; logprobs: readonly unknown[] }) => string
  readonly citation: (block: number, citation: Citation) => string
  /** The text of a block has ended: so has its part. */
  readonly closePart: (block: number) => string
}

interface OpenPart {
  readonly block: number
  readonly refusal: boolean
  readonly index: number
  text: string
  readonly annotations: JsonObject[]
  readonly logprobs: unknown[]
}

/** Opens a message. */
export function openMessage({ writer, idOf, outputIndex }: ItemSite): OpenMessage {
  const id = idOf('msg', outputIndex)
  const parts: JsonObject[] = []
  let part: OpenPart | undefined
  const at = (index: number) => ({ item_id: id, output_index: outputIndex, content_index: index })
  const partOf = (open: OpenPart): JsonObject =>
    open.refusal ? { type: 'refusal', refusal: open.text } : textPart(open.text, open.annotations, open.logprobs)

  const closeOpen = (): string => {
    if (part === undefined) return ''
    const whole = partOf(part)
    const place = at(part.index)
    const said = part.refusal
      ? writer.event('response.refusal.done', { ...place, refusal: part.text })
      : writer.event('response.output_text.done', { ...place, text: part.text, logprobs: part.logprobs })
    parts.push(whole)
    part = undefined
    return said + writer.event('response.content_part.done', { ...place, part: whole })
  }
  const openPart = (block: number, refusal: boolean): string => {
    if (part?.block === block && part.refusal === refusal) return ''
    const closed = closeOpen()
    part = { block, refusal, index: parts.length, text: '', annotations: [], logprobs: [] }
    return closed + writer.event('response.content_part.added', { ...at(part.index), part: partOf(part) })
  }
  const snapshot = (status: ItemStatus) => messageItem(id, part ? [...parts, partOf(part)] : [...parts], status)
  return {
    opening: () =>
      writer.event('response.output_item.added', { output_index: outputIndex, item: snapshot('in_progress') }),
    text: (block, text, { refusal, logprobs }) => {
      const opened = openPart(block, refusal)
      if (part === undefined) return opened
      part.text += text
      part.logprobs.push(...logprobs)
      const place: TextPlace = { itemId: id, outputIndex, part: { counter: 'content_index', index: part.index } }
      return (
        opened +
        (refusal
          ? writer.delta('response.refusal.delta', place, text)
          : writer.delta('response.output_text.delta', { ...place, logprobs }, text))
      )
    },
    citation: (block, citation) => {
      const opened = part?.block === block ? '' : openPart(block, false)
      if (part === undefined) return opened
      const annotation = encodeCitation(citation)
      const members = { ...at(part.index), annotation_index: part.annotations.length, annotation }
      part.annotations.push(annotation)
      return opened + writer.event('response.output_text.annotation.added', members)
    },
    closePart: (block) => (part?.block === block ? closeOpen() : ''),
    close: (status) => {
      const closed = closeOpen()
      return closed + writer.event('response.output_item.done', { output_index: outputIndex, item: snapshot(status) })
    },
    snapshot,
  }
}

/** A tool call whose arguments are being written. */
export interface OpenToolCall extends OpenItem {
  readonly arguments: (json: string) => string
  readonly sign: (signature: string) => void
}

/** Opens a tool call. */
export function openToolCall(site: ItemSite, start: Extract<BlockStart, { kind: 'tool-call' }>): OpenToolCall {
  const { writer, outputIndex } = site
  const custom = start.custom === true
  const id = site.idOf(custom ? 'ctc' : 'fc', outputIndex)
  const call: {
    -readonly [key in keyof Pick<ToolCallBlock, 'id' | 'name' | 'arguments' | 'signature'>]: ToolCallBlock[key]
  } = { id: start.id, name: start.name, arguments: '' }
  const stem = custom ? 'response.custom_tool_call_input' : 'response.function_call_arguments'
  const snapshot = (status: ItemStatus) => toolCallItem(id, { ...call, custom }, status)
  const add = (json: string) => {
    if (json === '') return ''
    call.arguments += json
    return writer.delta(`${stem}.delta`, { itemId: id, outputIndex }, json)
  }
  return {
    opening: () =>
      writer.event('response.output_item.added', { output_index: outputIndex, item: snapshot('in_progress') }),
    arguments: add,
    sign: (signature) => {
      call.signature = signature
    },
    close: (status) => {
      const none = call.arguments === '' && !custom && status === 'completed' ? add('{}') : ''
      const whole = custom ? { input: call.arguments } : { name: call.name, arguments: call.arguments }
      const done = writer.event(`${stem}.done`, { item_id: id, output_index: outputIndex, ...whole })
      const item = { output_index: outputIndex, item: snapshot(status) }
      return none + done + writer.event('response.output_item.done', item)
    },
    snapshot,
  }
}

/** A thought that is being written, as the summary of a reasoning item. */
export interface OpenThought extends OpenItem {
  readonly text: (text: string) => string
  readonly prove: (proof: { readonly signature?: string; readonly encrypted?: string }) => void
}

/** Opens a thought. */
export function openThought(site: ItemSite, start: Extract<BlockStart, { kind: 'reasoning' }>): OpenThought {
  const { writer, outputIndex } = site
  const id = start.id?.startsWith('rs_') ? start.id : site.idOf('rs', outputIndex)
  let text = ''
  let signature: string | undefined
  let encrypted: string | undefined
  const place = { item_id: id, output_index: outputIndex, summary_index: 0 }
  const snapshot = () => reasoningItem(id, { text, signature, encrypted, origin: start.origin })
  return {
    opening: () => writer.event('response.output_item.added', { output_index: outputIndex, item: snapshot() }),
    text: (more) => {
      if (more === '') return ''
      const part = { type: 'summary_text', text: '' }
      const opened = text === '' ? writer.event('response.reasoning_summary_part.added', { ...place, part }) : ''
      text += more
      const at = { itemId: id, outputIndex, part: { counter: 'summary_index', index: 0 } } as const
      return opened + writer.delta('response.reasoning_summary_text.delta', at, more)
    },
    prove: (proof) => {
      if (proof.signature !== undefined) signature = (signature ?? '') + proof.signature
      if (proof.encrypted !== undefined) encrypted = (encrypted ?? '') + proof.encrypted
    },
    close: () => {
      const part = { type: 'summary_text', text }
      const said =
        text === ''
          ? ''
          : writer.event('response.reasoning_summary_text.done', { ...place, text }) +
            writer.event('response.reasoning_summary_part.done', { ...place, part })
      return said + writer.event('response.output_item.done', { output_index: outputIndex, item: snapshot() })
    },
    snapshot,
  }
}

/** An item that comes whole. */
export function wholeItem({ writer, outputIndex }: ItemSite, item: JsonObject): OpenItem {
  const event = (type: string) => writer.event(type, { output_index: outputIndex, item })
  return {
    opening: () => event('response.output_item.added'),
    close: () => event('response.output_item.done'),
    snapshot: () => item,
  }
}
