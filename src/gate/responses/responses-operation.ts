import { isObject, patchJson } from '../../lib/json.ts'
import { type JsonObject, openaiResponses, replaysForeignProof } from '../../models/dialects/index.ts'
import { bodyOf, type ChatSurface, chatOperation, governed } from '../chat-operation.ts'
import type { Exchange } from '../exchange.ts'
import type { ChatGoverned } from '../governed.ts'
import type { Incoming } from '../incoming.ts'
import type { Answer, Encoded, Operation } from '../operation.ts'
import { itemsOf, refersToHistory, withHistory } from './history.ts'
import { type Given, type Keeping, keepStream, keepWhole } from './keep.ts'

/** A call as it was made whole, and as guardrails left it. */
interface Turn {
  readonly body: JsonObject
  readonly decoded: ChatGoverned
  safe: ChatGoverned
}

/**
 * A conversation by OpenAI responses: the same as any other, but that the gate keeps its state. What a request goes on from is
 * put into it before anything else looks at it, so that guardrails and every provider see the whole conversation.
 */
export function responsesOperation(surface: ChatSurface, incoming: Incoming): Operation<ChatGoverned> {
  const chat = chatOperation(surface, incoming)
  let turn: Turn | undefined
  const begin = (body: JsonObject, text: string): ChatGoverned => {
    const decoded = governed(openaiResponses.decodeCall(body), text)
    turn = { body, decoded, safe: decoded }
    return decoded
  }
  return {
    ...chat,
    decode: (exchange) => {
      const body = bodyOf(incoming)
      if (!refersToHistory(body)) return begin(body, incoming.text)
      return withHistory(exchange, body, incoming.text).then((whole) => begin(whole.body, whole.text))
    },
    perform: (exchange, grant, call) => {
      if (turn) turn.safe = call
      return chat.perform(exchange, grant, replayable(call))
    },
    encode: (exchange, answer) => {
      const encoded = chat.encode(exchange, answer)
      return turn ? kept(encoded, keepingOf(exchange, answer, turn)) : encoded
    },
  }
}

/** A thought that only another provider can check must not reach OpenAI: such a call is written anew for it, without. */
function replayable(call: ChatGoverned): ChatGoverned {
  return replaysForeignProof(call.call) ? { ...call, original: undefined } : call
}

function keepingOf(exchange: Exchange, answer: Answer, turn: Turn): Keeping {
  const { previous_response_id: previousId, store } = turn.body
  return {
    exchange,
    store: store !== false,
    previousId: typeof previousId === 'string' ? previousId : undefined,
    asItCame: cameAsItIs(answer),
    given: () => givenOf(turn),
  }
}

function cameAsItIs(answer: Answer): boolean {
  if (answer.kind === 'whole-chat') return answer.raw !== undefined
  return answer.kind === 'streamed-chat' && answer.served.passThrough && answer.guard === undefined
}

function kept(encoded: Encoded, keeping: Keeping): Encoded {
  if (encoded.kind === 'whole') return { ...encoded, body: keepWhole(encoded.body, keeping) }
  return { ...encoded, source: keepStream(encoded.source, keeping) }
}

/** What is kept is what the model was given: a masked secret is not kept either. */
function givenOf({ body, decoded, safe }: Turn): Given {
  if (safe.call === decoded.call) return { input: itemsOf(body.input) }
  const { input, instructions } = safe.original ? patched(safe.original) : encodedAnew(safe)
  return { input: itemsOf(input), ...(instructions === undefined ? {} : { instructions }) }
}

function patched({ text, edits }: NonNullable<ChatGoverned['original']>): JsonObject {
  const literals = edits.map((edit) => ({ at: edit.at, literal: JSON.stringify(edit.text) }))
  const body: unknown = JSON.parse(patchJson(text, literals))
  return isObject(body) ? body : {}
}

function encodedAnew({ call }: ChatGoverned): JsonObject {
  return openaiResponses.encodeCall(call, { target: { model: call.model }, strict: false, warn: () => undefined }).body
}
