import { expect, test } from 'bun:test'
import { type JsonSchema, kindJsonSchema, readYaml } from '../platform/documents/index.ts'
import { checkDocuments, POLICY_KINDS } from './index.ts'

/** Every object in a JSON Schema that names its fields and yet takes others. */
function looseObjects(schema: unknown, at: string): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return []
  const { properties, additionalProperties } = schema as JsonSchema
  const here = properties !== undefined && additionalProperties !== false ? [at] : []
  return [...here, ...Object.entries(schema).flatMap(([key, member]) => looseObjects(member, `${at}.${key}`))]
}

test.each(POLICY_KINDS.map((kind) => [kind.kind, kind] as const))(
  '%s: unknown fields are problems, and its example says itself',
  (name, kind) => {
    expect(looseObjects(kindJsonSchema(kind).properties, name)).toEqual([])
    expect(kind.example).toContain(`kind: ${name}`)
    const check = checkDocuments(readYaml({ file: 'example.yaml', text: kind.example, owner: 'console' }))
    // An example may refer to documents that it leaves out; nothing else may be wrong with it.
    const wrong = check.valid
      ? []
      : check.problems.filter(({ message }) => !/^there is no \w+( or \w+)* named /.test(message))
    expect(wrong).toEqual([])
  },
)

test('no kind is gathered twice', () => {
  const names = POLICY_KINDS.map((kind) => kind.kind)
  expect(new Set(names).size).toBe(names.length)
})
