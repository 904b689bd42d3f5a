import { GatewayError } from '../../../lib/errors.ts'
import { isObject } from '../../../lib/json.ts'
import type { Path, Rest } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'

/** A refusal of a caller's field: `invalid_request` naming the field as `messages.2.content`. */
export function invalid(at: Path, message: string): GatewayError {
  const param = at.join('.')
  return new GatewayError('invalid_request', { message: `Invalid '${param}': ${message}`, param })
}

/** A number, undefined for null and absent; refuses anything else and what `bounds` exclude. */
export function numberField(body: JsonObject, key: string, bounds: NumberBounds = {}): number | undefined {
  const value = body[key]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'number' || !Number.isFinite(value)) throw invalid([key], 'a number is expected.')
  if (bounds.integer === true && !Number.isInteger(value)) throw invalid([key], 'a whole number is expected.')
  if (bounds.min !== undefined && value < bounds.min) throw invalid([key], `must be at least ${bounds.min}.`)
  if (bounds.max !== undefined && value > bounds.max) throw invalid([key], `must be at most ${bounds.max}.`)
  return value
}

/** What {@link numberField} accepts, ends included. */
export interface NumberBounds {
  readonly integer?: boolean
  readonly min?: number
  readonly max?: number
}

/** A boolean, undefined for null and absent; refuses anything else. */
export function booleanField(body: JsonObject, key: string): boolean | undefined {
  const value = body[key]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'boolean') throw invalid([key], 'true or false is expected.')
  return value
}

/** A string, undefined for null and absent; refuses anything else. */
export function stringField(body: JsonObject, key: string, within: Path = []): string | undefined {
  const value = body[key]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw invalid([...within, key], 'a string is expected.')
  return value
}

/** A string that must be there and must not be empty. */
export function requiredString(body: JsonObject, key: string, within: Path = []): string {
  const value = stringField(body, key, within)
  if (value === undefined || value === '') throw invalid([...within, key], 'a non-empty string is required.')
  return value
}

/** An object, undefined for null and absent; refuses anything else. */
export function objectField(body: JsonObject, key: string, within: Path = []): JsonObject | undefined {
  const value = body[key]
  if (value === undefined || value === null) return undefined
  if (!isObject(value)) throw invalid([...within, key], 'an object is expected.')
  return value
}

/** An array of at most `max` entries, undefined for null and absent; refuses anything else. */
export function arrayField(body: JsonObject, key: string, max: number): readonly unknown[] | undefined {
  const value = body[key]
  if (value === undefined || value === null) return undefined
  if (!Array.isArray(value)) throw invalid([key], 'an array is expected.')
  if (value.length > max) throw invalid([key], `at most ${max} entries are accepted.`)
  return value
}

/** The members of an object that are not among the known ones, null members left out; undefined when there are none. */
export function restOf(body: JsonObject, known: ReadonlySet<string>): Rest | undefined {
  let rest: Record<string, unknown> | undefined
  for (const key in body) {
    if (known.has(key) || body[key] === null || body[key] === undefined) continue
    rest ??= {}
    rest[key] = body[key]
  }
  return rest
}

/** The object without its undefined members: what JSON would write of it. */
export function compact<T extends object>(object: T): T {
  const kept: Partial<T> = {}
  for (const key in object) if (object[key] !== undefined) kept[key] = object[key]
  return kept as T
}
