import { GatewayError } from '../../../lib/errors.ts'
import { isObject } from '../../../lib/json.ts'
import type { Block, ChatAnswer, Choice } from '../canonical.ts'
import type { AnswerContext, JsonObject } from '../dialect.ts'
import { decodeErrorBody } from '../errors.ts'
import { compact } from '../openai-chat/fields.ts'
import { decodeFinish, encodeFinish } from '../openai-chat/finish.ts'
import { decodeUsage, encodeUsage } from '../openai-chat/usage.ts'
import { echoOf } from './decode-call.ts'
import { chatLogprobs, legacyLogprobs } from './logprobs.ts'

/** An answer as a text completion; with `echo` the prompt stands before each text. Thoughts and tool calls have no place in it. */
export function encodeAnswer(answer: ChatAnswer, context: AnswerContext): JsonObject {
  const echo = echoOf(context.call)
  return compact({
    id: answer.id === '' ? context.id : answer.id,
    object: 'text_completion',
    created: Math.floor((answer.createdAt || context.createdAt) / 1000),
    model: answer.model === '' ? context.call.model : answer.model,
    choices: answer.choices.map((choice) => ({
      text: echo + choice.blocks.map(spoken).join(''),
      index: choice.index,
      logprobs: legacyLogprobs(choice.logprobs, echo.length),
      finish_reason: legacyFinish(choice.finish),
    })),
    usage: answer.usage === undefined ? undefined : encodeUsage(answer.usage),
  })
}

/** A finish in the three words of legacy completions: `stop`, `length`, `content_filter`. */
export function legacyFinish(finish: Choice['finish']): string {
  return finish === 'tool-calls' ? 'stop' : encodeFinish(finish, { legacy: false, hasRefusal: false })
}

/** A text completion of an upstream. Throws `upstream_invalid` for what is not one, and the error's own code inside a 200. */
export function decodeAnswer(body: JsonObject): ChatAnswer {
  if (body.error !== undefined && body.error !== null) throw decodeErrorBody(body)
  if (!Array.isArray(body.choices))
    throw new GatewayError('upstream_invalid', { internalDetail: 'not a completion: no choices' })
  return {
    kind: 'chat',
    id: typeof body.id === 'string' ? body.id : '',
    model: typeof body.model === 'string' ? body.model : '',
    createdAt: typeof body.created === 'number' ? body.created * 1000 : 0,
    choices: body.choices.filter(isObject).map(decodeChoice),
    usage: decodeUsage(body),
  }
}

function decodeChoice(choice: JsonObject, position: number): Choice {
  const text = typeof choice.text === 'string' ? choice.text : ''
  const reason = typeof choice.finish_reason === 'string' ? choice.finish_reason : ''
  return {
    index: typeof choice.index === 'number' ? choice.index : position,
    blocks: text === '' ? [] : [{ kind: 'text', text }],
    finish: decodeFinish(reason, { hasToolCalls: false, hasRefusal: false }),
    logprobs: chatLogprobs(choice.logprobs),
  }
}

function spoken(block: Block): string {
  return block.kind === 'text' ? block.text : ''
}
