import { GatewayError } from '../../../lib/errors.ts'

/** A filter (RFC 7644 §3.4.2.2), parsed. */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'not'; readonly of: Filter }
  | { readonly kind: 'present'; readonly path: string }
  | { readonly kind: 'compare'; readonly path: string; readonly operator: Operator; readonly value: FilterValue }
  /** `emails[type eq "work"]`: one entry of a list for which the inner filter holds. */
  | { readonly kind: 'some'; readonly path: string; readonly of: Filter }

/** The operators that compare. */
export type Operator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le'
/** What may stand on the right of one. */
export type FilterValue = string | number | boolean | null

const OPERATORS: readonly string[] = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le']
const LONGEST = 2_048
const DEEPEST = 16
const TOKEN = /\s*(?:([()[\]])|("(?:[^"\\]|\\.)*")|([^\s()[\]"]+))/

interface Reader {
  readonly tokens: readonly string[]
  at: number
  depth: number
}

/** Parses a filter. Throws `invalid_request` (`invalidFilter`) for what is none, too long or too deep. */
export function parseFilter(text: string): Filter {
  if (text.length > LONGEST) throw invalid('it is too long')
  const reader: Reader = { tokens: tokensOf(text), at: 0, depth: 0 }
  const filter = either(reader)
  if (reader.at < reader.tokens.length) throw invalid(`${reader.tokens[reader.at]} is one too many`)
  return filter
}

function tokensOf(text: string): readonly string[] {
  const tokens: string[] = []
  const expression = new RegExp(TOKEN, 'y')
  while (expression.lastIndex < text.trimEnd().length) {
    const found = expression.exec(text)
    if (!found) throw invalid('a quotation mark is missing')
    tokens.push(found[1] ?? found[2] ?? found[3] ?? '')
  }
  return tokens
}

function either(reader: Reader): Filter {
  let left = both(reader)
  while (takes(reader, 'or')) left = { kind: 'or', left, right: both(reader) }
  return left
}

function both(reader: Reader): Filter {
  let left = single(reader)
  while (takes(reader, 'and')) left = { kind: 'and', left, right: single(reader) }
  return left
}

function single(reader: Reader): Filter {
  reader.depth += 1
  if (reader.depth > DEEPEST) throw invalid('it is too deep')
  try {
    if (takes(reader, 'not')) return { kind: 'not', of: single(reader) }
    if (takes(reader, '(')) return closed(reader, ')')
    return condition(reader)
  } finally {
    reader.depth -= 1
  }
}

function closed(reader: Reader, end: string): Filter {
  const inner = either(reader)
  if (!takes(reader, end)) throw invalid(`a ${end} is missing`)
  return inner
}

function condition(reader: Reader): Filter {
  const path = next(reader)
  if (!/^[A-Za-z$][A-Za-z0-9:._$-]*$/.test(path)) throw invalid(`${path} is no attribute`)
  if (takes(reader, '[')) return { kind: 'some', path, of: closed(reader, ']') }
  const operator = next(reader).toLowerCase()
  if (operator === 'pr') return { kind: 'present', path }
  if (!OPERATORS.includes(operator)) throw invalid(`${operator} is no operator`)
  return { kind: 'compare', path, operator: operator as Operator, value: literalOf(next(reader)) }
}

function literalOf(token: string): FilterValue {
  try {
    const value: unknown = JSON.parse(/^(true|false)$/i.test(token) ? token.toLowerCase() : token)
    if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return value as FilterValue
  } catch {
    // Told below.
  }
  throw invalid(`${token} is no value: texts stand in quotation marks`)
}

function next(reader: Reader): string {
  const token = reader.tokens[reader.at]
  if (token === undefined) throw invalid('it ends too early')
  reader.at += 1
  return token
}

function takes(reader: Reader, word: string): boolean {
  if (reader.tokens[reader.at]?.toLowerCase() !== word) return false
  reader.at += 1
  return true
}

function invalid(why: string): GatewayError {
  return new GatewayError('invalid_request', {
    message: `The filter is not valid: ${why}.`,
    facts: { scimType: 'invalidFilter' },
  })
}

/** Whether a filter holds for a resource. Texts are compared without case, as all attributes here are (RFC 7643 §2.2). */
export function holds(filter: Filter, resource: unknown): boolean {
  switch (filter.kind) {
    case 'and':
      return holds(filter.left, resource) && holds(filter.right, resource)
    case 'or':
      return holds(filter.left, resource) || holds(filter.right, resource)
    case 'not':
      return !holds(filter.of, resource)
    case 'present':
      return valuesAt(resource, filter.path).some(isPresent)
    case 'some':
      return entriesAt(resource, filter.path).some((entry) => holds(filter.of, entry))
    case 'compare':
      return compares(filter, valuesAt(resource, filter.path))
  }
}

/** The values at a path (`name.familyName`, `emails.value`); entries of lists each count. Names have no case. */
function valuesAt(resource: unknown, path: string): readonly unknown[] {
  // A list of objects compared by itself means their `value`s.
  return entriesAt(resource, path).map((value) => (isObject(value) && 'value' in value ? value.value : value))
}

function entriesAt(resource: unknown, path: string): readonly unknown[] {
  let found: readonly unknown[] = [resource]
  for (const step of stepsOf(path)) found = found.flatMap((value) => membersNamed(value, step))
  return found
}

/** A path's steps; the schema's own name in front is dropped, an extension's is one step. */
export function stepsOf(path: string): readonly string[] {
  const core = path.replace(/^urn:ietf:params:scim:schemas:core:2\.0:(?:User|Group):/i, '')
  const [, urn, rest] = /^(urn:.+:\d+(?:\.\d+)*:[A-Za-z]+)(?::(.+))?$/i.exec(core) ?? []
  if (urn !== undefined) return [urn, ...(rest ? rest.split('.') : [])]
  return core.split('.')
}

/** The member of an object by its name in any case, spread if it is a list. */
function membersNamed(value: unknown, name: string): readonly unknown[] {
  if (!isObject(value)) return []
  const key = keyNamed(value, name)
  const member = key === undefined ? undefined : value[key]
  return Array.isArray(member) ? member : member === undefined ? [] : [member]
}

/** How an object itself spells a name. */
export function keyNamed(value: Readonly<Record<string, unknown>>, name: string): string | undefined {
  return Object.keys(value).find((key) => key.toLowerCase() === name.toLowerCase())
}

/** Whether a value is an object and no list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isPresent(value: unknown): boolean {
  return value !== null && value !== '' && value !== undefined
}

function compares({ operator, value }: Extract<Filter, { kind: 'compare' }>, found: readonly unknown[]): boolean {
  if (operator === 'ne') return !found.some((one) => compare('eq', one, value))
  if (operator === 'eq' && value === null) return !found.some(isPresent)
  return found.some((one) => compare(operator, one, value))
}

function compare(operator: Operator, left: unknown, right: FilterValue): boolean {
  // Entra sends and asks for truth values as words.
  if (typeof left === 'boolean' && typeof right === 'string') return compare(operator, String(left), right)
  if (typeof left === 'number' && typeof right === 'number') return order(operator, left - right)
  if (typeof left === 'boolean' || typeof right === 'boolean') return operator === 'eq' && left === right
  if (typeof left !== 'string' || typeof right !== 'string') return false
  const [a, b] = [left.toLowerCase(), right.toLowerCase()]
  if (operator === 'co') return a.includes(b)
  if (operator === 'sw') return a.startsWith(b)
  if (operator === 'ew') return a.endsWith(b)
  return order(operator, a === b ? 0 : a < b ? -1 : 1)
}

function order(operator: Operator, difference: number): boolean {
  if (operator === 'eq') return difference === 0
  if (operator === 'gt') return difference > 0
  if (operator === 'ge') return difference >= 0
  if (operator === 'lt') return difference < 0
  return operator === 'le' && difference <= 0
}
