/** A JSON Schema, as far as the reference reads it. */
interface Schema {
  readonly type?: string
  readonly description?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly default?: unknown
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly additionalProperties?: Schema | boolean
}

/** Rows of a table of the fields of a kind's `spec`: name, what it takes, what holds when it is absent. */
export function fieldsOf(kindSchema: unknown): readonly (readonly [string, string, string])[] {
  const spec = (kindSchema as Schema).properties?.spec
  return Object.entries(spec?.properties ?? {}).map(([name, field]) => {
    const absent = spec?.required?.includes(name) ? 'required' : field.default === undefined ? '' : code(field.default)
    return [`\`${name}\``, whatItTakes(field), absent]
  })
}

function whatItTakes(schema: Schema): string {
  if (schema.description) return schema.description
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return [...new Set(choices.map(whatItTakes))].join(' or ')
  if (schema.const !== undefined) return code(schema.const)
  if (schema.enum) return schema.enum.map(code).join(', ')
  if (schema.type === 'array') return `list of ${schema.items ? whatItTakes(schema.items) : 'anything'}`
  if (schema.type === 'object') return objectFields(schema)
  return schema.type === 'string' ? 'text' : (schema.type ?? 'anything')
}

function objectFields(schema: Schema): string {
  const names = Object.keys(schema.properties ?? {}).map((name) => `\`${name}\``)
  return names.length > 0 ? `{${names.join(', ')}}` : 'names to values'
}

function code(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``
}
