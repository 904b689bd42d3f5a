import type { ChatAnswer } from '../canonical.ts'
import type { AnswerContext, JsonObject } from '../dialect.ts'
import { itemIdsOf, outputItems } from './output-items.ts'
import { incompleteReason, responseObject } from './response-object.ts'

/** A canonical answer as a response object. R has one answer a call: of several, the first. */
export function encodeAnswer(answer: ChatAnswer, context: AnswerContext): JsonObject {
  const id = responseIdOf(answer.id, context)
  const [choice] = answer.choices
  const incomplete = choice && incompleteReason(choice.finish)
  return responseObject(context, {
    id,
    model: answer.model,
    createdAt: answer.createdAt || context.createdAt,
    status: incomplete === undefined ? 'completed' : 'incomplete',
    output: outputItems(choice, itemIdsOf(id)),
    usage: answer.usage,
    incomplete,
    serviceTier: answer.serviceTier,
  })
}

/** The upstream's id where it is of R's form, for the client may have seen it; else the gate's own. */
export function responseIdOf(upstreamId: string, context: AnswerContext): string {
  return upstreamId.startsWith('resp_') ? upstreamId : context.id
}
