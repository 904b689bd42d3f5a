import { isObject } from '../../../lib/json.ts'

/** Keywords that Anthropic's structured outputs refuse (vendor page "Structured outputs", limitations, 2026-11). */
const REFUSED = new Set([
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'patternProperties',
  'propertyNames',
])
/** Members whose values are named schemas, not keywords. */
const NAMED = new Set(['properties', '$defs', 'definitions'])
/** Members whose values are data and not schemas. */
const DATA = new Set(['enum', 'const', 'default', 'examples', 'required'])

/** A schema fit for native structured output, and what had to change for it. */
export interface FittedSchema {
  readonly schema: unknown
  /** Keywords that were taken out, each once; their sense is said in the description instead. */
  readonly removed: readonly string[]
}

/**
 * Fits a JSON Schema to Anthropic's structured outputs: every object is closed (`additionalProperties: false`), and
 * refused keywords move into the `description`, where the model still reads them.
 */
export function fitSchema(schema: unknown): FittedSchema {
  const removed = new Set<string>()
  return { schema: fit(schema, removed), removed: [...removed] }
}

function fit(schema: unknown, removed: Set<string>): unknown {
  if (Array.isArray(schema)) return schema.map((part) => fit(part, removed))
  if (!isObject(schema)) return schema
  const out: Record<string, unknown> = {}
  const notes: string[] = []
  for (const [key, value] of Object.entries(schema)) {
    if (isRefused(key, value)) {
      removed.add(key)
      notes.push(`${key}: ${JSON.stringify(value)}`)
    } else out[key] = fitMember(key, value, removed)
  }
  if (isObjectSchema(schema)) out.additionalProperties = false
  if (notes.length > 0) {
    const said = typeof schema.description === 'string' ? `${schema.description} ` : ''
    out.description = `${said}(${notes.join(', ')})`
  }
  return out
}

function fitMember(key: string, value: unknown, removed: Set<string>): unknown {
  if (DATA.has(key)) return value
  if (!NAMED.has(key) || !isObject(value)) return fit(value, removed)
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, fit(part, removed)]))
}

function isRefused(key: string, value: unknown): boolean {
  if (key === 'minItems') return value !== 0 && value !== 1
  return REFUSED.has(key)
}

function isObjectSchema(schema: { readonly [key: string]: unknown }): boolean {
  const { type } = schema
  return type === 'object' || (Array.isArray(type) && type.includes('object')) || isObject(schema.properties)
}
