import { describe, expect, test } from 'bun:test'
import { z } from 'zod'
import { openaiChat } from '../../dialects/index.ts'
import type { UpstreamResponse } from '../provider.ts'
import { directivesOf } from './directives.ts'
import { vectorOf } from './embed.ts'
import { exampleOf } from './example.ts'
import { sandboxProvider } from './sandbox.ts'

const never = new AbortController().signal

function ask(body: object, path = '/chat/completions', signal = never): Promise<UpstreamResponse> {
  const { transport } = sandboxProvider
  if (!transport) throw new Error('the sandbox answers in this process')
  const request = { method: 'POST', url: `sandbox://local${path}`, headers: {}, network: 'public' } as const
  return transport({ ...request, body: JSON.stringify(body) }, signal)
}

const says = (content: string, more: object = {}) => ({ model: 's', messages: [{ role: 'user', content }], ...more })
const TOOLS = ['first', 'second'].map((name) => ({
  type: 'function',
  function: {
    name,
    parameters: { type: 'object', properties: { city: { type: 'string' }, days: { type: 'integer' } } },
  },
}))

async function whole(body: object) {
  const response = await ask(body)
  return JSON.parse(await response.text(1e9))
}

async function streamed(body: object): Promise<string> {
  const { body: stream } = await ask({ ...body, stream: true })
  return new Response(stream).text()
}

describe('the sandbox', () => {
  test('says the same to the same request, always, whole and streamed', async () => {
    const body = says('Good morning')
    expect(await whole(body)).toEqual(await whole(body))
    expect(await streamed(body)).toBe(await streamed(body))
  })

  test('labels itself plainly', async () => {
    expect((await whole(says('Good morning'))).choices[0].message.content).toStartWith('[sandbox]')
  })

  test('gives as many answers as were asked for, whole and streamed', async () => {
    const body = says('Good morning', { n: 3 })
    const answer = await whole(body)
    expect(answer.choices.map(({ index }: { index: number }) => index)).toEqual([0, 1, 2])
    expect(answer.usage.completion_tokens).toBe(3 * (await whole(says('Good morning'))).usage.completion_tokens)
    const decoder = openaiChat.decodeStream()
    const events = decoder.push(new TextEncoder().encode(await streamed(body))).flatMap((frame) => frame.events)
    expect(events.filter(({ kind }) => kind === 'finish')).toHaveLength(3)
  })

  test('says the same streamed as whole', async () => {
    const body = says('sandbox:words=40')
    const decoder = openaiChat.decodeStream()
    const frames = decoder.push(new TextEncoder().encode(await streamed(body)))
    let text = ''
    for (const { events } of frames) {
      for (const event of events)
        if (event.kind === 'block-delta' && event.delta.kind === 'text') text += event.delta.text
    }
    expect(decoder.end().complete).toBe(true)
    expect(text).toBe((await whole(body)).choices[0].message.content)
  })

  test('keeps to the bound on the answer, and says so', async () => {
    const answer = await whole(says('sandbox:words=50', { max_completion_tokens: 10 }))
    expect(answer.choices[0].message.content.trim().split(' ')).toHaveLength(10)
    expect(answer.choices[0].finish_reason).toBe('length')
  })

  test('tells usage in a stream only when asked', async () => {
    expect(await streamed(says('hi'))).not.toContain('usage')
    expect(await streamed(says('hi', { stream_options: { include_usage: true } }))).toContain('"total_tokens"')
  })

  test('calls tools side by side, their pieces in turns, with arguments that their schema allows', async () => {
    const body = says('sandbox:tool=first,second', { tools: TOOLS })
    const text = await streamed(body)
    const order = [...text.matchAll(/"tool_calls":\[\{"index":(\d),"function"/g)].map(([, index]) => index)
    expect(order).toEqual(['0', '1', '0', '1'])
    const { message, finish_reason } = (await whole(body)).choices[0]
    expect(finish_reason).toBe('tool_calls')
    expect(message.content).toBeNull()
    for (const call of message.tool_calls)
      expect(JSON.parse(call.function.arguments)).toEqual({ city: 'example', days: 1 })
  })

  test('calls a tool when the caller demands it, and none right after the answer of one', async () => {
    const demanded = await whole(says('hi', { tools: TOOLS, tool_choice: 'required' }))
    expect(demanded.choices[0].message.tool_calls).toHaveLength(1)
    const messages = [
      { role: 'user', content: 'sandbox:tool=first' },
      { role: 'tool', content: 'sunny' },
    ]
    const after = await whole({ model: 's', messages, tools: TOOLS })
    expect(after.choices[0].message.content).toContain('sunny')
  })

  for (const [prompt, status, says_] of [
    ['sandbox:fail=503', 503, 'server_error'],
    ['sandbox:fail=429', 429, 'invalid_request_error'],
    ['sandbox:overflow', 400, 'context_length_exceeded'],
    ['sandbox:filter', 400, 'content_filter'],
    ['sandbox:garbage', 200, '<html>'],
  ] as const) {
    test(`does as it is told: ${prompt}`, async () => {
      const response = await ask(says(prompt))
      expect(response.status).toBe(status)
      expect(await response.text(1e6)).toContain(says_)
    })
  }

  test('cuts or fails in the middle of a stream when told to', async () => {
    await expect(streamed(says('sandbox:cut sandbox:words=9'))).rejects.toThrow('broke the connection')
    const failing = await streamed(says('sandbox:error-event sandbox:words=9'))
    expect(failing).toContain('"error"')
    expect(failing).not.toContain('[DONE]')
  })

  test('an abort ends a hang and a delay, also when it came before', async () => {
    for (const prompt of ['sandbox:hang', 'sandbox:slow=60s']) {
      const client = new AbortController()
      const asked = ask(says(prompt), '/chat/completions', client.signal)
      client.abort(new Error('left'))
      await expect(asked).rejects.toThrow('left')
      await expect(ask(says(prompt), '/chat/completions', AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone')
    }
  })
})

describe('directives', () => {
  test('stand anywhere in the prompt; what is not understood is ignored', () => {
    expect(directivesOf('please sandbox:slow=250ms now sandbox:pace=1.5s')).toMatchObject({
      delayMs: 250,
      paceMs: 1_500,
    })
    expect(directivesOf('sandbox:slow')).toMatchObject({ delayMs: 2_000 })
    expect(directivesOf('sandbox:slow=ever sandbox:fail=200 sandbox:words=-1 sandbox:unknown')).toEqual(
      directivesOf(''),
    )
    expect(directivesOf('sandbox:say="one two"').say).toBe('one two')
  })

  test('are bounded', () => {
    expect(directivesOf('sandbox:slow=9999s').delayMs).toBe(120_000)
    expect(directivesOf('sandbox:words=99999999').words).toBe(20_000)
  })
})

describe('structured output', () => {
  const schemas: readonly object[] = [
    {
      type: 'object',
      properties: { a: { type: 'string', minLength: 12 }, b: { type: 'boolean' } },
      required: ['a'],
      additionalProperties: false,
    },
    { type: 'array', items: { type: 'integer', minimum: 5 }, minItems: 12 },
    { type: 'array', items: { type: 'string' }, maxItems: 0 },
    { type: 'integer', maximum: 0 },
    { type: 'integer', exclusiveMinimum: 7, maximum: 8 },
    { type: 'integer', multipleOf: 5, minimum: 6 },
    { type: 'number', maximum: 0.1 },
    { type: 'number', minimum: 0.25, maximum: 0.3 },
    { type: 'number', exclusiveMaximum: -3 },
    { type: ['null', 'string'] },
    { enum: ['x', 'y'] },
    { const: 7 },
    { anyOf: [{ type: 'object', properties: { k: { const: 'a' } }, required: ['k'] }, { type: 'null' }] },
    { type: 'string', format: 'email' },
    {
      allOf: [
        { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] },
        { type: 'object', properties: { b: { type: 'string' } }, required: ['b'] },
      ],
    },
    {
      type: 'object',
      properties: { root: { $ref: '#/$defs/node' } },
      required: ['root'],
      $defs: {
        node: {
          type: 'object',
          properties: {
            value: { type: 'string' },
            next: { anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }] },
            children: { type: 'array', items: { $ref: '#/$defs/node' } },
          },
          required: ['value', 'next', 'children'],
          additionalProperties: false,
        },
      },
    },
  ]
  for (const schema of schemas) {
    test(`is valid by its schema: ${JSON.stringify(schema).slice(0, 90)}`, () => {
      const example = exampleOf(schema)
      const result = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(example)
      expect(result.success ? '' : `${JSON.stringify(example)}: ${result.error.message}`).toBe('')
    })
  }

  test('is the answer when the caller asks for it', async () => {
    const response_format = { type: 'json_schema', json_schema: { name: 'n', schema: schemas[0] } }
    const { message } = (await whole(says('hi', { response_format }))).choices[0]
    expect(JSON.parse(message.content)).toEqual({ a: 'example.....', b: true })
  })
})

describe('embeddings', () => {
  const length = (vector: readonly number[]) => Math.hypot(...vector)
  const nearness = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0)

  test('are of unit length and of the size asked for, also for a text without words', () => {
    for (const text of ['hello world', '', '?!', 'a'.repeat(5_000)]) {
      expect(length(vectorOf(text, 64))).toBeCloseTo(1)
      expect(vectorOf(text, 64)).toHaveLength(64)
      expect(vectorOf(text, undefined)).toHaveLength(256)
    }
    expect(vectorOf('x', 1e9)).toHaveLength(4_096)
  })

  test('lie closer where words are shared', () => {
    const [cat, kitten, invoice] = ['the black cat sleeps', 'a black cat sleeps here', 'pay the invoice by Friday'].map(
      (text) => vectorOf(text, 512),
    )
    expect(nearness(cat ?? [], kitten ?? [])).toBeGreaterThan(nearness(cat ?? [], invoice ?? []))
  })

  test('come in the order of the inputs, as numbers or in base64', async () => {
    const response = await ask({ model: 's', input: ['a', 'b'], encoding_format: 'base64' }, '/embeddings')
    const { data } = JSON.parse(await response.text(1e6))
    const bytes = Buffer.from(data[1].embedding, 'base64')
    const vector = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
    expect(vector[0]).toBeCloseTo(vectorOf('b', undefined)[0] ?? 9)
    expect(data.map(({ index }: { index: number }) => index)).toEqual([0, 1])
  })
})
