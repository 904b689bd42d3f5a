import { GatewayError } from '../../../lib/errors.ts'
import { isObject } from '../../../lib/json.ts'
import { type SseEvent, sseSplitter } from '../../../lib/sse.ts'
import type { AnswerEvent, BlockDelta, BlockStart } from '../canonical.ts'
import type { Frame, JsonObject, StreamDecoder } from '../dialect.ts'
import { decodeErrorBody } from '../errors.ts'
import { type OpenBlock, type Opening, openBlocks } from '../open-blocks.ts'
import { sameShape } from '../same-shape.ts'
import { numberOf, parseEvent, stringOf } from '../upstream-text.ts'
import { decodeCitation } from './citations.ts'
import { decodeFinish, unwrapFinish } from './finish.ts'
import { JSON_TOOL } from './json-tool.ts'
import { decodeUsage, mergeUsage } from './usage.ts'

/**
 * Reads Anthropic's stream of events. Every event becomes a frame with its raw text. An error inside the stream is thrown
 * by the first `push` or `end` after the frames that came before it, wherever the bytes were cut. `complete` means that
 * `message_stop` was seen.
 */
export function decodeStream(): StreamDecoder {
  const splitter = sseSplitter()
  const reader = eventReader()
  let failure: GatewayError | undefined
  const read = (events: readonly SseEvent[]): readonly Frame[] => {
    if (failure !== undefined) throw failure
    const frames: Frame[] = []
    for (const event of events) {
      try {
        frames.push(reader.frame(event))
      } catch (cause) {
        if (!(cause instanceof GatewayError)) throw cause
        if (frames.length === 0) throw cause
        failure = cause
        break
      }
    }
    return frames
  }
  return {
    push: (chunk) => read(splitter.push(chunk)),
    end: () => {
      const frames = read(splitter.end())
      if (failure !== undefined && frames.length === 0) throw failure
      return { frames, complete: reader.isComplete() && failure === undefined }
    },
  }
}

function eventReader() {
  const blocks = openBlocks()
  const called: string[] = []
  const shape = sameShape({ textOf: ({ delta }) => (isObject(delta) ? delta.text : undefined) })
  let usage: JsonObject = {}
  let isComplete = false

  const start = (wire: JsonObject, index: number): readonly AnswerEvent[] => {
    if (wire.type === 'tool_use') called.push(stringOf(wire.name))
    return blocks.begin(index, openBlock(wire))
  }
  const add = (wire: JsonObject, index: number): readonly AnswerEvent[] => {
    const target = blocks.at(index)
    if (target === undefined) throw malformed('a delta for a block that is not open')
    const delta = decodeDelta(wire, target)
    return delta === undefined ? [] : [blocks.add(target, delta)]
  }
  const count = (wire: unknown): readonly AnswerEvent[] => {
    if (!isObject(wire)) return []
    usage = mergeUsage(usage, wire)
    return [{ kind: 'usage', usage: decodeUsage(usage) }]
  }
  const finish = (wire: JsonObject): readonly AnswerEvent[] => {
    const delta = isObject(wire.delta) ? wire.delta : {}
    if (typeof delta.stop_reason !== 'string') return count(wire.usage)
    const stopSequence = typeof delta.stop_sequence === 'string' ? { stopSequence: delta.stop_sequence } : {}
    const reason = unwrapFinish(decodeFinish(delta.stop_reason), called)
    return [{ kind: 'finish', choice: 0, finish: reason, ...stopSequence }, ...count(wire.usage)]
  }
  const events = (data: JsonObject): readonly AnswerEvent[] => {
    switch (data.type) {
      case 'message_start':
        return isObject(data.message) ? [startOf(data.message), ...count(data.message.usage)] : []
      case 'content_block_start':
        return start(isObject(data.content_block) ? data.content_block : {}, numberOf(data.index))
      case 'content_block_delta':
        return add(isObject(data.delta) ? data.delta : {}, numberOf(data.index))
      case 'content_block_stop':
        return blocks.stop(numberOf(data.index))
      case 'message_delta':
        return finish(data)
      case 'message_stop':
        isComplete = true
        return []
      case 'ping':
        return [{ kind: 'ping' }]
      case 'error':
        throw decodeErrorBody(data)
      default:
        return []
    }
  }
  return {
    isComplete: () => isComplete,
    frame: (event: SseEvent): Frame => {
      if (event.data === '') return { raw: event.raw, events: [] }
      const alike = shape.read(event)
      if (alike) return { raw: event.raw, events: [alike] }
      const read = events(parseData(event))
      shape.learn(event, read)
      return { raw: event.raw, events: read }
    },
  }
}

function startOf(message: JsonObject): AnswerEvent {
  return { kind: 'start', id: stringOf(message.id), model: stringOf(message.model) }
}

const REASONING: BlockStart = { kind: 'reasoning', origin: 'anthropic-messages' }

function openBlock(wire: JsonObject): Opening {
  const opening = (start: BlockStart, deltas: readonly BlockDelta[] = [], isJson = false) => ({ start, deltas, isJson })
  switch (wire.type) {
    case 'text':
      return opening({ kind: 'text' }, wire.text ? [{ kind: 'text', text: stringOf(wire.text) }] : [])
    case 'thinking':
      return opening(REASONING, [
        ...(wire.thinking ? [{ kind: 'reasoning' as const, text: stringOf(wire.thinking) }] : []),
        ...(wire.signature ? [{ kind: 'signature' as const, signature: stringOf(wire.signature) }] : []),
      ])
    case 'redacted_thinking':
      return opening(REASONING, [{ kind: 'encrypted', encrypted: stringOf(wire.data) }])
    case 'tool_use': {
      // Anthropic opens with an empty input; compatible servers may send the whole of it at once.
      const json = isObject(wire.input) && Object.keys(wire.input).length > 0 ? JSON.stringify(wire.input) : ''
      if (wire.name === JSON_TOOL)
        return opening({ kind: 'text' }, json === '' ? [] : [{ kind: 'text', text: json }], true)
      const start: BlockStart = { kind: 'tool-call', id: stringOf(wire.id), name: stringOf(wire.name) }
      return opening(start, json === '' ? [] : [{ kind: 'arguments', json }])
    }
    default: {
      const block = { kind: 'opaque', dialect: 'anthropic-messages', name: stringOf(wire.type), value: wire } as const
      return opening({ kind: 'opaque', block })
    }
  }
}

function decodeDelta(wire: JsonObject, target: OpenBlock): BlockDelta | undefined {
  if (target.kind === 'opaque') return { kind: 'opaque', value: wire }
  switch (wire.type) {
    case 'text_delta':
      return wire.text === '' ? undefined : { kind: 'text', text: stringOf(wire.text) }
    case 'thinking_delta':
      return wire.thinking === '' ? undefined : { kind: 'reasoning', text: stringOf(wire.thinking) }
    case 'signature_delta':
      return { kind: 'signature', signature: stringOf(wire.signature) }
    case 'input_json_delta': {
      const json = stringOf(wire.partial_json)
      if (json === '') return undefined
      return target.isJson ? { kind: 'text', text: json } : { kind: 'arguments', json }
    }
    case 'citations_delta':
      return isObject(wire.citation) ? { kind: 'citation', citation: decodeCitation(wire.citation) } : undefined
    default:
      return undefined
  }
}

function parseData(event: SseEvent): JsonObject {
  return parseEvent(event.data)
}

function malformed(what: string, cause?: unknown): GatewayError {
  return new GatewayError('upstream_invalid', { internalDetail: `the stream of events holds ${what}`, cause })
}
