import { sseEvent } from '../../../lib/sse.ts'
import type { AnswerEvent, BlockDelta, BlockStart, Finish, Usage } from '../canonical.ts'
import type { AnswerContext, JsonObject, StreamEncoder } from '../dialect.ts'
import { errorBody } from './errors.ts'
import { writeCitation, writeFinish, writeUsage } from './vocabulary.ts'

/**
 * Writes a stream as Cohere does: `message-start`, contents and tool calls each with indexes of their own, `message-end` with
 * reason and usage. Blocks of later answers and media have no event and are left out.
 */
export function encodeStream(context: AnswerContext): StreamEncoder {
  const blocks = blockWriter()
  let id = context.id
  let hasStarted = false
  let finish: Finish | undefined
  let usage: Usage | undefined
  const begin = () => {
    if (hasStarted) return ''
    hasStarted = true
    const message = { role: 'assistant', content: [], tool_plan: '', tool_calls: [], citations: [] }
    return event('message-start', { id, delta: { message } })
  }
  const write = (one: AnswerEvent): string => {
    switch (one.kind) {
      case 'start':
        id = one.id || id
        return begin()
      case 'usage':
        usage = one.usage
        return ''
      case 'finish':
        if (one.choice === 0) finish = one.finish
        return ''
      case 'ping':
        return ''
      default:
        return one.choice === 0 ? begin() + blocks.write(one) : ''
    }
  }
  return {
    events: (events) => events.map(write).join(''),
    ping: () => ': ping\n\n',
    fail: (error) => sseEvent(JSON.stringify(errorBody(error)), 'error'),
    end: () => {
      const rest = begin() + blocks.closeAll()
      const counted = usage === undefined ? {} : { usage: writeUsage(usage) }
      return `${rest}${event('message-end', { id, delta: { finish_reason: writeFinish(finish ?? 'other'), ...counted } })}`
    },
  }
}

interface Place {
  readonly kind: 'content' | 'call'
  readonly index: number
}

type BlockEvent = Extract<AnswerEvent, { readonly block: number }>

function blockWriter() {
  const places = new Map<number, Place>()
  const counts = { content: 0, call: 0 }
  const open = (block: number, start: BlockStart): string => {
    if (start.kind !== 'text' && start.kind !== 'reasoning' && start.kind !== 'tool-call') return ''
    const kind = start.kind === 'tool-call' ? 'call' : 'content'
    const index = counts[kind]++
    places.set(block, { kind, index })
    if (start.kind === 'tool-call') {
      const call = { id: start.id, type: 'function', function: { name: start.name, arguments: '' } }
      return change('tool-call-start', index, { tool_calls: call })
    }
    return change('content-start', index, {
      content: start.kind === 'text' ? { type: 'text', text: '' } : { type: 'thinking', thinking: '' },
    })
  }
  const close = (block: number): string => {
    const place = places.get(block)
    places.delete(block)
    return place === undefined
      ? ''
      : event(place.kind === 'call' ? 'tool-call-end' : 'content-end', { index: place.index })
  }
  const write = (one: BlockEvent): string => {
    if (one.kind === 'block-start') return open(one.block, one.start)
    if (one.kind === 'block-stop') return close(one.block)
    const place = places.get(one.block)
    return place === undefined ? '' : writeDelta(place.index, one.delta)
  }
  return { write, closeAll: () => [...places.keys()].map(close).join('') }
}

function writeDelta(index: number, delta: BlockDelta): string {
  switch (delta.kind) {
    case 'text':
      return change('content-delta', index, { content: { text: delta.text } })
    case 'reasoning':
      return change('content-delta', index, { content: { thinking: delta.text } })
    case 'arguments':
      return change('tool-call-delta', index, { tool_calls: { function: { arguments: delta.json } } })
    case 'citation':
      return change('citation-start', index, { citations: writeCitation(delta.citation) })
    default:
      return ''
  }
}

function change(type: string, index: number, message: JsonObject): string {
  return event(type, { index, delta: { message } })
}

function event(type: string, fields: JsonObject): string {
  return sseEvent(JSON.stringify({ type, ...fields }), type)
}
