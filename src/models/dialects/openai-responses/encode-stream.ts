import type { GatewayError } from '../../../lib/errors.ts'
import { sseComment } from '../../../lib/sse.ts'
import type { AnswerEvent, Finish, Usage } from '../canonical.ts'
import type { AnswerContext, StreamEncoder } from '../dialect.ts'
import { responseIdOf } from './encode-answer.ts'
import { type EventWriter, eventWriter } from './event-writer.ts'
import { itemIdsOf } from './output-items.ts'
import { passedEvents } from './passed-events.ts'
import { incompleteReason, type ResponseFacts, responseErrorOf, responseObject } from './response-object.ts'
import { type StreamedItems, streamedItems } from './streamed-items.ts'

/**
 * Writes a response's events in OpenAI's order, numbered without gaps: created, in progress, then the items (opened, filled,
 * repeated whole, closed), then how it ended. A guardrail that stops an answer ends it as OpenAI's content filter does
 * (`response.incomplete`, `content_filter`, with what had been said); any other failure is `response.failed`.
 */
export function encodeStream(context: AnswerContext): StreamEncoder {
  const writer = eventWriter()
  const passed = passedEvents()
  let stream: Begun | undefined

  const begin = (start?: Extract<AnswerEvent, { kind: 'start' }>): { stream: Begun; text: string } => {
    if (stream !== undefined) return { stream, text: '' }
    stream = begun(context, writer, start)
    return { stream, text: stream.opening() }
  }
  return {
    events: (events) => {
      let out = ''
      for (const event of events) {
        if (event.kind === 'ping') continue
        const now = begin(event.kind === 'start' ? event : undefined)
        out += now.text + now.stream.event(event)
      }
      return out
    },
    ping: () => sseComment('ping'),
    passed: passed.see,
    fail: (error) => {
      const last = stream === undefined ? passed.last() : undefined
      if (last?.isOver) return ''
      if (last?.response !== undefined) {
        writer.goOnFrom(last.sequenceNumber + 1)
        const response = { ...last.response, status: 'failed', error: responseErrorOf(error) }
        return writer.event('response.failed', { response })
      }
      const now = begin()
      return now.text + now.stream.fail(error)
    },
    end: () => {
      const now = begin()
      return now.text + now.stream.end()
    },
  }
}

/** A response whose id is known. */
interface Begun {
  readonly opening: () => string
  readonly event: (event: AnswerEvent) => string
  readonly fail: (error: GatewayError) => string
  readonly end: () => string
}

function begun(
  context: AnswerContext,
  writer: EventWriter,
  start: Extract<AnswerEvent, { kind: 'start' }> | undefined,
): Begun {
  const id = responseIdOf(start?.id ?? '', context)
  const items: StreamedItems = streamedItems(writer, itemIdsOf(id))
  let usage: Usage | undefined
  let finish: Finish = 'stop'
  const lifecycle = (type: string, facts: Pick<ResponseFacts, 'status'> & Partial<ResponseFacts>) => {
    const serviceTier = usage?.serviceTier
    const common = { id, model: start?.model ?? '', createdAt: start?.createdAt ?? context.createdAt, output: [] }
    return writer.event(type, { response: responseObject(context, { ...common, serviceTier, ...facts }) })
  }
  const incomplete = (reason: ResponseFacts['incomplete']) =>
    lifecycle('response.incomplete', { status: 'incomplete', incomplete: reason, usage, output: items.snapshots() })
  return {
    opening: () =>
      lifecycle('response.created', { status: 'in_progress' }) +
      lifecycle('response.in_progress', { status: 'in_progress' }),
    event: (event) => {
      if (event.kind === 'usage') usage = event.usage
      if (event.kind !== 'finish') return items.event(event)
      finish = event.finish
      return items.closeAll(incompleteReason(finish) === undefined ? 'completed' : 'incomplete')
    },
    fail: (error) => {
      if (error.code === 'content_blocked') return items.closeAll('incomplete') + incomplete('content_filter')
      return lifecycle('response.failed', { status: 'failed', error, usage, output: items.snapshots() })
    },
    end: () => {
      const reason = incompleteReason(finish)
      const closed = items.closeAll(reason === undefined ? 'completed' : 'incomplete')
      if (reason !== undefined) return closed + incomplete(reason)
      return closed + lifecycle('response.completed', { status: 'completed', usage, output: items.snapshots() })
    },
  }
}
