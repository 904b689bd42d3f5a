import { isObject } from '../../../lib/json.ts'

const MAX_DEPTH = 12

/** A value that a JSON Schema allows, always the same one: what the sandbox puts into tool arguments and structured answers. */
export function exampleOf(schema: unknown, root: unknown = schema, depth = 0): unknown {
  if (!isObject(schema) || depth > MAX_DEPTH) return null
  if ('const' in schema) return schema.const
  if (Array.isArray(schema.enum)) return schema.enum[0] ?? null
  if (typeof schema.$ref === 'string') return exampleOf(resolve(schema.$ref, root), root, depth + 1)
  const [alternative] = firstList(schema.anyOf, schema.oneOf, schema.allOf)
  if (alternative !== undefined) return exampleOf(alternative, root, depth + 1)
  return ofType(schema, root, depth)
}

function ofType(schema: Readonly<Record<string, unknown>>, root: unknown, depth: number): unknown {
  const type = Array.isArray(schema.type) ? schema.type.find((name) => name !== 'null') : schema.type
  switch (typeof type === 'string' ? type.toLowerCase() : impliedType(schema)) {
    case 'object':
      return objectOf(schema, root, depth)
    case 'array':
      return Array.from({ length: Math.min(Math.max(numberOr(schema.minItems, 1), 1), 8) }, () =>
        exampleOf(schema.items, root, depth + 1),
      )
    case 'string':
      return stringOf(schema)
    case 'integer':
      return Math.ceil(numberOr(schema.minimum, numberOr(schema.exclusiveMinimum, 0) + 1))
    case 'number':
      return numberOr(schema.minimum, numberOr(schema.exclusiveMinimum, 0) + 0.5)
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
  return Object.fromEntries(
    Object.entries(properties).map(([name, inner]) => [name, exampleOf(inner, root, depth + 1)]),
  )
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
