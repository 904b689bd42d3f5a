import { isObject } from '../../../lib/json.ts'
import { type SseEvent, sseSplitter } from '../../../lib/sse.ts'
import type { AnswerEvent, BlockStart } from '../canonical.ts'
import type { Frame, JsonObject, StreamDecoder } from '../dialect.ts'
import { decodeErrorBody } from '../errors.ts'
import { parseEvent } from '../upstream-text.ts'
import { throwIfFailed } from './decode-answer.ts'
import { type OpenBlocks, openBlocks } from './open-blocks.ts'
import { readCitation, readFinish, readUsage } from './vocabulary.ts'

/**
 * Reads the events of a streamed `POST /v2/chat` (docs.cohere.com/docs/streaming, 2026-11). Contents and tool calls count
 * their indexes apart; the plan before tool calls has none. Complete with `message-end`.
 */
export function decodeStream(): StreamDecoder {
  const splitter = sseSplitter()
  const reader = eventReader()
  const frame = (event: SseEvent): Frame => ({ raw: event.raw, events: reader.read(event.data) })
  return {
    push: (chunk) => splitter.push(chunk).map(frame),
    end: () => ({ frames: splitter.end().map(frame), complete: reader.isComplete() }),
  }
}

interface EventReader {
  readonly read: (text: string) => readonly AnswerEvent[]
  readonly isComplete: () => boolean
}

function eventReader(): EventReader {
  const blocks = openBlocks()
  let lastText = ''
  let complete = false
  const read = (body: JsonObject): readonly AnswerEvent[] => {
    const delta = objectIn(body, 'delta')
    const message = objectIn(delta, 'message')
    const index = typeof body['index'] === 'number' ? body['index'] : 0
    switch (body['type']) {
      case 'message-start':
        return [{ kind: 'start', id: textIn(body, 'id'), model: '' }]
      case 'content-start':
      case 'content-delta':
        lastText = `content ${index}`
        return readContent(blocks, lastText, objectIn(message, 'content'))
      case 'content-end':
        return blocks.stop(`content ${index}`)
      case 'tool-plan-delta':
        return readContent(blocks, 'plan', { text: message['tool_plan'] })
      case 'tool-call-start':
        return [...blocks.stop('plan'), ...startCall(blocks, `call ${index}`, objectIn(message, 'tool_calls'))]
      case 'tool-call-delta':
        return addArguments(blocks, `call ${index}`, objectIn(message, 'tool_calls'))
      case 'tool-call-end':
        return blocks.stop(`call ${index}`)
      case 'citation-start': {
        const citation = readCitation(message['citations'])
        return citation === undefined ? [] : blocks.add(lastText, { kind: 'citation', citation })
      }
      case 'message-end':
        complete = true
        return [...blocks.stopAll(), ...readEnd(delta)]
      default:
        return []
    }
  }
  return {
    read: (text) => {
      if (text === '' || text === '[DONE]') return []
      const body = parseEvent(text)
      if (body['type'] === undefined && (typeof body['message'] === 'string' || body['error'] !== undefined))
        throw decodeErrorBody(body)
      return read(body)
    },
    isComplete: () => complete,
  }
}

function readContent(blocks: OpenBlocks, key: string, value: JsonObject): readonly AnswerEvent[] {
  const { text, thinking } = value
  const isThought = value['type'] === 'thinking' || typeof thinking === 'string'
  const start: BlockStart = isThought ? { kind: 'reasoning', origin: 'cohere-chat' } : { kind: 'text' }
  const opened = blocks.isOpen(key) ? [] : blocks.start(key, start)
  if (typeof thinking === 'string' && thinking !== '')
    return [...opened, ...blocks.add(key, { kind: 'reasoning', text: thinking })]
  return typeof text === 'string' && text !== '' ? [...opened, ...blocks.add(key, { kind: 'text', text })] : opened
}

function startCall(blocks: OpenBlocks, key: string, call: JsonObject): readonly AnswerEvent[] {
  const name = textIn(objectIn(call, 'function'), 'name')
  const opened = blocks.start(key, { kind: 'tool-call', id: textIn(call, 'id') || name, name })
  return [...opened, ...addArguments(blocks, key, call)]
}

function addArguments(blocks: OpenBlocks, key: string, call: JsonObject): readonly AnswerEvent[] {
  const json = textIn(objectIn(call, 'function'), 'arguments')
  return json === '' ? [] : blocks.add(key, { kind: 'arguments', json })
}

function readEnd(delta: JsonObject): readonly AnswerEvent[] {
  throwIfFailed(delta['finish_reason'], delta['error'])
  const usage = readUsage(delta['usage'])
  const finish: AnswerEvent = { kind: 'finish', choice: 0, finish: readFinish(delta['finish_reason']) }
  return usage === undefined ? [finish] : [finish, { kind: 'usage', usage }]
}

function objectIn(json: JsonObject, name: string): JsonObject {
  const value = json[name]
  return isObject(value) ? value : {}
}

function textIn(json: JsonObject, name: string): string {
  const value = json[name]
  return typeof value === 'string' ? value : ''
}
