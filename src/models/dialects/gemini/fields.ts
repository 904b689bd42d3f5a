import { GatewayError } from '../../../lib/errors.ts'
import { isObject } from '../../../lib/json.ts'
import type { Path, Rest } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'

/**
 * An object of Gemini's JSON, with where it stands. Google's JSON mapping of protobuf takes lowerCamelCase and
 * snake_case names alike (protobuf.dev, "ProtoJSON Format"), and its SDKs and REST users send both.
 */
export interface Node {
  readonly json: JsonObject
  readonly at: Path
}

/** The snake_case form of a lowerCamelCase name. */
export function snakeOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** The name under which `json` has the member (as named, or in snake_case); undefined when it is absent or null. */
export function keyOf(json: JsonObject, name: string): string | undefined {
  if (json[name] !== undefined && json[name] !== null) return name
  if (!hasSnake(json)) return undefined
  const snake = snakeOf(name)
  return snake !== name && json[snake] !== undefined && json[snake] !== null ? snake : undefined
}

/** Spares the common camelCase request the making of snake_case names. */
function hasSnake(json: JsonObject): boolean {
  for (const key in json) if (key.includes('_')) return true
  return false
}

/** The member's value, whichever way it is spelled; undefined when it is absent or null. */
export function memberOf(json: JsonObject, name: string): unknown {
  const key = keyOf(json, name)
  return key === undefined ? undefined : json[key]
}

/** A string member. Throws `invalid_request` when it is something else. */
export function textOf(node: Node, name: string): string | undefined {
  const value = memberOf(node.json, name)
  if (value === undefined || typeof value === 'string') return value
  throw wrong(node, name, 'a string')
}

/** A number member; numbers in quotes are taken, as protobuf's JSON mapping does. Throws `invalid_request`. */
export function numberOf(node: Node, name: string): number | undefined {
  const value = memberOf(node.json, name)
  if (value === undefined) return undefined
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof number === 'number' && Number.isFinite(number)) return number
  throw wrong(node, name, 'a number')
}

/** A boolean member. Throws `invalid_request` when it is something else. */
export function flagOf(node: Node, name: string): boolean | undefined {
  const value = memberOf(node.json, name)
  if (value === undefined || typeof value === 'boolean') return value
  throw wrong(node, name, 'true or false')
}

/** An object member with its place. Throws `invalid_request` when it is something else. */
export function nodeOf(node: Node, name: string): Node | undefined {
  const key = keyOf(node.json, name)
  if (key === undefined) return undefined
  const value = node.json[key]
  if (isObject(value)) return { json: value, at: [...node.at, key] }
  throw wrong(node, name, 'an object')
}

const MAX_ITEMS = 10_000

/** A list of objects with their places; one object alone counts as a list of one. Throws `invalid_request`. */
export function nodesOf(node: Node, name: string): readonly Node[] {
  const key = keyOf(node.json, name)
  if (key === undefined) return []
  const value = node.json[key]
  const at = [...node.at, key]
  if (isObject(value)) return [{ json: value, at }]
  if (!Array.isArray(value)) throw wrong(node, name, 'a list of objects')
  if (value.length > MAX_ITEMS) throw malformed(at, `at most ${MAX_ITEMS} items long`)
  return value.map((entry: unknown, index) => {
    if (!isObject(entry)) throw malformed([...at, index], 'an object')
    return { json: entry, at: [...at, index] }
  })
}

/** A list of strings. Throws `invalid_request` when it is something else. */
export function textsOf(node: Node, name: string): readonly string[] | undefined {
  const value = memberOf(node.json, name)
  if (value === undefined) return undefined
  if (Array.isArray(value) && value.every((entry) => typeof entry === 'string')) return value
  throw wrong(node, name, 'a list of strings')
}

/** The members that are not named, as they came; undefined when nothing is left. */
export function restOf(json: JsonObject, known: ReadonlySet<string>): Rest | undefined {
  let rest: Record<string, unknown> | undefined
  for (const key in json) {
    if (known.has(key)) continue
    rest ??= {}
    rest[key] = json[key]
  }
  return rest
}

/** The names given and their snake_case forms: what {@link restOf} leaves out. */
export function knownNames(...names: readonly string[]): ReadonlySet<string> {
  return new Set(names.flatMap((name) => [name, snakeOf(name)]))
}

/** `{rest}` when there is any, else `{}`. */
export function withRest(rest: Rest | undefined): { readonly rest?: Rest } {
  return rest === undefined ? {} : { rest }
}

/** A copy of `fields` without its undefined members. */
export function compact(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept: Record<string, unknown> = {}
  for (const key in fields) if (fields[key] !== undefined) kept[key] = fields[key]
  return kept
}

/** `invalid_request` naming the place and what should stand there. */
export function malformed(at: Path, expected: string): GatewayError {
  const param = at.join('.')
  return new GatewayError('invalid_request', { message: `${param || 'The request body'} must be ${expected}.`, param })
}

function wrong(node: Node, name: string, expected: string): GatewayError {
  return malformed([...node.at, keyOf(node.json, name) ?? name], expected)
}
