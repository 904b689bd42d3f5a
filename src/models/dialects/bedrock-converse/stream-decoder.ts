import { GatewayError } from '../../../lib/errors.ts'
import { isObject } from '../../../lib/json.ts'
import { unwrapFinish } from '../anthropic-messages/finish.ts'
import { JSON_TOOL } from '../anthropic-messages/json-tool.ts'
import type { AnswerEvent, BlockDelta, BlockStart } from '../canonical.ts'
import type { Frame, JsonObject, StreamDecoder } from '../dialect.ts'
import { decodeErrorBody } from '../errors.ts'
import { openBlocks } from '../open-blocks.ts'
import { numberOf, stringOf } from '../upstream-text.ts'
import { decodeCitation } from './answer.ts'
import { type EventMessage, eventSplitter } from './event-stream.ts'
import { decodeFinish, decodeUsage, readServiceTier, readStopSequence } from './usage.ts'

/**
 * Reads the stream of `ConverseStream`. Frames have no `raw`: the wire is binary. An exception inside the stream is thrown
 * by the first `push` or `end` after the frames before it. `complete` means that `messageStop` came and no message was cut.
 */
export function decodeStream(): StreamDecoder {
  const splitter = eventSplitter()
  const reader = messageReader()
  let failure: GatewayError | undefined
  return {
    push: (chunk) => {
      if (failure !== undefined) throw failure
      const frames: Frame[] = []
      for (const message of splitter.push(chunk)) {
        try {
          frames.push({ events: reader.read(message) })
        } catch (cause) {
          if (!(cause instanceof GatewayError) || frames.length === 0) throw cause
          failure = cause
          break
        }
      }
      return frames
    },
    end: () => {
      if (failure !== undefined) throw failure
      return { frames: [], complete: reader.isComplete() && splitter.isWhole() }
    },
  }
}

function messageReader() {
  const blocks = openBlocks()
  const called: string[] = []
  let isComplete = false

  const start = (index: number, wire: JsonObject): readonly AnswerEvent[] => {
    if (!isObject(wire.toolUse)) return []
    const { toolUseId, name } = wire.toolUse
    called.push(stringOf(name))
    if (name === JSON_TOOL) return blocks.begin(index, { start: { kind: 'text' }, isJson: true })
    return blocks.begin(index, { start: { kind: 'tool-call', id: stringOf(toolUseId), name: stringOf(name) } })
  }
  /** Only tool calls are opened by an event of their own: text and thoughts open with their first delta. */
  const add = (index: number, wire: JsonObject): readonly AnswerEvent[] => {
    const target = blocks.at(index)
    const delta = decodeDelta(wire, target?.isJson ?? false)
    if (delta === undefined) return []
    if (target !== undefined) return [blocks.add(target, delta)]
    return blocks.begin(index, { start: startFor(delta), deltas: [delta] })
  }
  const events = (type: string | undefined, data: JsonObject): readonly AnswerEvent[] => {
    const index = numberOf(data.contentBlockIndex)
    switch (type) {
      case 'messageStart':
        return [{ kind: 'start', id: '', model: '' }]
      case 'contentBlockStart':
        return isObject(data.start) ? start(index, data.start) : []
      case 'contentBlockDelta':
        return isObject(data.delta) ? add(index, data.delta) : []
      case 'contentBlockStop':
        return blocks.stop(index)
      case 'messageStop': {
        isComplete = true
        const finish = unwrapFinish(decodeFinish(data.stopReason), called)
        return [{ kind: 'finish', choice: 0, finish, ...readStopSequence(data) }]
      }
      case 'metadata':
        return isObject(data.usage) ? [{ kind: 'usage', usage: decodeUsage(data.usage, readServiceTier(data)) }] : []
      default:
        return []
    }
  }
  return {
    isComplete: () => isComplete,
    read: ({ headers, payload }: EventMessage): readonly AnswerEvent[] => {
      const type = headers[':message-type']
      if (type === 'exception' || type === 'error') throw decodeException(headers, payload)
      return events(headers[':event-type'], parsePayload(payload))
    },
  }
}

function startFor(delta: BlockDelta): BlockStart {
  const isThought = delta.kind === 'reasoning' || delta.kind === 'signature' || delta.kind === 'encrypted'
  return isThought ? { kind: 'reasoning', origin: 'bedrock-converse' } : { kind: 'text' }
}

function decodeDelta(wire: JsonObject, isJson: boolean): BlockDelta | undefined {
  if (typeof wire.text === 'string') return wire.text === '' ? undefined : { kind: 'text', text: wire.text }
  if (isObject(wire.toolUse)) {
    const json = stringOf(wire.toolUse.input)
    if (json === '') return undefined
    return isJson ? { kind: 'text', text: json } : { kind: 'arguments', json }
  }
  if (isObject(wire.citation)) return { kind: 'citation', citation: decodeCitation(wire.citation) }
  if (!isObject(wire.reasoningContent)) return undefined
  const { text, signature, redactedContent } = wire.reasoningContent
  if (typeof text === 'string') return text === '' ? undefined : { kind: 'reasoning', text }
  if (typeof signature === 'string') return { kind: 'signature', signature }
  return typeof redactedContent === 'string' ? { kind: 'encrypted', encrypted: redactedContent } : undefined
}

/** `throttlingException` in a stream is `ThrottlingException` elsewhere: the one reading of refusals knows the latter. */
function decodeException(headers: EventMessage['headers'], payload: Uint8Array): GatewayError {
  const type = headers[':exception-type'] ?? headers[':error-code'] ?? 'unknown'
  const code = type.charAt(0).toUpperCase() + type.slice(1)
  const body = tryParse(payload)
  const message = isObject(body) ? (body.message ?? body.Message) : undefined
  return decodeErrorBody({ message: message ?? headers[':error-message'] ?? code, code })
}

function parsePayload(payload: Uint8Array): JsonObject {
  const value = tryParse(payload)
  if (isObject(value)) return value
  throw new GatewayError('upstream_invalid', { internalDetail: 'an event of the Converse stream is not a JSON object' })
}

const TEXT = new TextDecoder()

function tryParse(payload: Uint8Array): unknown {
  try {
    return JSON.parse(TEXT.decode(payload))
  } catch {
    return undefined
  }
}
