import { isObject } from '../../../lib/json.ts'
import type { AnswerEvent, BlockStart } from '../canonical.ts'
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

interface Entry {
  readonly item: OpenItem
  /** How it ended; undefined while it is open. */
  status: ItemStatus | undefined
}

/**
 * Makes {@link StreamedItems}. Texts that follow each other share a message, which ends when anything else opens; a text that
 * goes on after that begins a new one. Tool calls may be open side by side, each at its own `output_index`.
 */
export function streamedItems(writer: EventWriter, idOf: ItemIds): StreamedItems {
  const entries: Entry[] = []
  const calls = new Map<number, Entry & { readonly item: OpenToolCall }>()
  const thoughts = new Map<number, Entry & { readonly item: OpenThought }>()
  let message: (Entry & { readonly item: OpenMessage }) | undefined

  const site = (): ItemSite => ({ writer, idOf, outputIndex: entries.length })
  const add = <Item extends OpenItem>(item: Item) => {
    const entry: Entry & { readonly item: Item } = { item, status: undefined }
    entries.push(entry)
    return { entry, text: item.opening() }
  }
  const close = (entry: Entry | undefined, status: ItemStatus): string => {
    if (entry === undefined || entry.status !== undefined) return ''
    entry.status = status
    if (entry === message) message = undefined
    return entry.item.close(status)
  }
  const inMessage = (write: (item: OpenMessage) => string): string => {
    let opened = ''
    if (message === undefined) {
      const added = add(openMessage(site()))
      message = added.entry
      opened = added.text
    }
    return opened + write(message.item)
  }
  const open = (block: number, start: BlockStart): string => {
    if (start.kind === 'text') return ''
    const closed = close(message, 'completed')
    if (start.kind === 'tool-call') {
      const { entry, text } = add(openToolCall(site(), start))
      calls.set(block, entry)
      return closed + text
    }
    if (start.kind === 'reasoning') {
      const { entry, text } = add(openThought(site(), start))
      thoughts.set(block, entry)
      return closed + text
    }
    const item = itemOf(start, idOf('ig', entries.length))
    if (item === undefined) return closed
    const { entry, text } = add(wholeItem(site(), item))
    return closed + text + close(entry, 'completed')
  }
  const delta = ({ block, delta: said }: Extract<AnswerEvent, { kind: 'block-delta' }>): string => {
    switch (said.kind) {
      case 'text':
        return inMessage((item) => item.text(block, said.text, { refusal: said.refusal === true, logprobs: [] }))
      case 'citation':
        return inMessage((item) => item.citation(block, said.citation))
      case 'logprobs':
        // They come right after the text they belong to: an empty delta carries them.
        return inMessage((item) => item.text(block, '', { refusal: false, logprobs: logprobsList(said.value) }))
      case 'arguments':
        return calls.get(block)?.item.arguments(said.json) ?? ''
      case 'reasoning':
        return thoughts.get(block)?.item.text(said.text) ?? ''
      case 'signature':
        calls.get(block)?.item.sign(said.signature)
        thoughts.get(block)?.item.prove(said)
        return ''
      case 'encrypted':
        thoughts.get(block)?.item.prove(said)
        return ''
      default:
        return ''
    }
  }
  return {
    event: (event) => {
      if (event.kind === 'block-start') return open(event.block, event.start)
      if (event.kind === 'block-delta') return delta(event)
      if (event.kind !== 'block-stop') return ''
      const { block } = event
      const ended = close(calls.get(block), 'completed') + close(thoughts.get(block), 'completed')
      return ended + (message?.item.closePart(block) ?? '')
    },
    closeAll: (status) => entries.map((entry) => close(entry, status)).join(''),
    snapshots: () => entries.map(({ item, status }) => item.snapshot(status ?? 'incomplete')),
  }
}

function itemOf(start: Extract<BlockStart, { kind: 'opaque' | 'media' }>, id: string): JsonObject | undefined {
  if (start.kind === 'media') return mediaItem(id, start.block)
  const { dialect, value } = start.block
  return dialect === 'openai-responses' && isObject(value) ? value : undefined
}
