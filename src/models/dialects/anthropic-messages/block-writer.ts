import { isObject } from '../../../lib/json.ts'
import { sseEvent } from '../../../lib/sse.ts'
import type { BlockDelta, BlockStart, DialectName } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'
import { type Carried, carry } from './carry.ts'
import { encodeCitation } from './citations.ts'
import { encodeToolId } from './encode-blocks.ts'

/** Writes one block of a stream. Everything it gives is SSE text, `''` where there is nothing to say yet. */
export interface BlockWriter {
  /** It is the block's turn: blocks that can never be empty open now. Harmless when repeated. */
  readonly open: () => string
  readonly add: (delta: BlockDelta) => string
  /** Closes the block, or leaves it out when nothing came. */
  readonly stop: () => string
}

/** One event of Anthropic's stream as text. */
export function wireEvent(data: JsonObject): string {
  return sseEvent(JSON.stringify(data), String(data.type))
}

/** The writer for a kind of block; `takeIndex` gives the next index of the message, asked for only when it opens. */
export function blockWriter(start: BlockStart, takeIndex: () => number): BlockWriter {
  switch (start.kind) {
    case 'text':
      return textWriter(takeIndex)
    case 'reasoning':
      return reasoningWriter(start, takeIndex)
    case 'tool-call':
      return toolWriter(start, takeIndex)
    case 'opaque': {
      const { dialect, value } = start.block
      return dialect === 'anthropic-messages' && isObject(value) ? opaqueWriter(value, takeIndex) : SILENT
    }
    case 'media':
      // An answer of Anthropic has no blocks for pictures, sounds and files.
      return SILENT
  }
}

const SILENT: BlockWriter = { open: () => '', add: () => '', stop: () => '' }

/** A block's frame on the wire: opens once, when first needed. */
function wireBlock(takeIndex: () => number) {
  let index: number | undefined
  return {
    isOpen: () => index !== undefined,
    open: (block: JsonObject): string => {
      if (index !== undefined) return ''
      index = takeIndex()
      return wireEvent({ type: 'content_block_start', index, content_block: block })
    },
    delta: (delta: JsonObject): string => wireEvent({ type: 'content_block_delta', index: index ?? 0, delta }),
    stop: (): string => (index === undefined ? '' : wireEvent({ type: 'content_block_stop', index })),
  }
}

function textWriter(takeIndex: () => number): BlockWriter {
  const wire = wireBlock(takeIndex)
  let signature: string | undefined
  const open = () => wire.open({ type: 'text', text: '' })
  return {
    open: () => '',
    add: (delta) => {
      if (delta.kind === 'signature') signature = delta.signature
      if (delta.kind === 'text' && delta.text !== '')
        return open() + wire.delta({ type: 'text_delta', text: delta.text })
      if (delta.kind !== 'citation') return ''
      const citation = encodeCitation(delta.citation)
      return citation === undefined ? '' : open() + wire.delta({ type: 'citations_delta', citation })
    },
    stop: () => wire.stop() + (wire.isOpen() ? writeCarrier(signature, takeIndex) : ''),
  }
}

function toolWriter(start: Extract<BlockStart, { kind: 'tool-call' }>, takeIndex: () => number): BlockWriter {
  const wire = wireBlock(takeIndex)
  let signature: string | undefined
  let freeText = ''
  const argument = (json: string) => wire.delta({ type: 'input_json_delta', partial_json: json })
  const open = () => wire.open({ type: 'tool_use', id: encodeToolId(start.id), name: start.name, input: {} })
  return {
    open,
    add: (delta) => {
      if (delta.kind === 'signature') signature = delta.signature
      if (delta.kind !== 'arguments' || delta.json === '') return ''
      if (!start.custom) return open() + argument(delta.json)
      // Free text is no JSON: it becomes one member, and that only when the whole of it is there.
      freeText += delta.json
      return ''
    },
    stop: () => {
      const rest = start.custom ? argument(JSON.stringify({ input: freeText })) : ''
      return open() + rest + wire.stop() + writeCarrier(signature, takeIndex)
    },
  }
}

function reasoningWriter(start: Extract<BlockStart, { kind: 'reasoning' }>, takeIndex: () => number): BlockWriter {
  const wire = wireBlock(takeIndex)
  const origin: DialectName = start.origin ?? (start.id === undefined ? 'gemini' : 'openai-responses')
  const isOwn = origin === 'anthropic-messages' || origin === 'bedrock-converse'
  let held: Carried = {}
  const open = () => wire.open({ type: 'thinking', thinking: '', signature: '' })
  const sign = (signature: string) => open() + wire.delta({ type: 'signature_delta', signature })
  return {
    open: () => '',
    add: (delta) => {
      if (delta.kind === 'reasoning' && delta.text !== '') {
        return open() + wire.delta({ type: 'thinking_delta', thinking: delta.text })
      }
      if (delta.kind === 'signature' && isOwn) return delta.signature === '' ? '' : sign(delta.signature)
      if (delta.kind === 'signature') held = { ...held, signature: (held.signature ?? '') + delta.signature }
      if (delta.kind === 'encrypted') held = { ...held, encrypted: (held.encrypted ?? '') + delta.encrypted }
      return ''
    },
    stop: () => {
      const { signature, encrypted } = held
      if (signature === undefined && encrypted === undefined) return wire.stop()
      if (!isOwn)
        return sign(carry({ origin, ...(start.id === undefined ? {} : { id: start.id }), ...held })) + wire.stop()
      if (wire.isOpen()) return wire.stop()
      return wire.open({ type: 'redacted_thinking', data: encrypted ?? '' }) + wire.stop()
    },
  }
}

function opaqueWriter(value: JsonObject, takeIndex: () => number): BlockWriter {
  const wire = wireBlock(takeIndex)
  return {
    open: () => wire.open(value),
    add: (delta) =>
      delta.kind === 'opaque' && isObject(delta.value) ? wire.open(value) + wire.delta(delta.value) : '',
    stop: () => wire.open(value) + wire.stop(),
  }
}

/** A signature on a text or a tool call (Gemini) travels in a thinking block of its own, right behind it. */
function writeCarrier(signature: string | undefined, takeIndex: () => number): string {
  if (signature === undefined) return ''
  const wire = wireBlock(takeIndex)
  const carried = carry({ origin: 'gemini', signature, belongsTo: 'before' })
  return (
    wire.open({ type: 'thinking', thinking: '', signature: '' }) +
    wire.delta({ type: 'signature_delta', signature: carried }) +
    wire.stop()
  )
}
