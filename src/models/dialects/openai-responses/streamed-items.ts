import { isObject } from '../../../lib/json.ts'
import type { AnswerEvent, BlockDelta, BlockStart } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'
import type { EventWriter } from './event-writer.ts'
import {
  type ItemSite,
  type OpenItem,
  type OpenMessage,
  type OpenThought,
  type OpenToolCall,
  openMessage,
  openThought,
  openToolCall,
  wholeItem,
} from './open-items.ts'
import { type ItemIds, type ItemStatus, logprobsList, mediaItem } from './output-items.ts'

/** The items of a response that is being written. */
export interface StreamedItems {
  /** The events that a canonical event becomes. */
  readonly event: (event: AnswerEvent) => string
  /** Ends every item that is still open, in their order. */
  readonly closeAll: (status: ItemStatus) => string
  /** Every item so far; those still open as incomplete. */
  readonly snapshots: () => readonly JsonObject[]
}

interface Entry<Item extends OpenItem = OpenItem> {
  readonly item: Item
  /** How it ended; undefined while it is open. */
  status: ItemStatus | undefined
}

interface Items {
  readonly writer: EventWriter
  readonly idOf: ItemIds
  /** In the order of their `output_index`. */
  readonly entries: Entry[]
  readonly calls: Map<number, Entry<OpenToolCall>>
  readonly thoughts: Map<number, Entry<OpenThought>>
  message: Entry<OpenMessage> | undefined
}

/**
 * Makes {@link StreamedItems}. Texts that follow each other share a message, which ends when anything else opens; a text that
 * goes on after that begins a new one. Tool calls may be open side by side, each at its own `output_index`.
 */
export function streamedItems(writer: EventWriter, idOf: ItemIds): StreamedItems {
  const items: Items = { writer, idOf, entries: [], calls: new Map(), thoughts: new Map(), message: undefined }
  return {
    event: (event) => {
      if (event.kind === 'block-start') return open(items, event.block, event.start)
      if (event.kind === 'block-delta') return add(items, event.block, event.delta)
      if (event.kind !== 'block-stop') return ''
      const { block } = event
      const ended =
        close(items, items.calls.get(block), 'completed') + close(items, items.thoughts.get(block), 'completed')
      return ended + (items.message?.item.closePart(block) ?? '')
    },
    closeAll: (status) => items.entries.map((entry) => close(items, entry, status)).join(''),
    snapshots: () => items.entries.map(({ item, status }) => item.snapshot(status ?? 'incomplete')),
  }
}

function siteOf({ writer, idOf, entries }: Items): ItemSite {
  return { writer, idOf, outputIndex: entries.length }
}

function begin<Item extends OpenItem>({ entries }: Items, item: Item): { entry: Entry<Item>; text: string } {
  const entry: Entry<Item> = { item, status: undefined }
  entries.push(entry)
  return { entry, text: item.opening() }
}

function close(items: Items, entry: Entry | undefined, status: ItemStatus): string {
  if (entry === undefined || entry.status !== undefined) return ''
  entry.status = status
  if (entry === items.message) items.message = undefined
  return entry.item.close(status)
}

function inMessage(items: Items, write: (item: OpenMessage) => string): string {
  if (items.message !== undefined) return write(items.message.item)
  const { entry, text } = begin(items, openMessage(siteOf(items)))
  items.message = entry
  return text + write(entry.item)
}

function open(items: Items, block: number, start: BlockStart): string {
  if (start.kind === 'text') return ''
  const closed = close(items, items.message, 'completed')
  if (start.kind === 'tool-call') {
    const { entry, text } = begin(items, openToolCall(siteOf(items), start))
    items.calls.set(block, entry)
    return closed + text
  }
  if (start.kind === 'reasoning') {
    const { entry, text } = begin(items, openThought(siteOf(items), start))
    items.thoughts.set(block, entry)
    return closed + text
  }
  const item = itemOf(start, items.idOf('ig', items.entries.length))
  if (item === undefined) return closed
  const { entry, text } = begin(items, wholeItem(siteOf(items), item))
  return closed + text + close(items, entry, 'completed')
}

function itemOf(start: Extract<BlockStart, { kind: 'opaque' | 'media' }>, id: string): JsonObject | undefined {
  if (start.kind === 'media') return mediaItem(id, start.block)
  const { dialect, value } = start.block
  return dialect === 'openai-responses' && isObject(value) ? value : undefined
}

function add(items: Items, block: number, said: BlockDelta): string {
  const call = items.calls.get(block)?.item
  const thought = items.thoughts.get(block)?.item
  switch (said.kind) {
    case 'text':
      return inMessage(items, (item) => item.text(block, said.text, { refusal: said.refusal === true, logprobs: [] }))
    case 'citation':
      return inMessage(items, (item) => item.citation(block, said.citation))
    case 'logprobs':
      // They come right after the text they belong to: an empty delta carries them.
      return inMessage(items, (item) => item.text(block, '', { refusal: false, logprobs: logprobsList(said.value) }))
    case 'arguments':
      return call?.arguments(said.json) ?? ''
    case 'reasoning':
      return thought?.text(said.text) ?? ''
    case 'signature':
      call?.sign(said.signature)
      thought?.prove(said)
      return ''
    case 'encrypted':
      thought?.prove(said)
      return ''
    case 'opaque':
      return ''
  }
}
