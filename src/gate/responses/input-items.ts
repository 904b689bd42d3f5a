import { GatewayError } from '../../lib/errors.ts'
import { isObject } from '../../lib/json.ts'
import { itemsOf } from './history.ts'
import type { StoredResponse } from './responses.store.ts'

const DEFAULT_LIMIT = 20
const MAX_LIMIT = 100

/** One page of what a response was given, earlier turns included; newest first unless `order=asc`. */
export function inputItemsPage(stored: StoredResponse, query: URLSearchParams): object {
  const limit = limitOf(query.get('limit'))
  const order = query.get('order') ?? 'desc'
  if (order !== 'asc' && order !== 'desc') throw invalid('order', "'asc' or 'desc' is expected.")
  const items = itemsOf(JSON.parse(stored.input)).map((item, index) =>
    listed(item, `${tailOf(stored.id)}${hex(index)}`),
  )
  if (order === 'desc') items.reverse()
  const after = query.get('after')
  const from = after === null ? 0 : items.findIndex((item) => item.id === after) + 1
  if (after !== null && from === 0) throw invalid('after', 'there is no such item.')
  const page = items.slice(from, from + limit)
  return {
    object: 'list',
    data: page,
    first_id: page[0]?.id ?? null,
    last_id: page.at(-1)?.id ?? null,
    has_more: from + limit < items.length,
  }
}

type Listed = { readonly id: string } & Readonly<Record<string, unknown>>

const PREFIXES: Readonly<Record<string, string>> = {
  message: 'msg',
  function_call: 'fc',
  function_call_output: 'fco',
  custom_tool_call: 'ctc',
  custom_tool_call_output: 'ctco',
  reasoning: 'rs',
}

/** An item as lists show it: with an id (the same each time), and a message's text as a part. */
function listed(item: unknown, tail: string): Listed {
  const whole = isObject(item) ? item : {}
  const type = typeof whole.type === 'string' ? whole.type : 'message'
  const id = typeof whole.id === 'string' ? whole.id : `${PREFIXES[type] ?? 'item'}_${tail}`
  if (type !== 'message') return { status: 'completed', ...whole, id }
  const kind = whole.role === 'assistant' ? 'output_text' : 'input_text'
  const content = typeof whole.content === 'string' ? [{ type: kind, text: whole.content }] : whole.content
  return { status: 'completed', ...whole, id, type, content }
}

function limitOf(given: string | null): number {
  if (given === null) return DEFAULT_LIMIT
  const limit = Number(given)
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    throw invalid('limit', `a whole number from 1 to ${MAX_LIMIT} is expected.`)
  return limit
}

function invalid(param: string, message: string): GatewayError {
  return new GatewayError('invalid_request', { message: `Invalid '${param}': ${message}`, param })
}

const tailOf = (id: string) => id.slice(id.indexOf('_') + 1)
const hex = (index: number) => index.toString(16).padStart(4, '0')
