import { GatewayError } from '../../lib/errors.ts'
import { isObject, patchJson } from '../../lib/json.ts'
import type { JsonObject } from '../../models/dialects/index.ts'
import type { Exchange } from '../exchange.ts'
import { ownerOf } from './owner.ts'
import type { StoredResponse } from './responses.store.ts'

/** A request with everything in it that it refers to. */
export interface WholeRequest {
  readonly body: JsonObject
  /** The caller's own bytes, with `input` made whole; nothing else is changed. */
  readonly text: string
}

/** A conversation that has grown longer than this, in characters, is not gone on with. */
const MAX_CONVERSATION_CHARACTERS = 32 * 1_048_576

/** Whether a request refers to what the gate has kept: only then has anything to be read before the call. */
export function refersToHistory(body: JsonObject): boolean {
  if (typeof body.previous_response_id === 'string') return true
  return Array.isArray(body.input) && body.input.some(isReference)
}

/**
 * Puts the items of earlier turns before the request's own, and the items it refers to in their places. Ends with 404 for what
 * is not there, has expired or is another's, all alike.
 */
export async function withHistory(exchange: Exchange, body: JsonObject, text: string): Promise<WholeRequest> {
  const { previous_response_id: previousId } = body
  const earlier = typeof previousId === 'string' ? await earlierItems(exchange, previousId, text.length) : []
  const input = [...earlier, ...(await resolved(exchange, itemsOf(body.input)))]
  return {
    body: { ...body, input },
    text: patchJson(text, [
      { at: ['input'], literal: JSON.stringify(input) },
      { at: ['previous_response_id'], literal: undefined },
    ]),
  }
}

/** `input` as a list of items, whichever way it was written. */
export function itemsOf(input: unknown): readonly unknown[] {
  if (typeof input === 'string') return [{ type: 'message', role: 'user', content: input }]
  return Array.isArray(input) ? input : []
}

async function earlierItems(exchange: Exchange, id: string, length: number): Promise<readonly unknown[]> {
  const stored = await find(exchange, id, 'previous_response_id')
  if (stored.input.length + stored.response.length + length > MAX_CONVERSATION_CHARACTERS)
    throw new GatewayError('payload_too_large', {
      message: 'The conversation has grown too long to be gone on with.',
      param: 'previous_response_id',
    })
  const response: unknown = JSON.parse(stored.response)
  const input: unknown = JSON.parse(stored.input)
  const output = isObject(response) && Array.isArray(response.output) ? response.output : []
  if (isObject(response) && response.status === 'failed')
    throw new GatewayError('invalid_request', {
      message: `The response ${JSON.stringify(id)} failed: a conversation cannot go on from it.`,
      param: 'previous_response_id',
    })
  return [...itemsOf(input), ...output.filter(canBeReplayed)]
}

/** A stored response of the caller's. Ends with `not_found`. */
export async function find(exchange: Exchange, id: string, param?: string): Promise<StoredResponse> {
  const { caller, gate } = exchange
  const stored = caller && (await gate.responses.find(ownerOf(caller), id))
  if (stored !== undefined) return stored
  const what = param === 'previous_response_id' ? 'Previous response' : 'Response'
  throw new GatewayError('not_found', { message: `${what} with id ${JSON.stringify(id)} not found.`, param })
}

/** Thoughts without a proof can be shown, but nobody takes them back. */
function canBeReplayed(item: unknown): boolean {
  return isObject(item) && !(item.type === 'reasoning' && typeof item.encrypted_content !== 'string')
}

/** An item that names another by its id; the type may be left out. */
function isReference(item: unknown): item is { readonly id: string } {
  if (!isObject(item) || typeof item.id !== 'string') return false
  return item.type === 'item_reference' || Object.keys(item).every((key) => key === 'id' || item[key] === null)
}

async function resolved(exchange: Exchange, items: readonly unknown[]): Promise<readonly unknown[]> {
  const ids = items.flatMap((item) => (isReference(item) ? [item.id] : []))
  if (ids.length === 0) return items
  const { caller, gate } = exchange
  const found = await gate.responses.findItems(caller ? ownerOf(caller) : '', [...new Set(ids)])
  return items.flatMap((item) => {
    if (!isReference(item)) return [item]
    const text = found.get(item.id)
    if (text === undefined)
      throw new GatewayError('not_found', {
        message: `Item with id ${JSON.stringify(item.id)} not found.`,
        param: 'input',
      })
    const whole: unknown = JSON.parse(text)
    return canBeReplayed(whole) ? [whole] : []
  })
}
