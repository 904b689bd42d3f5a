import { GatewayError } from './errors.ts'
import { afterString, stringValue } from './json-text.ts'

export { type JsonEdit, type JsonPath, patchJson } from './json-patch.ts'

/** How {@link parseJson} reads. */
export interface ParseJsonOptions {
  /** Levels of arrays and objects that may be nested; default 128. */
  readonly maxDepth?: number
  /**
   * `top` refuses a text whose root object names a member twice, however the name is escaped, and in whatever case and
   * with whatever underscores it is written: servers differ in what they take for the same name. Default `none`.
   */
  readonly uniqueKeysAt?: 'top' | 'none'
}

/** Levels of nesting allowed when nothing else is said. */
export const DEFAULT_MAX_DEPTH = 128

const MAX_TOLD_CHARACTERS = 256
const PLAIN_NAME = /^[a-z]*$/
const QUOTE = 34
const COLON = 58
const OPEN_ARRAY = 91
const CLOSE_ARRAY = 93
const OPEN_OBJECT = 123
const CLOSE_OBJECT = 125

/**
 * Reads JSON from outside. Depth is checked before parsing, because a text of five million brackets parses and then
 * breaks whoever walks the value. `__proto__`, `constructor` and `prototype` are dropped from every object. Throws
 * `invalid_json` for what is not JSON and `invalid_request` for what is too deep or names a top member twice.
 */
export function parseJson(text: string, options: ParseJsonOptions = {}): unknown {
  const maxDepth = options.maxDepth ?? DEFAULT_MAX_DEPTH
  const found = survey(text, maxDepth, options.uniqueKeysAt ?? 'none')
  if (found.isTooDeep) {
    throw new GatewayError('invalid_request', { message: `The JSON is nested deeper than ${maxDepth} levels.` })
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new GatewayError('invalid_json', { internalDetail: 'the text is not JSON', cause })
  }
  if (found.repeatedKey !== undefined) throw givenTwice(found.repeatedKey)
  if (mayNameDangerous(text)) dropDangerous(value)
  return value
}

/**
 * Refuses a JSON text in which any object names a member twice: readers differ in which of the two they take, so one who
 * looks may see another value than one who acts. Throws `invalid_request`. The text must have been parsed before.
 */
export function refuseRepeatedMembers(text: string): void {
  const { repeatedKey } = survey(text, Number.POSITIVE_INFINITY, 'everywhere')
  if (repeatedKey !== undefined) throw givenTwice(repeatedKey)
}

function givenTwice(name: string): GatewayError {
  const message = `The member ${JSON.stringify(name.slice(0, MAX_TOLD_CHARACTERS))} is given more than once.`
  return new GatewayError('invalid_request', { message, param: name.slice(0, MAX_TOLD_CHARACTERS) })
}

/** Whether a parsed value is a JSON object (neither null nor an array). */
export function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The text fit to be stored: lone surrogates become U+FFFD and NUL becomes U+2400 (PostgreSQL takes no NUL in text). */
export function wellFormed(text: string): string {
  const sound = text.isWellFormed() ? text : text.toWellFormed()
  return sound.includes('\u0000') ? sound.replaceAll('\u0000', '\u2400') : sound
}

interface Survey {
  readonly isTooDeep: boolean
  readonly repeatedKey: string | undefined
}

/** One pass over the text before it is parsed: how deep it nests, and which member of an object is named twice. */
function survey(text: string, maxDepth: number, uniqueAt: 'none' | 'top' | 'everywhere'): Survey {
  const isLookedAt = uniqueAt === 'everywhere' || (uniqueAt === 'top' && startsWithObject(text))
  const names = isLookedAt ? new NamesByDepth(uniqueAt === 'everywhere') : undefined
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      const end = afterString(text, at)
      if (names?.wants(depth) && isFollowedByColon(text, end)) names.add(depth, stringValue(text, at, end))
      at = end - 1
    } else if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
      if (++depth > maxDepth) return { isTooDeep: true, repeatedKey: names?.repeated }
      names?.open(depth)
    } else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) depth--
  }
  return { isTooDeep: false, repeatedKey: names?.repeated }
}

/** The names seen so far in the objects that are open. */
class NamesByDepth {
  repeated: string | undefined
  readonly #byDepth: Set<string>[] = []

  constructor(private readonly everywhere: boolean) {}

  wants(depth: number): boolean {
    return depth === 1 || this.everywhere
  }

  open(depth: number): void {
    if (this.wants(depth)) this.#byDepth[depth] = new Set()
  }

  add(depth: number, name: string): void {
    const known = this.#byDepth[depth]
    const seen = this.everywhere ? name : folded(name)
    if (known?.has(seen)) this.repeated ??= name
    known?.add(seen)
  }
}

/** As the most tolerant reader takes a name: Go's folds case as Unicode does (s and k have a third form), protobuf's camel and snake case. */
function folded(name: string): string {
  if (PLAIN_NAME.test(name)) return name
  return name.toLowerCase().replaceAll('_', '').replaceAll('\u017f', 's').replaceAll('\u212a', 'k')
}

function startsWithObject(text: string): boolean {
  return /^\s*\{/.test(text)
}

function isFollowedByColon(text: string, from: number): boolean {
  let at = from
  while (text.charCodeAt(at) <= 32) at++
  return text.charCodeAt(at) === COLON
}

/** A cheap look that lets the usual text skip the walk; no JSON writer escapes ASCII letters, so an escape is a suspect. */
function mayNameDangerous(text: string): boolean {
  return (
    text.includes('"__proto__"') ||
    text.includes('"constructor"') ||
    text.includes('"prototype"') ||
    (text.includes('\\u00') && /\\u00[567]/.test(text))
  )
}

/** The value's depth is bounded by the survey, so recursion is safe. */
function dropDangerous(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  for (const name of ['__proto__', 'constructor', 'prototype']) {
    if (Object.hasOwn(value, name)) Reflect.deleteProperty(value, name)
  }
  for (const inner of Object.values(value)) dropDangerous(inner)
}
