import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { crc32 } from '../../../lib/crypto.ts'
import { GatewayError } from '../../../lib/errors.ts'
import { JSON_TOOL } from '../anthropic-messages/json-tool.ts'
import type { Block, ChatCall, Message } from '../canonical.ts'
import type { Frame, TargetTraits } from '../dialect.ts'
import { bedrockConverse } from './dialect.ts'

const golden = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../../test/golden/bedrock-converse/${name}`, import.meta.url), 'utf8'))

const CLAUDE = 'anthropic.claude-sonnet-4-5-20250929-v1:0'
const text = (words: string) => ({ kind: 'text', text: words }) as const
const USER: Message = { role: 'user', blocks: [text('hi')] }
const TOOL = { kind: 'function', name: 'get', parameters: { type: 'object', properties: {} } } as const
const toolCall = (id: string) => ({ kind: 'tool-call', id, name: 'get', arguments: '{"a":1}' }) as const

function chat(parts: Partial<ChatCall> = {}): ChatCall {
  const base = { kind: 'chat', dialect: 'openai-chat', model: 'm', messages: [USER], tools: [] } as const
  return { ...base, sampling: {}, stream: false, includeUsage: true, ...parts }
}

function encode(call: ChatCall, target: Partial<TargetTraits> = {}, strict = false) {
  const warnings: string[] = []
  const context = { target: { model: CLAUDE, ...target }, strict, warn: (warning: string) => warnings.push(warning) }
  return { body: bedrockConverse.encodeCall(call, context).body, warnings }
}

function codeOf(run: () => unknown): string | undefined {
  try {
    run()
  } catch (cause) {
    if (cause instanceof GatewayError) return cause.code
    throw cause
  }
}

describe('requests', () => {
  test('system texts are gathered, turns merged, results coalesced and first, cache_control becomes cachePoint', () => {
    const messages: Message[] = [
      { role: 'system', blocks: [{ ...text('s'), cacheControl: { ttl: '1h' } }] },
      USER,
      { role: 'assistant', blocks: [toolCall('t1'), toolCall('t2')] },
      { role: 'tool', blocks: [{ kind: 'tool-result', callId: 't1', content: [text('one')] }] },
      { role: 'user', blocks: [text('now'), { ...text('then'), cacheControl: { ttl: '5m' } }] },
      { role: 'tool', blocks: [{ kind: 'tool-result', callId: 't2', content: [], isError: true }] },
      { role: 'developer', blocks: [text('d')] },
    ]
    const { body } = encode(chat({ messages, tools: [{ ...TOOL, cacheControl: { ttl: '5m' } }], maxOutputTokens: 9 }))
    expect(body).toEqual({
      messages: [
        { role: 'user', content: [{ text: 'hi' }] },
        {
          role: 'assistant',
          content: ['t1', 't2'].map((toolUseId) => ({ toolUse: { toolUseId, name: 'get', input: { a: 1 } } })),
        },
        {
          role: 'user',
          content: [
            { toolResult: { toolUseId: 't1', content: [{ text: 'one' }] } },
            { toolResult: { toolUseId: 't2', content: [{ text: '(empty)' }], status: 'error' } },
            { text: 'now' },
            { text: 'then' },
            { cachePoint: { type: 'default' } },
          ],
        },
      ],
      system: [{ text: 's' }, { cachePoint: { type: 'default', ttl: '1h' } }, { text: 'd' }],
      toolConfig: {
        tools: [
          { toolSpec: { name: 'get', inputSchema: { json: { type: 'object', properties: {} } } } },
          { cachePoint: { type: 'default' } },
        ],
      },
      inferenceConfig: { maxTokens: 9 },
    })
  })

  test('at most four cache points stay', () => {
    const blocks = ['1', '2', '3', '4', '5', '6'].map(
      (words) => ({ ...text(words), cacheControl: { ttl: '5m' } }) as const,
    )
    const { body, warnings } = encode(chat({ messages: [{ role: 'user', blocks }] }))
    expect(JSON.stringify(body).match(/cachePoint/g)).toHaveLength(4)
    expect(warnings).toEqual(['dropped: cache_control beyond 4 breakpoints (2)'])
  })

  test('images and documents go as bytes with their format; what must be fetched is refused', () => {
    const png = 'iVBORw0KGgoAAAANSUhEUgAA'
    const blocks: Block[] = [
      { kind: 'image', source: { kind: 'url', url: `data:image/jpeg;base64,${png}` } },
      {
        kind: 'file',
        name: 'my_report.v2.pdf',
        source: { kind: 'base64', mediaType: 'application/pdf', content: 'JVBERi0xLjQK' },
      },
      { kind: 'file', name: 'a.docx', source: { kind: 'base64', mediaType: 'application/zip', content: 'UEsDBBQA' } },
    ]
    const { body } = encode(chat({ messages: [{ role: 'user', blocks }] }))
    expect(body.messages).toEqual([
      {
        role: 'user',
        content: [
          { image: { format: 'png', source: { bytes: png } } },
          { document: { format: 'pdf', name: 'my report v2 pdf', source: { bytes: 'JVBERi0xLjQK' } } },
          { document: { format: 'docx', name: 'a docx', source: { bytes: 'UEsDBBQA' } } },
          { text: '.' },
        ],
      },
    ])
    const far = { kind: 'image', source: { kind: 'url', url: 'https://e.com/x.png' } } as const
    expect(codeOf(() => encode(chat({ messages: [{ role: 'user', blocks: [far] }] })))).toBe('unsupported_content')
  })

  test('tool_choice auto, required and named; none offers no tools; n above 1 is refused', () => {
    const config = (toolChoice: ChatCall['toolChoice']) => encode(chat({ tools: [TOOL], toolChoice })).body.toolConfig
    expect(config({ kind: 'auto' })).toMatchObject({ toolChoice: { auto: {} } })
    expect(config({ kind: 'required' })).toMatchObject({ toolChoice: { any: {} } })
    expect(config({ kind: 'named', name: 'get' })).toMatchObject({ toolChoice: { tool: { name: 'get' } } })
    expect(config({ kind: 'none' })).toBeUndefined()
    expect(codeOf(() => encode(chat({ sampling: { n: 3 } })))).toBe('unsupported_parameter')
    const native = { kind: 'native', dialect: 'anthropic-messages', name: 'web_search', value: {} } as const
    expect(codeOf(() => encode(chat({ tools: [native] })))).toBe('unsupported_parameter')
  })

  test('tool calls in the history without tools get them declared; long ids stay equal on both sides', () => {
    const id = `call.${'x'.repeat(80)}`
    const messages: Message[] = [
      USER,
      { role: 'assistant', blocks: [toolCall(id)] },
      { role: 'tool', blocks: [{ kind: 'tool-result', callId: id, content: [text('r')] }] },
    ]
    const { body } = encode(chat({ messages }))
    expect(body.toolConfig).toMatchObject({ tools: [{ toolSpec: { name: 'get' } }] })
    const ids = [...JSON.stringify(body).matchAll(/"toolUseId":"([^"]+)"/g)].map(([, found]) => found)
    expect(ids).toHaveLength(2)
    expect(new Set(ids).size).toBe(1)
    expect(ids[0]).toMatch(/^[a-zA-Z0-9_-]{1,64}$/)
  })

  test('thinking of Claude travels in its own request fields, with a budget below maxTokens', () => {
    const call = chat({
      reasoning: { effort: 'high' },
      maxOutputTokens: 4000,
      sampling: { temperature: 0.3, stop: ['END', ' '] },
    })
    const { body, warnings } = encode(call, { reasoningStyle: 'budget' })
    expect(body).toMatchObject({
      inferenceConfig: { maxTokens: 4000, stopSequences: ['END'] },
      additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 3200 } },
      additionalModelResponseFieldPaths: ['/stop_sequence'],
    })
    expect(warnings).toEqual(['dropped: temperature', 'dropped: stop of white space alone'])
  })

  test('a JSON answer is asked for by the reserved tool, natively only where the catalogue says so', () => {
    const responseFormat = { kind: 'json-schema', name: 'out', schema: { type: 'object', properties: {} } } as const
    expect(encode(chat({ responseFormat })).body.toolConfig).toMatchObject({
      toolChoice: { tool: { name: JSON_TOOL } },
    })
    expect(encode(chat({ responseFormat }), { structuredOutput: true }).body.outputConfig).toEqual({
      textFormat: {
        type: 'json_schema',
        structure: {
          jsonSchema: { schema: '{"type":"object","properties":{},"additionalProperties":false}', name: 'out' },
        },
      },
    })
  })

  test('unsupported parameters are dropped with warnings, and refused in strict mode', () => {
    const call = chat({ sampling: { seed: 1, frequencyPenalty: 1 }, user: 'u', rest: { store: true } })
    expect(encode(call).warnings).toEqual(
      ['user', 'store', 'seed', 'frequency_penalty'].map((name) => `dropped: ${name}`),
    )
    expect(codeOf(() => encode(call, {}, true))).toBe('unsupported_parameter')
  })

  test('models of other makers keep temperature beside top_p and take their own way of thinking', () => {
    const sampling = { temperature: 0.5, topP: 0.9 }
    const { body } = encode(chat({ sampling, reasoning: { effort: 'low' } }), { model: 'openai.gpt-oss-120b-1:0' })
    expect(body).toMatchObject({
      inferenceConfig: { temperature: 0.5, topP: 0.9 },
      additionalModelRequestFields: { reasoning_effort: 'low' },
    })
  })
})

describe('answers', () => {
  test('a whole answer: thoughts, text, tool call, stop sequence, cache-inclusive usage', () => {
    const body = golden('answer.json') as Parameters<typeof bedrockConverse.decodeAnswer>[0]
    expect(bedrockConverse.decodeAnswer(body)).toEqual(golden('answer.canonical.json') as never)
  })

  test('an answer given by the reserved tool is text again; what is no answer is upstream_invalid', () => {
    const answer = bedrockConverse.decodeAnswer({
      output: {
        message: { role: 'assistant', content: [{ toolUse: { toolUseId: 't', name: JSON_TOOL, input: { a: 1 } } }] },
      },
      stopReason: 'tool_use',
    })
    expect(answer.choices[0]).toMatchObject({ blocks: [text('{"a":1}')], finish: 'stop' })
    expect(codeOf(() => bedrockConverse.decodeAnswer({ output: {} }))).toBe('upstream_invalid')
  })

  test('refusals: throttling, a context too long, our own credential, a failing model', () => {
    const code = (status: number, body: object) =>
      bedrockConverse.decodeError({ status, headers: new Headers(), text: JSON.stringify(body) }).code
    expect(code(429, { message: 'Too many requests' })).toBe('upstream_rate_limited')
    expect(code(400, { message: 'Input is too long for requested model.' })).toBe('context_length_exceeded')
    expect(code(403, { message: 'The security token included in the request is invalid.' })).toBe('upstream_auth')
    expect(code(424, { message: 'The model failed.' })).toBe('upstream_error')
  })
})

/** A message of the event stream with text headers. */
function frame(headers: Readonly<Record<string, string>>, data: object): Uint8Array {
  const head = Buffer.concat(
    Object.entries(headers).map(([name, value]) => {
      const length = Buffer.from([7, value.length >> 8, value.length & 255])
      return Buffer.concat([Buffer.from([name.length]), Buffer.from(name), length, Buffer.from(value)])
    }),
  )
  const payload = Buffer.from(JSON.stringify(data))
  const bytes = Buffer.alloc(16 + head.length + payload.length)
  bytes.writeUInt32BE(bytes.length, 0)
  bytes.writeUInt32BE(head.length, 4)
  bytes.writeUInt32BE(crc32(bytes.subarray(0, 8)), 8)
  head.copy(bytes, 12)
  payload.copy(bytes, 12 + head.length)
  bytes.writeUInt32BE(crc32(bytes.subarray(0, -4)), bytes.length - 4)
  return bytes
}

const event = (type: string, data: object) =>
  frame({ ':message-type': 'event', ':event-type': type, ':content-type': 'application/json' }, data)

const recorded = () => (golden('stream.json') as [string, object][]).map(([type, data]) => event(type, data))

function decode(bytes: Uint8Array, at: readonly number[] = []) {
  const decoder = bedrockConverse.decodeStream()
  const frames: Frame[] = []
  const places = [0, ...at.map((place) => place % bytes.length).sort((a, b) => a - b), bytes.length]
  let error: unknown
  let complete = false
  try {
    for (const [index, place] of places.slice(1).entries())
      frames.push(...decoder.push(bytes.subarray(places[index], place)))
    complete = decoder.end().complete
  } catch (cause) {
    error = cause
  }
  return { events: frames.flatMap(({ events }) => events), complete, error }
}

describe('streams', () => {
  test('a stream gives its golden events, whatever the chunk boundaries', () => {
    const bytes = Buffer.concat(recorded())
    const whole = decode(bytes)
    expect(whole.events).toEqual(golden('stream.events.json') as never)
    expect(whole.complete).toBe(true)
    fc.assert(
      fc.property(fc.array(fc.nat()), (at) => expect(decode(bytes, at)).toEqual(whole)),
      { numRuns: 40 },
    )
  })

  test('a stream cut before messageStop, or inside a message, is not complete', () => {
    const messages = recorded()
    expect(decode(Buffer.concat(messages.slice(0, -2))).complete).toBe(false)
    expect(decode(Buffer.concat(messages).subarray(0, -3)).complete).toBe(false)
  })

  test('an exception inside the stream is thrown as its own error after the events before it', () => {
    const exception = (type: string) =>
      frame({ ':message-type': 'exception', ':exception-type': type }, { message: 'no' })
    const first = recorded().slice(0, 1)
    const throttled = decode(Buffer.concat([...first, exception('throttlingException')]))
    expect(throttled.events).toHaveLength(1)
    expect(throttled.error).toMatchObject({ code: 'upstream_rate_limited' })
    expect(decode(exception('serviceUnavailableException')).error).toMatchObject({ code: 'upstream_overloaded' })
    expect(decode(exception('modelStreamErrorException')).error).toMatchObject({ code: 'upstream_error' })
    expect(decode(exception('validationException')).error).toMatchObject({ code: 'upstream_rejected' })
  })

  test('an answer streamed by the reserved tool is text again', () => {
    const { events } = decode(
      Buffer.concat([
        event('contentBlockStart', { contentBlockIndex: 0, start: { toolUse: { toolUseId: 't', name: JSON_TOOL } } }),
        event('contentBlockDelta', { contentBlockIndex: 0, delta: { toolUse: { input: '{"a":1}' } } }),
        event('contentBlockStop', { contentBlockIndex: 0 }),
        event('messageStop', { stopReason: 'tool_use' }),
      ]),
    )
    expect(events).toEqual([
      { kind: 'block-start', choice: 0, block: 0, start: { kind: 'text' } },
      { kind: 'block-delta', choice: 0, block: 0, delta: { kind: 'text', text: '{"a":1}' } },
      { kind: 'block-stop', choice: 0, block: 0 },
      { kind: 'finish', choice: 0, finish: 'stop' },
    ])
  })
})
