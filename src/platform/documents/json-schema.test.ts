import { expect, test } from 'bun:test'
import { z } from 'zod'
import { defineKind, documentsJsonSchema, duration, kindJsonSchema, modeField, rate } from './index.ts'

const schema = z.strictObject({ requests: rate(), timeout: duration().default(1_000), mode: modeField() })
const limitKind = defineKind<z.infer<typeof schema>>({ kind: 'Limit', summary: 'A limit.', schema, example: '' })

test('the JSON Schema of a kind says units as patterns, defaults as optional, and forbids unknown fields', () => {
  expect(kindJsonSchema(limitKind)).toMatchObject({
    title: 'Limit',
    additionalProperties: false,
    required: ['kind', 'metadata', 'spec'],
    properties: {
      kind: { const: 'Limit' },
      metadata: { required: ['name'], additionalProperties: false },
      spec: {
        additionalProperties: false,
        required: ['requests'],
        properties: {
          requests: { type: 'string', pattern: expect.any(String) },
          mode: { enum: ['enforce', 'monitor', 'off'] },
        },
      },
    },
  })
})

test('the JSON Schema of all kinds chooses by kind', () => {
  const union = documentsJsonSchema([limitKind])
  expect(union).toMatchObject({
    properties: { kind: { enum: ['Limit'] } },
    allOf: [{ if: { properties: { kind: { const: 'Limit' } } } }],
    $defs: { Limit: { title: 'Limit' } },
  })
  expect(JSON.stringify(union)).not.toContain('undefined')
})

test('a kind whose name is not one capitalised word cannot be declared', () => {
  expect(() => defineKind({ kind: 'limit', summary: '', schema, example: '' })).toThrow(TypeError)
})
