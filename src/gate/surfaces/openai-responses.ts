import { GatewayError } from '../../lib/errors.ts'
import { type JsonObject, openaiResponses, openaiResponsesMeter } from '../../models/dialects/index.ts'
import { bodyOf, type ChatSurface } from '../chat-operation.ts'
import { countOperation } from '../count-operation.ts'
import type { Exchange } from '../exchange.ts'
import type { Incoming } from '../incoming.ts'
import { localOperation } from '../local-operation.ts'
import { find, refersToHistory } from '../responses/history.ts'
import { inputItemsPage } from '../responses/input-items.ts'
import { ownerOf } from '../responses/owner.ts'
import { responsesOperation } from '../responses/responses-operation.ts'
import { asOperation, type Params, type Surface } from './surface.ts'

const SURFACE: ChatSurface = {
  name: 'openai-responses',
  dialect: openaiResponses,
  idPrefix: 'resp_',
  pass: { meter: openaiResponsesMeter, usageMark: '', repeatsTexts: true },
}

/** What the gate answers about a response that it has kept. */
const stored =
  (answer: (exchange: Exchange, id: string) => Promise<object> | object) =>
  (incoming: Incoming, { id = '' }: Params) =>
    asOperation(
      localOperation(
        {
          name: 'openai-responses',
          kind: 'model.state',
          encodeError: openaiResponses.encodeError,
          answer: (exchange) => answer(exchange, id),
        },
        incoming,
      ),
    )

const retrieve = stored(async (exchange, id) => {
  if (exchange.operation.incoming.query.get('stream') === 'true')
    throw new GatewayError('unsupported_parameter', {
      message: 'A stored response is not streamed again. Leave out stream.',
      param: 'stream',
    })
  return JSON.parse((await find(exchange, id)).response) as object
})

const remove = stored(async (exchange, id) => {
  const { caller, gate } = exchange
  if (caller && (await gate.responses.delete(ownerOf(caller), id))) return { id, object: 'response', deleted: true }
  throw new GatewayError('not_found', { message: `Response with id ${JSON.stringify(id)} not found.` })
})

const inputItems = stored(async (exchange, id) =>
  inputItemsPage(await find(exchange, id), exchange.operation.incoming.query),
)

const cancel = stored(() => {
  throw new GatewayError('invalid_request', {
    message: 'Only responses in the background can be cancelled, and those are not supported.',
  })
})

/** `POST /v1/responses/input_tokens` (API reference, 2026-11): what the input of a response would count as. */
const countTokens = (incoming: Incoming) =>
  asOperation(
    countOperation(
      {
        name: 'openai-responses',
        dialect: openaiResponses,
        call: () => openaiResponses.decodeCall(wholeIn(bodyOf(incoming))),
        encode: (tokens) => ({ object: 'response.input_tokens', input_tokens: tokens }),
      },
      incoming,
    ),
  )

/** A count is made from what the request says itself; what is kept is not read for it. */
function wholeIn(body: JsonObject): JsonObject {
  if (!refersToHistory(body)) return body
  throw new GatewayError('unsupported_parameter', {
    message: 'Tokens of earlier turns are not counted here. Send them as input instead of previous_response_id.',
    param: 'previous_response_id',
  })
}

/** OpenAI responses, with the state that they need: kept by the gate, whoever answers. */
export const openaiResponsesSurface: Surface = {
  name: 'openai-responses',
  prefixes: ['/v1/responses'],
  routes: [
    {
      method: 'POST',
      path: '/v1/responses',
      operation: (incoming) => asOperation(responsesOperation(SURFACE, incoming)),
    },
    { method: 'POST', path: '/v1/responses/input_tokens', operation: countTokens },
    { method: 'GET', path: '/v1/responses/:id', operation: retrieve },
    { method: 'DELETE', path: '/v1/responses/:id', operation: remove },
    { method: 'GET', path: '/v1/responses/:id/input_items', operation: inputItems },
    { method: 'POST', path: '/v1/responses/:id/cancel', operation: cancel },
  ],
  encodeError: openaiResponses.encodeError,
}
