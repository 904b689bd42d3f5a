import { GatewayError } from '../../../lib/errors.ts'
import { isObject } from '../../../lib/json.ts'
import type { CacheControl, Path, Rest } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'

/** What is wrong with a caller's request, said as Anthropic says it: `messages.0.content: Field required`. */
export function fault(at: Path, problem: string): GatewayError {
  const param = at.join('.')
  return new GatewayError('invalid_request', { message: `${param}: ${problem}`, param })
}

/** The object at a path, or `invalid_request`. */
export function readObject(value: unknown, at: Path): JsonObject {
  if (isObject(value)) return value
  throw fault(at, value === undefined ? 'Field required' : 'Input should be a valid dictionary')
}

/** The string at a path, or `invalid_request`. */
export function readString(value: unknown, at: Path): string {
  if (typeof value === 'string') return value
  throw fault(at, value === undefined ? 'Field required' : 'Input should be a valid string')
}

/** A string that may be absent or null. */
export function readOptionalString(value: unknown, at: Path): string | undefined {
  return value === undefined || value === null ? undefined : readString(value, at)
}

const MAX_ITEMS = 10_000

/** The list at a path, at most 10,000 items long, or `invalid_request`. */
export function readList(value: unknown, at: Path): readonly unknown[] {
  if (Array.isArray(value)) {
    if (value.length > MAX_ITEMS) throw fault(at, `List should have at most ${MAX_ITEMS} items`)
    return value
  }
  throw fault(at, value === undefined ? 'Field required' : 'Input should be a valid list')
}

/** A finite number that may be absent or null. */
export function readOptionalNumber(value: unknown, at: Path): number | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw fault(at, 'Input should be a valid number')
}

/** A boolean that may be absent or null. */
export function readOptionalBoolean(value: unknown, at: Path): boolean | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'boolean') return value
  throw fault(at, 'Input should be a valid boolean')
}

/** `cache_control: {type: 'ephemeral', ttl?}`; five minutes where no duration is named. */
export function readCacheControl(value: unknown): CacheControl | undefined {
  if (!isObject(value)) return undefined
  return { ttl: value.ttl === '1h' ? '1h' : '5m' }
}

/** The members of an object that are not named in `known`; undefined when there are none. */
export function restOf(object: JsonObject, known: ReadonlySet<string>): Rest | undefined {
  let rest: Record<string, unknown> | undefined
  for (const key in object) {
    if (known.has(key)) continue
    rest ??= {}
    rest[key] = object[key]
  }
  return rest
}

/** The object without its undefined members: so that an absent field is absent, not there as undefined. */
export function compact<T extends object>(object: T): T {
  const out: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(object)) if (value !== undefined) out[key] = value
  return out as T
}
