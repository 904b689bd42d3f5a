import { isObject } from '../../../lib/json.ts'
import type { JsonObject } from '../dialect.ts'

/** A JSON Schema in the words Gemini has for it: its OpenAPI subset where that says all of it, else JSON Schema as it is. */
export type SpokenSchema =
  | { readonly kind: 'openapi'; readonly schema: JsonObject }
  | { readonly kind: 'json-schema'; readonly schema: unknown }
  /** An object without properties: Gemini refuses an `OBJECT` that has none, so the field is left out. */
  | { readonly kind: 'empty' }

const COPIED: ReadonlySet<string> = new Set([
  'title',
  'description',
  'nullable',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'minLength',
  'maxLength',
  'pattern',
  'minimum',
  'maximum',
  'required',
  'default',
  'example',
  'propertyOrdering',
])
/** Words that say nothing a model could break, or that Gemini's subset implies. */
const IDLE: ReadonlySet<string> = new Set([
  '$schema',
  '$id',
  '$comment',
  'strict',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
])
/** The only formats the API takes (ai.google.dev/api/caching#Schema, 2026-11); others are hints and are left out. */
const FORMATS: Readonly<Record<string, ReadonlySet<string>>> = {
  string: new Set(['enum', 'date-time']),
  number: new Set(['float', 'double']),
  integer: new Set(['int32', 'int64']),
}

/** How to say `schema` to Gemini. Never loses a rule: what the subset lacks (`$ref`, `oneOf`, …) goes as JSON Schema. */
export function speakSchema(schema: unknown): SpokenSchema {
  if (!isObject(schema) || isEmptyObject(schema)) return { kind: 'empty' }
  const subset = convert(schema)
  return subset === undefined
    ? { kind: 'json-schema', schema: withoutDraft(schema) }
    : { kind: 'openapi', schema: subset }
}

/** Gemini's `Schema` as JSON Schema: types in lower case, `nullable` as a `null` type. Numbers in quotes become numbers. */
export function readSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(readSchema)
  if (!isObject(schema)) return schema
  const read: Record<string, unknown> = {}
  for (const key in schema) {
    const value = schema[key]
    if (key === 'type' && typeof value === 'string') read['type'] = value.toLowerCase()
    else if (key === 'properties' && isObject(value)) read['properties'] = mapValues(value, readSchema)
    else if (key === 'items' || key === 'anyOf' || key === 'any_of')
      read[key === 'items' ? key : 'anyOf'] = readSchema(value)
    else if (key === 'nullable' || key === 'format') continue
    else read[camel(key)] = COUNTS.has(camel(key)) && typeof value === 'string' ? Number(value) : value
  }
  if (schema['nullable'] === true && typeof read['type'] === 'string') read['type'] = [read['type'], 'null']
  if (typeof schema['format'] === 'string' && schema['format'] !== 'enum') read['format'] = schema['format']
  return read
}

/** Protobuf's JSON writes 64-bit integers in quotes. */
const COUNTS: ReadonlySet<string> = new Set([
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'minLength',
  'maxLength',
])

function camel(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

function mapValues(json: JsonObject, map: (value: unknown) => unknown): JsonObject {
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, map(value)]))
}

function isEmptyObject(schema: JsonObject): boolean {
  const properties = schema['properties']
  const hasOther = Object.keys(schema).some((key) => !EMPTY_ALLOWS.has(key))
  return !hasOther && (properties === undefined || (isObject(properties) && Object.keys(properties).length === 0))
}

const EMPTY_ALLOWS: ReadonlySet<string> = new Set([
  ...IDLE,
  'type',
  'properties',
  'required',
  'additionalProperties',
  'title',
  'description',
])

/** The subset's form of a schema, or undefined when it cannot say all of it. */
function convert(schema: unknown): JsonObject | undefined {
  if (!isObject(schema)) return undefined
  const type = readType(schema)
  if (type === undefined) return undefined
  const out: Record<string, unknown> = type.name === undefined ? {} : { type: type.name }
  if (type.nullable) out['nullable'] = true
  for (const key in schema) {
    if (key === 'type' || IDLE.has(key)) continue
    if (key === 'additionalProperties' && schema[key] === false) continue
    if (COPIED.has(key)) out[key] = schema[key]
    else if (!convertMember(key, schema[key], { out, type: type.name })) return undefined
  }
  if (type.name === 'object' && !isObject(out['properties'])) return undefined
  return type.name === undefined && out['anyOf'] === undefined ? undefined : out
}

interface Target {
  readonly out: Record<string, unknown>
  readonly type: string | undefined
}

/** Writes one member into `out`; false when the subset has no word for it. */
function convertMember(key: string, value: unknown, { out, type }: Target): boolean {
  switch (key) {
    case 'format':
      if (typeof value === 'string' && FORMATS[type ?? '']?.has(value)) out['format'] = value
      return true
    case 'enum':
    case 'const': {
      const values = key === 'const' ? [value] : value
      if (type !== 'string' || !Array.isArray(values) || !values.every((entry) => typeof entry === 'string'))
        return false
      out['enum'] = values
      return true
    }
    case 'items': {
      const items = convert(value)
      out['items'] = items
      return items !== undefined
    }
    case 'anyOf': {
      const branches = Array.isArray(value) ? value.map(convert) : []
      out['anyOf'] = branches
      return branches.length > 0 && branches.every((branch) => branch !== undefined)
    }
    case 'properties': {
      if (!isObject(value) || Object.keys(value).length === 0) return false
      const properties = mapValues(value, convert)
      out['properties'] = properties
      return Object.values(properties).every((property) => property !== undefined)
    }
    default:
      return false
  }
}

/** The one type and whether null is allowed too; undefined when there are several types. */
function readType(schema: JsonObject): { readonly name: string | undefined; readonly nullable: boolean } | undefined {
  const type = schema['type']
  if (type === undefined) return { name: undefined, nullable: false }
  const names = Array.isArray(type) ? type.filter((name) => name !== 'null') : [type]
  const name: unknown = names[0]
  if (names.length !== 1 || typeof name !== 'string' || name === 'null') return undefined
  return { name, nullable: Array.isArray(type) && type.length > 1 }
}

function withoutDraft(schema: JsonObject): JsonObject {
  const { $schema: _draft, strict: _strict, ...kept } = schema
  return kept
}
