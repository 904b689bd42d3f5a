import type { AnswerEvent, BlockDelta, Finish, Usage } from '../canonical.ts'
import type { AnswerContext, JsonObject, StreamEncoder } from '../dialect.ts'
import { messageId } from './answer.ts'
import { type BlockWriter, blockWriter, wireEvent } from './block-writer.ts'
import { encodeError } from './error-shape.ts'
import { encodeFinish } from './finish.ts'
import { encodeUsage } from './usage.ts'

/**
 * Writes a stream of Anthropic's events. Blocks that are open side by side come out one after another, in the order in
 * which they opened: what belongs to a later block waits until the earlier one has closed. `message_delta` waits for the
 * end, because other dialects tell the usage after the finish.
 */
export function encodeStream(context: AnswerContext): StreamEncoder {
  const queue = blockQueue()
  let usage: Usage | undefined
  let opening: { readonly id: string; readonly model: string } | undefined
  let hasStarted = false
  let hasEnded = false
  let finish: Finish | undefined
  let stopSequence: string | undefined

  const begin = (): string => {
    if (hasStarted) return ''
    hasStarted = true
    return wireEvent({ type: 'message_start', message: emptyMessage(opening, usage, context) })
  }
  const take = (event: AnswerEvent): string => {
    switch (event.kind) {
      case 'start':
        opening = event
        return ''
      case 'usage':
        usage = event.usage
        return ''
      case 'ping':
        return begin() + PING
      case 'finish':
        if (event.choice !== 0) return ''
        finish = event.finish
        stopSequence = event.stopSequence
        return ''
      default:
        return event.choice === 0 ? begin() + queue.take(event) : ''
    }
  }
  return {
    events: (events) => {
      if (hasEnded) return ''
      let text = ''
      for (const event of events) text += take(event)
      // The start waits for the rest of its batch: the prompt's usage, which belongs into it, comes right behind.
      return text === '' && opening !== undefined ? begin() : text
    },
    ping: () => (hasEnded ? '' : PING),
    fail: (error) => {
      if (hasEnded) return ''
      hasEnded = true
      return wireEvent(encodeError(error, context.id).body)
    },
    end: () => {
      if (hasEnded) return ''
      const rest = begin() + queue.close()
      hasEnded = true
      const reason = encodeFinish(finish ?? 'other', queue.callsTools())
      const delta = { stop_reason: reason, stop_sequence: stopSequence ?? null }
      return (
        rest +
        wireEvent({ type: 'message_delta', delta, usage: encodeUsage(usage) }) +
        wireEvent({ type: 'message_stop' })
      )
    },
  }
}

const PING = wireEvent({ type: 'ping' })

function emptyMessage(
  opening: { readonly id: string; readonly model: string } | undefined,
  usage: Usage | undefined,
  context: AnswerContext,
): JsonObject {
  return {
    id: messageId(opening?.id ?? '', context),
    type: 'message',
    role: 'assistant',
    model: opening?.model || context.call.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: encodeUsage(usage),
  }
}

/** A block that waits for its turn, or has it. */
interface Waiting {
  readonly writer: BlockWriter
  readonly deltas: BlockDelta[]
  hasStopped: boolean
}

type BlockEvent = Extract<AnswerEvent, { readonly block: number }>

/** Brings interleaved blocks into one row. Blocks that turn out empty are never opened and take no index. */
function blockQueue() {
  const waiting = new Map<number, Waiting>()
  let nextIndex = 0
  let callsTools = false
  const takeIndex = () => nextIndex++

  const flush = (): string => {
    let text = ''
    for (const [block, { writer, deltas, hasStopped }] of waiting) {
      text += writer.open()
      for (const delta of deltas.splice(0)) text += writer.add(delta)
      if (!hasStopped) return text
      text += writer.stop()
      waiting.delete(block)
    }
    return text
  }
  return {
    callsTools: () => callsTools,
    take: (event: BlockEvent): string => {
      if (event.kind === 'block-start') {
        if (event.start.kind === 'tool-call') callsTools = true
        waiting.set(event.block, { writer: blockWriter(event.start, takeIndex), deltas: [], hasStopped: false })
        return flush()
      }
      const target = waiting.get(event.block)
      if (target === undefined) return ''
      if (event.kind === 'block-stop') target.hasStopped = true
      else target.deltas.push(event.delta)
      return flush()
    },
    /** Closes what is still open, in order. */
    close: (): string => {
      for (const target of waiting.values()) target.hasStopped = true
      return flush()
    },
  }
}
