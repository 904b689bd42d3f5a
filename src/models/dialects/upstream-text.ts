import { GatewayError } from '../../lib/errors.ts'
import { isObject } from '../../lib/json.ts'
import type { JsonObject } from './dialect.ts'
import type { VendorError } from './vendor-error.ts'

/** The largest count of tokens that is believed. */
const COUNT_MAX = 1_000_000_000

/**
 * What the log and the ledger may say of an upstream's text: its sort and its length in characters. Never the text itself:
 * upstreams repeat prompts and credentials in it.
 */
export function outlineOf(text: string): string {
  const isPage = /^\s*<(?:!doctype|html)\b/i.test(text.slice(0, 1000))
  return isPage ? `an HTML page of ${text.length} characters` : `${text.length} characters`
}

/** The vendor's own names for an error, as far as they are names: ` (code …, type …)`, empty when there are none. */
export function namesOf(vendor: VendorError | undefined): string {
  const code = isName(vendor?.code) ? [`code ${vendor?.code}`] : []
  const type = isName(vendor?.type) ? [`type ${vendor?.type}`] : []
  const names = [...code, ...type].join(', ')
  return names === '' ? '' : ` (${names})`
}

/** Letters alone, or a short number: what could be a credential or a sentence is neither. */
function isName(value: string | undefined): boolean {
  return value !== undefined && (/^[A-Za-z][A-Za-z_.#]{0,63}$/.test(value) || /^-?\d{1,6}$/.test(value))
}

/** One event of an upstream's stream. Throws `upstream_invalid`, which tells its length alone, when it is no JSON object. */
export function parseEvent(text: string): JsonObject {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // The engine's own message repeats a piece of the text.
    throw notJson(text)
  }
  if (isObject(value)) return value
  throw new GatewayError('upstream_invalid', { internalDetail: `a stream event is not an object: ${outlineOf(text)}` })
}

/** The error for an event of an upstream's stream that is not JSON. */
export function notJson(text: string): GatewayError {
  return new GatewayError('upstream_invalid', { internalDetail: `a stream event is not JSON: ${outlineOf(text)}` })
}

/** The error for an upstream's JSON that is not what was asked for: `wanted` names that. */
export function notWanted(wanted: string, body: JsonObject): GatewayError {
  return new GatewayError('upstream_invalid', { internalDetail: `not ${wanted}: ${outlineOf(JSON.stringify(body))}` })
}

/** Whether something was told that is no count: then nothing of a usage can be believed, and the gate counts itself. */
export function isNoCount(value: unknown): boolean {
  return typeof value === 'number' && tokenCount(value) === undefined
}

/** A count of tokens as an upstream tells it, rounded up; undefined for what is no count (negative, not finite, beyond 1e9). */
export function tokenCount(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && value <= COUNT_MAX ? Math.ceil(value) : undefined
}

/** A string of an upstream's JSON, a number as its digits, `''` for all else: an object's own `toString` may be no function. */
export function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}

/** A number of an upstream's JSON, or a string that holds one; not a number for objects and arrays. */
export function numberOf(value: unknown): number {
  return typeof value === 'object' && value !== null ? Number.NaN : Number(value)
}
