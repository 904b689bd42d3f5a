import { isObject } from '../../../lib/json.ts'
import type { AnswerEvent, Block, BlockDelta, BlockStart } from '../canonical.ts'
import { thoughtSignatureOf } from '../compatibility.ts'
import type { JsonObject } from '../dialect.ts'
import { readProof } from './carried.ts'
import { decodeOutputItem } from './decode-answer.ts'
import { decodeAnnotation } from './decode-parts.ts'

/** Follows the items of a stream, which may be open side by side, and gives canonical events. */
export interface ItemReader {
  /** The events that an event about an item means. */
  readonly read: (type: string, body: JsonObject) => readonly AnswerEvent[]
  readonly closeAll: () => readonly AnswerEvent[]
  /** What has been opened so far. */
  readonly opened: () => readonly Pick<Block, 'kind'>[]
  readonly hasRefusal: () => boolean
}

interface Open {
  readonly block: number
  readonly kind: BlockStart['kind']
  /** Characters of text or arguments that came as deltas. */
  size: number
  /** Parts of a thought begun so far. */
  parts: number
}

/** Makes an {@link ItemReader}. */
export function itemReader(): ItemReader {
  const open = new Map<string, Open>()
  const kinds: Pick<Block, 'kind'>[] = []
  let refused = false

  const delta = ({ block }: Open, value: BlockDelta): AnswerEvent => ({
    kind: 'block-delta',
    choice: 0,
    block,
    delta: value,
  })
  const begin = (key: string, start: BlockStart): { target: Open; event: AnswerEvent } => {
    const target: Open = { block: kinds.length, kind: start.kind, size: 0, parts: 0 }
    kinds.push({ kind: start.kind === 'media' ? start.block.kind : start.kind })
    open.set(key, target)
    return { target, event: { kind: 'block-start', choice: 0, block: target.block, start } }
  }
  const stop = (key: string): readonly AnswerEvent[] => {
    const target = open.get(key)
    if (target === undefined) return []
    open.delete(key)
    const none =
      target.kind === 'tool-call' && target.size === 0 ? [delta(target, { kind: 'arguments', json: '{}' })] : []
    return [...none, { kind: 'block-stop', choice: 0, block: target.block }]
  }
  const added = (key: string, item: JsonObject): readonly AnswerEvent[] => {
    const start = startOf(item)
    return start === undefined ? [] : [begin(key, start).event]
  }
  /** What the deltas did not tell: the proof of a thought, items that come whole, arguments that came without deltas. */
  const done = (key: string, item: JsonObject, index: number): readonly AnswerEvent[] => {
    const target = open.get(key)
    if (item.type === 'message') return [...open.keys()].filter((part) => part.startsWith(`${key}/`)).flatMap(stop)
    if (target === undefined) return wholeBlocks(item, index, begin, stop, key)
    if (target.kind === 'tool-call')
      return [...lateArguments(target, item, delta), ...signatureOf(target, item, delta), ...stop(key)]
    const proof = readProof(item.encrypted_content)
    return [
      ...(proof.encrypted === undefined ? [] : [delta(target, { kind: 'encrypted', encrypted: proof.encrypted })]),
      ...(proof.signature === undefined ? [] : [delta(target, { kind: 'signature', signature: proof.signature })]),
      ...stop(key),
    ]
  }
  const inPart = (body: JsonObject, said: (target: Open) => readonly AnswerEvent[]): readonly AnswerEvent[] => {
    const key = `${keyOf(body)}/${body.content_index ?? 0}`
    const known = open.get(key)
    if (known !== undefined) return said(known)
    const { target, event } = begin(key, { kind: 'text' })
    return [event, ...said(target)]
  }
  return {
    opened: () => kinds,
    hasRefusal: () => refused,
    closeAll: () => [...open.keys()].flatMap(stop),
    read: (type, body) => {
      const key = keyOf(body)
      const text = typeof body.delta === 'string' ? body.delta : ''
      switch (type) {
        case 'response.output_item.added':
          return isObject(body.item) ? added(key, body.item) : []
        case 'response.output_item.done':
          return isObject(body.item) ? done(key, body.item, Number(body.output_index ?? 0)) : []
        case 'response.output_text.delta':
          return inPart(body, (target) => [
            ...(text === '' ? [] : [delta(target, { kind: 'text', text })]),
            ...(Array.isArray(body.logprobs) && body.logprobs.length > 0
              ? [delta(target, { kind: 'logprobs', value: { content: body.logprobs } })]
              : []),
          ])
        case 'response.refusal.delta':
          refused = true
          return inPart(body, (target) => [delta(target, { kind: 'text', text, refusal: true })])
        case 'response.output_text.annotation.added': {
          const { annotation } = body
          if (!isObject(annotation)) return []
          return inPart(body, (target) => [delta(target, { kind: 'citation', citation: decodeAnnotation(annotation) })])
        }
        case 'response.output_text.done':
        case 'response.refusal.done':
          return stop(`${key}/${body.content_index ?? 0}`)
        case 'response.function_call_arguments.delta':
        case 'response.custom_tool_call_input.delta':
          return inItem(open.get(key), text, (target) => delta(target, { kind: 'arguments', json: text }))
        case 'response.reasoning_summary_part.added':
          return nextPart(open.get(key), delta)
        case 'response.content_part.added':
          return isObject(body.part) && body.part.type === 'reasoning_text' ? nextPart(open.get(key), delta) : []
        case 'response.reasoning_summary_text.delta':
        case 'response.reasoning_text.delta':
          return inItem(open.get(key), text, (target) => delta(target, { kind: 'reasoning', text }))
        default:
          return []
      }
    },
  }
}

type MakeDelta = (target: Open, value: BlockDelta) => AnswerEvent

function keyOf(body: JsonObject): string {
  return String(body.output_index ?? body.item_id ?? 0)
}

function inItem(target: Open | undefined, text: string, said: (target: Open) => AnswerEvent): readonly AnswerEvent[] {
  if (target === undefined || text === '') return []
  target.size += text.length
  return [said(target)]
}

/** The parts of a thought are one text, a blank line between them. */
function nextPart(target: Open | undefined, delta: MakeDelta): readonly AnswerEvent[] {
  if (target?.kind !== 'reasoning') return []
  target.parts++
  return target.parts > 1 ? [delta(target, { kind: 'reasoning', text: '\n\n' })] : []
}

function startOf(item: JsonObject): BlockStart | undefined {
  const custom = item.type === 'custom_tool_call'
  if (item.type === 'function_call' || custom) {
    const id = typeof item.call_id === 'string' ? item.call_id : String(item.id ?? '')
    const name = typeof item.name === 'string' ? item.name : ''
    return { kind: 'tool-call', id, name, ...(custom && { custom: true }) }
  }
  if (item.type !== 'reasoning') return undefined
  return { kind: 'reasoning', ...(typeof item.id === 'string' && { id: item.id }), origin: 'openai-responses' }
}

function lateArguments(target: Open, item: JsonObject, delta: MakeDelta): readonly AnswerEvent[] {
  const whole = item.type === 'custom_tool_call' ? item.input : item.arguments
  if (target.size > 0 || typeof whole !== 'string' || whole === '') return []
  target.size = whole.length
  return [delta(target, { kind: 'arguments', json: whole })]
}

function signatureOf(target: Open, item: JsonObject, delta: MakeDelta): readonly AnswerEvent[] {
  const signature = thoughtSignatureOf(item)
  return signature === undefined ? [] : [delta(target, { kind: 'signature', signature })]
}

/** An item that was never opened piece by piece: a web search, a generated picture. */
function wholeBlocks(
  item: JsonObject,
  index: number,
  begin: (key: string, start: BlockStart) => { readonly event: AnswerEvent },
  stop: (key: string) => readonly AnswerEvent[],
  key: string,
): readonly AnswerEvent[] {
  const [block] = decodeOutputItem(item, index)
  if (block?.kind === 'opaque') return [begin(key, { kind: 'opaque', block }).event, ...stop(key)]
  return block?.kind === 'image' ? [begin(key, { kind: 'media', block }).event, ...stop(key)] : []
}
