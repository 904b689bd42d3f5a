import { isObject } from '../../../lib/json.ts'
import type { Block, ChatAnswer, Choice, Citation } from '../canonical.ts'
import { detailsOfReasoning } from '../compatibility.ts'
import type { AnswerContext, JsonObject } from '../dialect.ts'
import { toDataUrl } from '../media.ts'
import { usesFunctions } from './decode-tools.ts'
import { encodeToolCall } from './encode-messages.ts'
import { compact } from './fields.ts'
import { encodeFinish } from './finish.ts'
import { encodeUsage } from './usage.ts'

/**
 * A canonical answer as a chat completion. Thoughts stand in `reasoning_content`, signed ones in `reasoning_details` too, so
 * that they can come back; a caller who offered the legacy `functions` gets a `function_call`.
 */
export function encodeAnswer(answer: ChatAnswer, context: AnswerContext): JsonObject {
  const legacy = usesFunctions(context.call.tools)
  return compact({
    id: answer.id === '' ? context.id : answer.id,
    object: 'chat.completion',
    created: Math.floor((answer.createdAt || context.createdAt) / 1000),
    model: answer.model === '' ? context.call.model : answer.model,
    choices: answer.choices.map((choice) => encodeChoice(choice, legacy)),
    usage: answer.usage === undefined ? undefined : encodeUsage(answer.usage),
    service_tier: answer.serviceTier,
    system_fingerprint:
      typeof answer.rest?.system_fingerprint === 'string' ? answer.rest.system_fingerprint : undefined,
  })
}

function encodeChoice(choice: Choice, legacy: boolean): JsonObject {
  const hasRefusal = choice.blocks.some((block) => block.kind === 'text' && block.refusal === true)
  return compact({
    index: choice.index,
    message: encodeMessage(choice.blocks, legacy),
    logprobs: isTokenLogprobs(choice.logprobs) ? choice.logprobs : null,
    finish_reason: encodeFinish(choice.finish, { legacy, hasRefusal }),
    stop_reason: choice.stopSequence,
  })
}

/** CC's own shape, `{content: […]}`; what another dialect calls logprobs is not handed on. */
export function isTokenLogprobs(value: unknown): value is JsonObject {
  return isObject(value) && (Array.isArray(value.content) || Array.isArray(value.refusal))
}

function encodeMessage(blocks: readonly Block[], legacy: boolean): JsonObject {
  const texts = blocks.filter((block) => block.kind === 'text')
  const spoken = texts.filter((block) => block.refusal !== true)
  const refusals = texts.filter((block) => block.refusal === true)
  const calls = blocks.filter((block) => block.kind === 'tool-call').map(encodeToolCall)
  const reasoning = blocks.filter((block) => block.kind === 'reasoning')
  const thought = reasoning.map((block) => block.text).join('')
  const citations = spoken.flatMap((block) => block.citations ?? [])
  const images = blocks.filter((block) => block.kind === 'image')
  const audio = blocks.find((block) => block.kind === 'audio')
  return compact({
    role: 'assistant',
    content: spoken.length === 0 ? null : spoken.map((block) => block.text).join(''),
    refusal: refusals.length === 0 ? null : refusals.map((block) => block.text).join(''),
    annotations: citations.length === 0 ? undefined : citations.map(encodeCitation),
    reasoning_content: thought === '' ? undefined : thought,
    reasoning_details: detailsOfReasoning(reasoning),
    tool_calls: calls.length === 0 || legacy ? undefined : calls,
    function_call: legacy ? calls[0]?.function : undefined,
    images: images.length === 0 ? undefined : images.map((block) => encodeImage(block)),
    audio: audio?.source.kind === 'base64' ? { ...audio.rest, data: audio.source.content } : undefined,
  })
}

/** A citation as an annotation; what is not a URL keeps its title and text. */
export function encodeCitation(citation: Citation): JsonObject {
  if (citation.kind === 'other' && citation.rest !== undefined) return citation.rest
  const { url, title, start, end, citedText } = citation
  return {
    type: 'url_citation',
    url_citation: {
      ...compact({ url: url ?? '', title: title ?? '', start_index: start ?? 0, end_index: end ?? 0 }),
      ...(citedText === undefined ? {} : { content: citedText }),
    },
  }
}

/** A generated picture as OpenRouter writes it. */
export function encodeImage(block: Extract<Block, { kind: 'image' }>): JsonObject {
  const { source } = block
  const url = source.kind === 'base64' ? toDataUrl(source) : source.kind === 'url' ? source.url : ''
  return { type: 'image_url', image_url: { url } }
}
