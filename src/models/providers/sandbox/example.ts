import { isObject } from '../../../lib/json.ts'

const MAX_DEPTH = 12
/** From here on only what the schema demands: a schema that speaks of itself must come to an end. */
const BARE_FROM_DEPTH = 5
/** A schema may ask for a list of any length; nobody rehearses with longer ones. */
const MOST_ITEMS = 256

/** A value that a JSON Schema allows, always the same one: what the sandbox puts into tool arguments and structured answers. */
export function exampleOf(schema: unknown, root: unknown = schema, depth = 0): unknown {
  if (!isObject(schema) || depth > MAX_DEPTH) return null
  if ('const' in schema) return schema.const
  if (Array.isArray(schema.enum)) return schema.enum[0] ?? null
  if (typeof schema.$ref === 'string') return exampleOf(resolve(schema.$ref, root), root, depth + 1)
  if (Array.isArray(schema.allOf)) return exampleOf(merged(schema, root), root, depth + 1)
  const alternatives = firstList(schema.anyOf, schema.oneOf)
  if (alternatives.length > 0) {
    const end = depth >= BARE_FROM_DEPTH ? alternatives.find((one) => isObject(one) && one.type === 'null') : undefined
    return exampleOf(end ?? alternatives[0], root, depth + 1)
  }
  return ofType(schema, root, depth)
}

function ofType(schema: Readonly<Record<string, unknown>>, root: unknown, depth: number): unknown {
  const type = Array.isArray(schema.type) ? schema.type.find((name) => name !== 'null') : schema.type
  switch (typeof type === 'string' ? type.toLowerCase() : impliedType(schema)) {
    case 'object':
      return objectOf(schema, root, depth)
    case 'array':
      return arrayOf(schema, root, depth)
    case 'string':
      return stringOf(schema)
    case 'integer':
      return numberOf(schema, 1)
    case 'number':
      return numberOf(schema, 0.5)
    case 'boolean':
      return true
    default:
      return null
  }
}

function impliedType(schema: Readonly<Record<string, unknown>>): string | undefined {
  if (isObject(schema.properties)) return 'object'
  return schema.items === undefined ? undefined : 'array'
}

function objectOf(schema: Readonly<Record<string, unknown>>, root: unknown, depth: number): object {
  const properties = isObject(schema.properties) ? schema.properties : {}
  const required = new Set(Array.isArray(schema.required) ? schema.required : [])
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([name]) => depth < BARE_FROM_DEPTH || required.has(name))
      .map(([name, inner]) => [name, exampleOf(inner, root, depth + 1)]),
  )
}

function arrayOf(schema: Readonly<Record<string, unknown>>, root: unknown, depth: number): unknown[] {
  const wanted = Math.max(numberOr(schema.minItems, 0), depth < BARE_FROM_DEPTH ? 1 : 0)
  const length = Math.min(wanted, numberOr(schema.maxItems, MOST_ITEMS), MOST_ITEMS)
  const tuple = Array.isArray(schema.prefixItems) ? schema.prefixItems : []
  return Array.from({ length: Math.max(length, tuple.length) }, (_, index) =>
    exampleOf(tuple[index] ?? schema.items, root, depth + 1),
  )
}

/** A number within the bounds: the lowest there is, or `usual` where nothing forbids it; a whole one for `usual` 1. */
function numberOf(schema: Readonly<Record<string, unknown>>, usual: number): number {
  const step = numberOr(schema.multipleOf, usual)
  const isWhole = usual === 1
  const above = numberOr(schema.minimum, numberOr(schema.exclusiveMinimum, Number.NEGATIVE_INFINITY))
  const below = numberOr(schema.maximum, numberOr(schema.exclusiveMaximum, Number.POSITIVE_INFINITY))
  if (Number.isFinite(above)) {
    const lowest = schema.minimum === undefined ? (Math.floor(above / step) + 1) * step : Math.ceil(above / step) * step
    const fits = lowest <= below && (schema.exclusiveMaximum === undefined || lowest < below)
    return fits || isWhole ? lowest : schema.minimum === undefined ? (above + below) / 2 : above
  }
  if (step < below) return step
  return schema.maximum === undefined ? Math.ceil(below / step - 1) * step : Math.floor(below / step) * step
}

/** All that the parts of an `allOf` demand together: their members side by side. */
function merged(schema: Readonly<Record<string, unknown>>, root: unknown): Readonly<Record<string, unknown>> {
  const { allOf, ...own } = schema
  const properties: Record<string, unknown> = {}
  const required: unknown[] = []
  let whole: Record<string, unknown> = {}
  for (const part of [...(Array.isArray(allOf) ? allOf : []), own]) {
    const referred = isObject(part) && typeof part.$ref === 'string' ? resolve(part.$ref, root) : part
    if (!isObject(referred)) continue
    if (isObject(referred.properties)) Object.assign(properties, referred.properties)
    if (Array.isArray(referred.required)) required.push(...referred.required)
    whole = { ...whole, ...referred }
  }
  return Object.keys(properties).length === 0 ? whole : { ...whole, properties, required }
}

const BY_FORMAT: Readonly<Record<string, string>> = {
  date: '2026-01-31',
  time: '12:00:00Z',
  'date-time': '2026-01-31T12:00:00Z',
  email: 'ann@example.com',
  uri: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000',
}

function stringOf(schema: Readonly<Record<string, unknown>>): string {
  const known = typeof schema.format === 'string' ? BY_FORMAT[schema.format] : undefined
  const text = known ?? 'example'
  return text.padEnd(numberOr(schema.minLength, 0), '.').slice(0, numberOr(schema.maxLength, 10_000))
}

function firstList(...candidates: readonly unknown[]): readonly unknown[] {
  return candidates.find((candidate): candidate is unknown[] => Array.isArray(candidate)) ?? []
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : otherwise
}

function resolve(reference: string, root: unknown): unknown {
  if (!reference.startsWith('#/')) return undefined
  let value: unknown = root
  for (const step of reference.slice(2).split('/')) {
    value = isObject(value) ? value[step.replace(/~1/g, '/').replace(/~0/g, '~')] : undefined
  }
  return value
}
