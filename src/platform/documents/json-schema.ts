import { z } from 'zod'
import type { Kind, NameRule, Path } from './kind.ts'
import { didYouMean } from './suggest.ts'

/** The one version of the document language. */
export const API_VERSION = 'gatehouse/v1'

const NAME_PATTERNS: Readonly<Record<NameRule, RegExp>> = {
  plain: /^[a-z0-9](?:[a-z0-9._@+-]{0,126}[a-z0-9])?$/,
  path: /^[A-Za-z0-9](?:[A-Za-z0-9._@:/+-]{0,126}[A-Za-z0-9])?$/,
}
const NAME_EXPECTED: Readonly<Record<NameRule, string>> = {
  plain: 'expected a name of lower-case letters, digits and - . _ @ +, at most 128',
  path: 'expected a name of letters, digits and - . _ @ + : /, at most 128',
}

/** The schema of `metadata` for kinds of a {@link NameRule}. */
export function metadataSchema(rule: NameRule) {
  const text = z.string().max(1_024)
  const key = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$/, {
    error: 'expected a key of letters, digits and - . _ /',
  })
  return z.strictObject({
    name: z.string({ error: NAME_EXPECTED[rule] }).regex(NAME_PATTERNS[rule], { error: NAME_EXPECTED[rule] }),
    labels: z.record(key, text.max(256)).optional(),
    annotations: z.record(key, text).optional(),
  })
}

/** A JSON Schema (draft 2020-12) as plain JSON. */
export type JsonSchema = Readonly<Record<string, unknown>>

function specSchema(kind: Kind): JsonSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(kind.schema, {
    io: 'input',
    unrepresentable: 'any',
    reused: 'inline',
  })
  return schema
}

/** The JSON Schema of a whole document of one kind, for editors and for the console's form. */
export function kindJsonSchema(kind: Kind): JsonSchema {
  const { $schema: _, ...metadata } = z.toJSONSchema(metadataSchema(kind.names), { io: 'input' })
  const spec = specSchema(kind)
  const mustHaveSpec = Array.isArray(spec.required) && spec.required.length > 0
  return {
    type: 'object',
    title: kind.kind,
    description: kind.summary,
    properties: { apiVersion: { const: API_VERSION }, kind: { const: kind.kind }, metadata, spec },
    required: ['kind', 'metadata', ...(mustHaveSpec ? ['spec'] : [])],
    additionalProperties: false,
  }
}

/** The JSON Schema of any document of these kinds: what `gatehouse schema` prints. */
export function documentsJsonSchema(kinds: readonly Kind[]): JsonSchema {
  const names = kinds.map((kind) => kind.kind)
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'A Gatehouse document',
    type: 'object',
    properties: { kind: { enum: names } },
    required: ['kind', 'metadata'],
    allOf: kinds.map((kind) => ({
      if: { properties: { kind: { const: kind.kind } }, required: ['kind'] },
      // biome-ignore lint/suspicious/noThenProperty: the word is JSON Schema's own
      then: { $ref: `#/$defs/${kind.kind}` },
    })),
    $defs: Object.fromEntries(kinds.map((kind) => [kind.kind, kindJsonSchema(kind)])),
  }
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function step(schema: JsonSchema, name: string | number): readonly unknown[] {
  const properties = schema.properties
  if (typeof name === 'number') {
    const prefix = schema.prefixItems
    return [Array.isArray(prefix) ? prefix[name] : undefined, schema.items]
  }
  if (isSchema(properties) && Object.hasOwn(properties, name)) return [properties[name]]
  return [schema.additionalProperties]
}

function branches(schema: JsonSchema, root: JsonSchema): readonly JsonSchema[] {
  const found: JsonSchema[] = [schema]
  for (const word of ['anyOf', 'oneOf', 'allOf']) {
    const list = schema[word]
    if (Array.isArray(list)) found.push(...list.filter(isSchema).flatMap((item) => branches(item, root)))
  }
  return found
}

/** The names of the fields that an object at `path` may have, over all shapes that it may take. */
export function fieldsAt(schema: JsonSchema, path: Path): readonly string[] {
  let reached = branches(schema, schema)
  for (const name of path) {
    reached = reached.flatMap((from) =>
      step(from, name)
        .filter(isSchema)
        .flatMap((next) => branches(next, schema)),
    )
  }
  const fields = new Set<string>()
  for (const { properties } of reached)
    if (isSchema(properties)) for (const field of Object.keys(properties)) fields.add(field)
  return [...fields]
}

/** What was probably meant by an unknown field of the object at `path`. */
export function fieldHint(schema: JsonSchema, path: Path, field: string): string | undefined {
  return didYouMean(field, fieldsAt(schema, path))
}
