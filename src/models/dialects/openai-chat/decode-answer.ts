import { GatewayError } from '../../../lib/errors.ts'
import { isObject } from '../../../lib/json.ts'
import type { Block, ChatAnswer, Choice, Citation, TextBlock, ToolCallBlock } from '../canonical.ts'
import { reasoningFromDetails, reasoningTextOf, thoughtSignatureOf } from '../compatibility.ts'
import type { JsonObject } from '../dialect.ts'
import { decodeErrorBody } from '../errors.ts'
import { sourceOfUrl } from '../media.ts'
import { restOf } from './fields.ts'
import { decodeFinish } from './finish.ts'
import { decodeUsage } from './usage.ts'

const KNOWN: ReadonlySet<string> = new Set(['id', 'object', 'created', 'model', 'choices', 'usage', 'service_tier'])

/**
 * A chat completion in canonical form. Throws the error's own code for `{"error": …}` inside a 200, and `upstream_invalid`
 * for what is not a completion.
 */
export function decodeAnswer(body: JsonObject): ChatAnswer {
  if (body.error !== undefined && body.error !== null) throw decodeErrorBody(body)
  if (!Array.isArray(body.choices)) throw notAnAnswer('no choices')
  return {
    kind: 'chat',
    id: textOf(body.id) ?? '',
    model: textOf(body.model) ?? '',
    createdAt: typeof body.created === 'number' ? body.created * 1000 : 0,
    choices: body.choices.map((choice: unknown, position) => decodeChoice(choice, position)),
    usage: decodeUsage(body),
    serviceTier: textOf(body.service_tier),
    rest: restOf(body, KNOWN),
  }
}

function decodeChoice(choice: unknown, position: number): Choice {
  if (!isObject(choice) || !isObject(choice.message)) throw notAnAnswer('a choice without a message')
  const blocks = decodeMessage(choice.message, position)
  const matched = typeof choice.stop_reason === 'string' ? choice.stop_reason : undefined
  const finish = decodeFinish(textOf(choice.finish_reason) ?? '', {
    hasToolCalls: blocks.some((block) => block.kind === 'tool-call'),
    hasRefusal: blocks.some((block) => block.kind === 'text' && block.refusal === true),
    stopSequence: matched,
  })
  return {
    index: typeof choice.index === 'number' ? choice.index : position,
    blocks,
    finish,
    stopSequence: finish === 'stop-sequence' ? matched : undefined,
    logprobs: choice.logprobs ?? undefined,
  }
}

function decodeMessage(message: JsonObject, position: number): readonly Block[] {
  const blocks: Block[] = [...decodeReasoning(message)]
  const citations = decodeAnnotations(message.annotations)
  for (const block of decodeContent(message.content)) {
    blocks.push(block.kind === 'text' && citations !== undefined ? { ...block, citations } : block)
  }
  const refusal = textOf(message.refusal)
  if (refusal !== undefined && refusal !== '') blocks.push({ kind: 'text', text: refusal, refusal: true })
  blocks.push(...decodeMedia(message))
  const calls = Array.isArray(message.tool_calls) ? message.tool_calls.filter(isObject) : []
  blocks.push(...calls.map((call, index) => decodeToolCall(call, `call_${position}_${index}`)))
  if (calls.length === 0 && isObject(message.function_call)) {
    blocks.push(decodeToolCall({ function: message.function_call }, `call_${position}_0`))
  }
  return blocks
}

function decodeReasoning(message: JsonObject): readonly Block[] {
  const detailed = reasoningFromDetails(message.reasoning_details)
  if (detailed !== undefined) return detailed
  const plain = reasoningTextOf(message)
  return plain === undefined ? [] : [{ kind: 'reasoning', text: plain.text, origin: 'openai-chat' }]
}

/** A string; or Mistral's chunks, where thoughts stand among the texts. */
function decodeContent(content: unknown): readonly Block[] {
  if (typeof content === 'string') return content === '' ? [] : [{ kind: 'text', text: content }]
  if (!Array.isArray(content)) return []
  return content.filter(isObject).flatMap((part): readonly Block[] => {
    if (part.type === 'thinking')
      return [{ kind: 'reasoning', text: thinkingText(part.thinking), origin: 'openai-chat' }]
    return typeof part.text === 'string' ? [{ kind: 'text', text: part.text }] : []
  })
}

/** The text of Mistral's `thinking` chunk: a string or a list of text chunks. */
export function thinkingText(thinking: unknown): string {
  if (typeof thinking === 'string') return thinking
  if (!Array.isArray(thinking)) return ''
  return thinking
    .map((chunk: unknown) => (isObject(chunk) && typeof chunk.text === 'string' ? chunk.text : ''))
    .join('')
}

/** `audio` of a spoken answer, and `images` as OpenRouter hands generated pictures on. */
function decodeMedia(message: JsonObject): readonly Block[] {
  const blocks: Block[] = []
  const { audio, images } = message
  if (isObject(audio) && typeof audio.data === 'string') {
    const rest = restOf(audio, new Set(['data']))
    blocks.push({ kind: 'audio', source: { kind: 'base64', mediaType: 'audio/wav', content: audio.data }, rest })
  }
  for (const image of Array.isArray(images) ? images : []) {
    const holder = isObject(image) && isObject(image.image_url) ? image.image_url : undefined
    if (typeof holder?.url === 'string') blocks.push({ kind: 'image', source: sourceOfUrl(holder.url) })
  }
  return blocks
}

/** One tool call of an answer; `fallbackId` for servers that give none. Arguments that came as an object become JSON text. */
function decodeToolCall(call: JsonObject, fallbackId: string): ToolCallBlock {
  const id = textOf(call.id) || fallbackId
  if (isObject(call.custom)) {
    return {
      kind: 'tool-call',
      id,
      name: textOf(call.custom.name) ?? '',
      arguments: textOf(call.custom.input) ?? '',
      custom: true,
    }
  }
  const body = isObject(call.function) ? call.function : {}
  const given = isObject(body.arguments) ? JSON.stringify(body.arguments) : textOf(body.arguments)
  const text = given === undefined || given.trim() === '' ? '{}' : given
  return { kind: 'tool-call', id, name: textOf(body.name) ?? '', arguments: text, signature: thoughtSignatureOf(call) }
}

/** `annotations` (url citations) as citations; undefined when there are none. */
export function decodeAnnotations(annotations: unknown): TextBlock['citations'] {
  if (!Array.isArray(annotations) || annotations.length === 0) return undefined
  return annotations.filter(isObject).map((annotation): Citation => {
    const cited = isObject(annotation.url_citation) ? annotation.url_citation : undefined
    if (cited === undefined) return { kind: 'other', rest: annotation }
    return {
      kind: 'url',
      url: textOf(cited.url),
      title: textOf(cited.title),
      start: typeof cited.start_index === 'number' ? cited.start_index : undefined,
      end: typeof cited.end_index === 'number' ? cited.end_index : undefined,
    }
  })
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function notAnAnswer(why: string): GatewayError {
  return new GatewayError('upstream_invalid', { internalDetail: `not a chat completion: ${why}` })
}
