import { describe, expect, test } from 'bun:test'
import type { EmbedCall } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'
import { openaiEmbeddings } from './index.ts'

const decode = (body: JsonObject) => openaiEmbeddings.decodeCall({ model: 'e', ...body })
const context = (warn: (warning: string) => void = () => undefined, strict = false) => ({
  target: { model: 'e' },
  strict,
  warn,
})

describe('inputs', () => {
  test('one text, several texts, token ids, several lists of them; texts keep their paths', () => {
    expect(decode({ input: 'a' }).inputs).toEqual([{ kind: 'text', text: 'a', at: ['input'] }])
    expect(decode({ input: ['a', 'b'] }).inputs.map((input) => (input.kind === 'text' ? input.at : undefined))).toEqual(
      [
        ['input', 0],
        ['input', 1],
      ],
    )
    expect(decode({ input: [1, 2] }).inputs).toEqual([{ kind: 'tokens', tokens: [1, 2] }])
    expect(decode({ input: [[1], [2]] }).inputs).toHaveLength(2)
  })
  const refused: readonly (readonly [string, JsonObject, string])[] = [
    ['none', {}, 'input'],
    ['an empty list', { input: [] }, 'input'],
    ['an empty text', { input: ['a', ''] }, 'input.1'],
    ['a number that is no token', { input: [1, 1.5] }, 'input'],
    ['an object', { input: [{}] }, 'input.0'],
    ['too many', { input: new Array(2049).fill('a') }, 'input'],
    ['an unknown encoding', { input: 'a', encoding_format: 'hex' }, 'encoding_format'],
    ['dimensions of zero', { input: 'a', dimensions: 0 }, 'dimensions'],
  ]
  for (const [name, body, param] of refused) {
    test(`${name}: refused with the field`, () => {
      expect(() => decode(body)).toThrow(expect.objectContaining({ code: 'invalid_request', param }))
    })
  }
})

test('CC → canonical → CC is the identity', () => {
  const body = {
    model: 'e',
    input: ['a', 'b'],
    dimensions: 8,
    encoding_format: 'base64',
    user: 'u',
    input_type: 'query',
  }
  expect(openaiEmbeddings.encodeCall(openaiEmbeddings.decodeCall(body), context(undefined, true)).body).toEqual(body)
})

test('a task and a title of another dialect are declared lost, or refused in strict mode', () => {
  const call: EmbedCall = {
    kind: 'embed',
    dialect: 'gemini',
    model: 'e',
    inputs: [{ kind: 'text', text: 'a', title: 't' }],
    encoding: 'float',
    task: 'retrieval-query',
  }
  const warnings: string[] = []
  openaiEmbeddings.encodeCall(
    call,
    context((warning) => warnings.push(warning)),
  )
  expect(warnings).toEqual(['dropped: task', 'dropped: title'])
  expect(() => openaiEmbeddings.encodeCall(call, context(undefined, true))).toThrow('unsupported_parameter')
})

describe('vectors', () => {
  const vectors = [
    [0.5, -1.25, 3],
    [0, 1, 2],
  ]
  test('survive base64 both ways, byte for byte as OpenAI writes it', () => {
    const body = openaiEmbeddings.encodeAnswer(
      { kind: 'embed', model: 'e', vectors, usage: { inputTokens: 4, outputTokens: 0 } },
      decode({ input: 'a', encoding_format: 'base64' }),
    )
    expect(body).toMatchObject({
      object: 'list',
      data: [{ index: 0, embedding: 'AAAAPwAAoL8AAEBA' }, { index: 1 }],
      usage: { prompt_tokens: 4, total_tokens: 4 },
    })
    expect(openaiEmbeddings.decodeAnswer(body)).toMatchObject({ vectors, usage: { inputTokens: 4, outputTokens: 0 } })
  })
  test('come as numbers when asked for, and are put in the order of the inputs', () => {
    const body = openaiEmbeddings.encodeAnswer({ kind: 'embed', model: 'e', vectors }, decode({ input: 'a' }))
    const data = body.data as readonly JsonObject[]
    expect(openaiEmbeddings.decodeAnswer({ ...body, data: [...data].reverse() }).vectors).toEqual(vectors)
  })
  test('that are none are an invalid answer of the provider', () => {
    const cases: readonly JsonObject[] = [
      {},
      { data: [{ embedding: ['x'] }] },
      { data: [{ embedding: 'AAA=' }] },
      { data: [{ index: 9, embedding: [1] }] },
      {
        data: [
          { index: 0, embedding: [1] },
          { index: 0, embedding: [1] },
        ],
      },
    ]
    for (const body of cases) expect(() => openaiEmbeddings.decodeAnswer(body)).toThrow('upstream_invalid')
    expect(() => openaiEmbeddings.decodeAnswer({ error: { message: 'x', type: 'rate_limit_error' } })).toThrow(
      'upstream_rate_limited',
    )
  })
})
