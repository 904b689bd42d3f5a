import { GatewayError } from '../../../lib/errors.ts'
import { isObject } from '../../../lib/json.ts'
import { unwrapFinish } from '../anthropic-messages/finish.ts'
import { JSON_TOOL } from '../anthropic-messages/json-tool.ts'
import type { Block, ChatAnswer, Citation } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'
import { mediaTypeOfFormat } from '../media.ts'
import { stringOf } from '../upstream-text.ts'
import { decodeFinish, decodeUsage, readServiceTier, readStopSequence } from './usage.ts'

/**
 * A whole answer of `Converse`. It carries neither id, model nor time: `id` and `model` are empty, `createdAt` is 0.
 * Throws `upstream_invalid` for anything else.
 */
export function decodeAnswer(body: JsonObject): ChatAnswer {
  const message = isObject(body.output) ? body.output.message : undefined
  if (!isObject(message) || !Array.isArray(message.content)) {
    throw new GatewayError('upstream_invalid', { internalDetail: 'the answer is not a Converse answer' })
  }
  const blocks = message.content.filter(isObject).flatMap(decodeBlock)
  const called = blocks.flatMap((block) => (block.kind === 'tool-call' ? [block.name] : []))
  const serviceTier = readServiceTier(body)
  return {
    kind: 'chat',
    id: '',
    model: '',
    createdAt: 0,
    choices: [
      {
        index: 0,
        blocks: blocks.map(unwrapJson),
        finish: unwrapFinish(decodeFinish(body.stopReason), called),
        ...readStopSequence(body),
      },
    ],
    ...(isObject(body.usage) ? { usage: decodeUsage(body.usage, serviceTier) } : {}),
    ...(serviceTier === undefined ? {} : { serviceTier }),
  }
}

function unwrapJson(block: Block): Block {
  return block.kind === 'tool-call' && block.name === JSON_TOOL ? { kind: 'text', text: block.arguments } : block
}

function decodeBlock(wire: JsonObject): readonly Block[] {
  if (typeof wire.text === 'string') return [{ kind: 'text', text: wire.text }]
  if (isObject(wire.toolUse)) {
    const { toolUseId, name, input } = wire.toolUse
    const json = JSON.stringify(isObject(input) ? input : {})
    return [{ kind: 'tool-call', id: stringOf(toolUseId), name: stringOf(name), arguments: json }]
  }
  if (isObject(wire.reasoningContent)) return [decodeReasoning(wire.reasoningContent)]
  if (isObject(wire.citationsContent)) return [decodeCited(wire.citationsContent)]
  if (isObject(wire.image) && isObject(wire.image.source) && typeof wire.image.source.bytes === 'string') {
    const mediaType = mediaTypeOfFormat(stringOf(wire.image.format)) ?? 'image/png'
    return [{ kind: 'image', source: { kind: 'base64', mediaType, content: wire.image.source.bytes } }]
  }
  const name = Object.keys(wire)[0] ?? 'unknown'
  return [{ kind: 'opaque', dialect: 'bedrock-converse', name, value: wire }]
}

function decodeReasoning(wire: JsonObject): Block {
  if (typeof wire.redactedContent === 'string') {
    return { kind: 'reasoning', text: '', encrypted: wire.redactedContent, origin: 'bedrock-converse' }
  }
  const thought = isObject(wire.reasoningText) ? wire.reasoningText : {}
  return {
    kind: 'reasoning',
    text: stringOf(thought.text),
    ...(typeof thought.signature === 'string' ? { signature: thought.signature } : {}),
    origin: 'bedrock-converse',
  }
}

function decodeCited(wire: JsonObject): Block {
  const content = Array.isArray(wire.content) ? wire.content.filter(isObject) : []
  const citations = Array.isArray(wire.citations) ? wire.citations.filter(isObject).map(decodeCitation) : []
  const text = content.map((part) => stringOf(part.text)).join('')
  return { kind: 'text', text, ...(citations.length === 0 ? {} : { citations }) }
}

/** A citation of an answer, whole or streamed. */
export function decodeCitation(wire: JsonObject): Citation {
  const location = isObject(wire.location) ? wire.location : {}
  const web = isObject(location.web) ? location.web : undefined
  const place = Object.values(location).find(isObject) ?? {}
  const cited = Array.isArray(wire.sourceContent) ? wire.sourceContent.filter(isObject) : []
  const citedText = cited.map((part) => stringOf(part.text)).join('')
  return {
    kind: web === undefined ? 'document' : 'url',
    ...(typeof web?.url === 'string' ? { url: web.url } : {}),
    ...(typeof wire.title === 'string' ? { title: wire.title } : {}),
    ...(citedText === '' ? {} : { citedText }),
    ...(typeof place.start === 'number' ? { start: place.start } : {}),
    ...(typeof place.end === 'number' ? { end: place.end } : {}),
    rest: wire,
  }
}
