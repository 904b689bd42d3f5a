import { isObject } from '../../../lib/json.ts'
import type { Block, ChatAnswer, Choice, Citation, MediaSource } from '../canonical.ts'
import type { AnswerContext, JsonObject } from '../dialect.ts'
import { isMadeId } from './call-ids.ts'
import { writeCitations } from './citations.ts'
import { CANDIDATE_RESTS } from './decode-answer.ts'
import { compact } from './fields.ts'
import { writeFinish } from './finish.ts'
import { writeSignature } from './signature.ts'
import { writeUsage } from './usage.ts'
import { argsOf } from './write-part.ts'

/** A whole answer as `GenerateContentResponse`. */
export function encodeAnswer(answer: ChatAnswer, context: AnswerContext): JsonObject {
  const { [CANDIDATE_RESTS]: rests, ...rest } = answer.rest ?? {}
  const own: readonly unknown[] = Array.isArray(rests) ? rests : []
  const isBlockedPrompt = isObject(rest['promptFeedback'])
  return compact({
    candidates: isBlockedPrompt ? undefined : answer.choices.map((choice, place) => writeCandidate(choice, own[place])),
    usageMetadata: answer.usage === undefined ? undefined : writeUsage(answer.usage),
    modelVersion: answer.model || context.call.model,
    responseId: answer.id || context.id,
    ...rest,
  })
}

/** One block of an answer as `Part`; undefined when Gemini has no part for it. */
export function writeAnswerPart(block: Block): JsonObject | undefined {
  switch (block.kind) {
    case 'text':
      return compact({ text: block.text, thoughtSignature: block.signature, ...block.rest })
    case 'reasoning':
      return compact({ text: block.text, thought: true, thoughtSignature: writeSignature(block), ...block.rest })
    case 'tool-call':
      return writeFunctionCall(block)
    case 'opaque':
      return block.dialect === 'gemini' && isObject(block.value) ? block.value : undefined
    case 'tool-result':
      return undefined
    default:
      return writeMedia(block.source)
  }
}

/** A tool call as `functionCall` part. An id that was made for a Gemini upstream is not shown. */
export function writeFunctionCall(call: {
  readonly id: string
  readonly name: string
  readonly arguments: string
  readonly signature?: string | undefined
}): JsonObject {
  const functionCall = compact({
    id: isMadeId(call.id) ? undefined : call.id,
    name: call.name,
    args: argsOf(call.arguments),
  })
  return compact({ functionCall, thoughtSignature: call.signature })
}

function writeCandidate(choice: Choice, rest: unknown): JsonObject {
  const own = isObject(rest) ? rest : {}
  const citations = choice.blocks.flatMap((block): readonly Citation[] =>
    block.kind === 'text' ? (block.citations ?? []) : [],
  )
  const hasOwnSources = own['citationMetadata'] !== undefined || own['groundingMetadata'] !== undefined
  return compact({
    content: { parts: choice.blocks.map(writeAnswerPart).filter((part) => part !== undefined), role: 'model' },
    index: choice.index,
    citationMetadata: hasOwnSources ? undefined : writeCitations(citations),
    logprobsResult: isObject(choice.logprobs) && 'chosenCandidates' in choice.logprobs ? choice.logprobs : undefined,
    ...own,
    finishReason: writeFinish(choice.finish, own['finishReason']),
  })
}

function writeMedia(source: MediaSource): JsonObject | undefined {
  switch (source.kind) {
    case 'base64':
      return { inlineData: { mimeType: source.mediaType, data: source.content } }
    case 'url':
      return { fileData: compact({ mimeType: source.mediaType, fileUri: source.url }) }
    case 'text':
      return { text: source.text }
    case 'file-id':
      return undefined
  }
}
