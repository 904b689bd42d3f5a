import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { GatewayError } from '../../../lib/errors.ts'
import type { AnswerEvent, ChatCall } from '../canonical.ts'
import type { AnswerContext, EncodeContext, JsonObject, TargetTraits } from '../dialect.ts'
import { cohereChat, cohereEmbeddings } from './index.ts'

const request: JsonObject = {
  model: 'command-a-03-2025',
  messages: [
    { role: 'system', content: 'You sort claims.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is this?' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgoAAAA=' } },
      ],
    },
    {
      role: 'assistant',
      tool_plan: 'I look it up.',
      tool_calls: [{ id: 'c1', type: 'function', function: { name: 'find', arguments: '{"n":1}' } }],
    },
    { role: 'tool', tool_call_id: 'c1', content: 'open' },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'hm' },
        { type: 'text', text: 'It is open.' },
      ],
    },
    { role: 'user', content: 'Thanks' },
  ],
  tools: [
    {
      type: 'function',
      function: {
        name: 'find',
        description: 'Finds',
        parameters: { type: 'object', properties: { n: { type: 'integer' } } },
      },
    },
  ],
  tool_choice: 'REQUIRED',
  strict_tools: true,
  stream: false,
  max_tokens: 100,
  temperature: 0.3,
  p: 0.9,
  k: 20,
  seed: 7,
  frequency_penalty: 0.1,
  presence_penalty: 0.2,
  stop_sequences: ['END'],
  logprobs: true,
  safety_mode: 'STRICT',
}
const call = cohereChat.decodeCall(request)
const context: AnswerContext = { call, id: 'op_1', createdAt: 0 }

function written(change: Partial<ChatCall>, target: Partial<TargetTraits> = {}, strict = false) {
  const warnings: string[] = []
  const how: EncodeContext = {
    target: { model: 'command-a-03-2025', ...target },
    strict,
    warn: (text) => warnings.push(text),
  }
  const plain: ChatCall = {
    kind: 'chat',
    dialect: 'openai-chat',
    model: 'm',
    messages: [],
    tools: [],
    sampling: {},
    stream: true,
    includeUsage: true,
  }
  return { body: cohereChat.encodeCall({ ...plain, ...change }, how).body, warnings }
}
const sse = (events: readonly JsonObject[]) =>
  events.map((event) => `event: ${event['type']}\ndata: ${JSON.stringify(event)}\n\n`).join('')
const message = (type: string, index: number, inner: JsonObject) => ({ type, index, delta: { message: inner } })
const stream = sse([
  { type: 'message-start', id: 's-1', delta: { message: { role: 'assistant' } } },
  message('content-start', 0, { content: { type: 'thinking', thinking: '' } }),
  message('content-delta', 0, { content: { thinking: 'hm 😀' } }),
  { type: 'content-end', index: 0 },
  message('content-start', 1, { content: { type: 'text', text: '' } }),
  message('content-delta', 1, { content: { text: 'Äh' } }),
  message('citation-start', 0, {
    citations: { start: 0, end: 2, text: 'Äh', sources: [{ type: 'document', id: 'd' }] },
  }),
  { type: 'citation-end', index: 0 },
  { type: 'content-end', index: 1 },
  { type: 'tool-plan-delta', delta: { message: { tool_plan: 'I call' } } },
  message('tool-call-start', 0, { tool_calls: { id: 'c1', type: 'function', function: { name: 'a', arguments: '' } } }),
  message('tool-call-delta', 0, { tool_calls: { function: { arguments: '{"x":' } } }),
  message('tool-call-delta', 0, { tool_calls: { function: { arguments: '1}' } } }),
  { type: 'tool-call-end', index: 0 },
  message('tool-call-start', 1, { tool_calls: { id: 'c2', type: 'function', function: { name: 'b', arguments: '' } } }),
  { type: 'tool-call-end', index: 1 },
  {
    type: 'message-end',
    delta: {
      finish_reason: 'TOOL_CALL',
      usage: { billed_units: { input_tokens: 5, output_tokens: 7 }, tokens: { input_tokens: 90, output_tokens: 9 } },
    },
  },
])

function read(bytes: Uint8Array, cuts: readonly number[] = []) {
  const decoder = cohereChat.decodeStream()
  const frames = [...cuts, bytes.length].flatMap((cut, at, all) =>
    decoder.push(bytes.subarray(at === 0 ? 0 : all[at - 1], cut)),
  )
  const last = decoder.end()
  return {
    events: [...frames, ...last.frames].flatMap((frame): readonly AnswerEvent[] => frame.events),
    complete: last.complete,
  }
}

describe('calls', () => {
  test('a request is the same after it was read and written again', () => {
    expect(
      cohereChat.encodeCall(call, { target: { model: 'command-a-03-2025' }, strict: true, warn: () => {} }).body,
    ).toEqual(request)
  })

  test('one tool by name is offered alone and required; an error result says that it is one; an empty one is not empty', () => {
    const tool = (name: string) => ({ kind: 'function', name }) as const
    const result = { kind: 'tool-result', callId: 'c', content: [], isError: true } as const
    const { body } = written({
      tools: [tool('a'), tool('b')],
      toolChoice: { kind: 'named', name: 'b' },
      messages: [{ role: 'tool', blocks: [result, { ...result, isError: false }] }],
    })
    expect(body['tools']).toEqual([
      { type: 'function', function: { name: 'b', parameters: { type: 'object', properties: {} } } },
    ])
    expect(body['tool_choice']).toBe('REQUIRED')
    expect(body['messages']).toEqual([
      { role: 'tool', tool_call_id: 'c', content: 'Error: ' },
      { role: 'tool', tool_call_id: 'c', content: '(no output)' },
    ])
  })

  test('what Cohere cannot say is declared, or refused when strict; n is always refused', () => {
    const sampling = { logitBias: { 1: 1 }, presencePenalty: -1, stop: ['a', ' '] }
    const { body, warnings } = written({
      sampling,
      parallelToolCalls: false,
      tools: [{ kind: 'function', name: 'a' }],
      responseFormat: { kind: 'json' },
    })
    expect(warnings).toEqual([
      'dropped: parallel_tool_calls',
      'dropped: logit_bias',
      'changed: presence_penalty (0)',
      'dropped: response_format',
    ])
    expect([body['presence_penalty'], body['stop_sequences']]).toEqual([0, ['a']])
    expect(() => written({ sampling: { logitBias: {} } }, {}, true)).toThrow('unsupported_parameter')
    expect(() => written({ sampling: { n: 2 } })).toThrow('unsupported_parameter')
    expect(() => written({ tools: [{ kind: 'native', dialect: 'gemini', name: 'googleSearch', value: {} }] })).toThrow(
      /googleSearch/,
    )
  })

  test('thinking is asked of models that think, and declared lost for others', () => {
    const thinking = (reasoning: ChatCall['reasoning'], target = {}) =>
      written({ ...(reasoning && { reasoning }) }, target)
    expect(thinking({ effort: 'medium' }, { reasoning: true }).body['thinking']).toEqual({
      type: 'enabled',
      token_budget: 8192,
    })
    expect(thinking({ effort: 'none' }, { reasoning: true }).body['thinking']).toEqual({ type: 'disabled' })
    expect(thinking({ effort: 'high' }).warnings).toEqual(['dropped: reasoning'])
    expect(thinking({ effort: 'none' }).warnings).toEqual([])
  })

  test('what is malformed is refused with the place at fault', () => {
    const paramOf = (body: JsonObject) => {
      try {
        cohereChat.decodeCall(body)
      } catch (cause) {
        return cause instanceof GatewayError ? cause.param : cause
      }
      return undefined
    }
    expect(paramOf({ messages: [] })).toBe('model')
    expect(paramOf({ model: 'm' })).toBe('messages')
    expect(paramOf({ model: 'm', messages: [{ role: 'x' }] })).toBe('messages.0.role')
    expect(paramOf({ model: 'm', messages: [{ role: 'tool', content: '' }] })).toBe('messages.0.tool_call_id')
    expect(paramOf({ model: 'm', messages: [], temperature: 'x' })).toBe('temperature')
    expect(paramOf({ model: 'm', messages: [], tool_choice: 'auto' })).toBe('tool_choice')
  })
})

describe('answers', () => {
  test('a stream means the same however its bytes are cut', () => {
    const bytes = new TextEncoder().encode(stream)
    const whole = read(bytes)
    expect(whole.complete).toBe(true)
    expect(whole.events.filter((event) => event.kind === 'block-delta').map((event) => event.delta)).toEqual([
      { kind: 'reasoning', text: 'hm 😀' },
      { kind: 'text', text: 'Äh' },
      { kind: 'citation', citation: expect.objectContaining({ citedText: 'Äh' }) },
      { kind: 'text', text: 'I call' },
      { kind: 'arguments', json: '{"x":' },
      { kind: 'arguments', json: '1}' },
      { kind: 'arguments', json: '{}' },
    ])
    expect(whole.events.slice(-2)).toEqual([
      { kind: 'finish', choice: 0, finish: 'tool-calls' },
      { kind: 'usage', usage: { inputTokens: 5, outputTokens: 7 } },
    ])
    const cut = fc.integer({ min: 0, max: bytes.length })
    fc.assert(
      fc.property(fc.array(cut, { maxLength: 30 }), (cuts) =>
        expect(
          read(
            bytes,
            cuts.sort((a, b) => a - b),
          ),
        ).toEqual(whole),
      ),
      { numRuns: 40 },
    )
  })

  test('a stream that was written is read again as it was', () => {
    const { events } = read(new TextEncoder().encode(stream))
    const encoder = cohereChat.encodeStream(context)
    const again = encoder.events(events) + encoder.ping() + encoder.end()
    expect(read(new TextEncoder().encode(again))).toEqual({ events, complete: true })
  })

  test('a cut stream is not complete; a failed generation and an error event throw', () => {
    const push = (text: string) => read(new TextEncoder().encode(text))
    expect(push(stream.slice(0, stream.indexOf('event: message-end'))).complete).toBe(false)
    expect(() => push(sse([{ type: 'message-end', delta: { finish_reason: 'ERROR', error: 'x' } }]))).toThrow(
      'upstream_error',
    )
    expect(() => push('data: {"message":"rate limit"}\n\n')).toThrow(GatewayError)
    expect(() => push('data: {"type"\n\n')).toThrow('upstream_invalid')
  })

  test('a whole answer is read with plan, calls, thoughts and what was billed, and written the same', () => {
    const body = {
      id: 'a-1',
      message: {
        role: 'assistant',
        content: [{ type: 'thinking', thinking: 'hm' }],
        tool_plan: 'I look',
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'a', arguments: '' } }],
      },
      finish_reason: 'TOOL_CALL',
      usage: {
        billed_units: { input_tokens: 5, output_tokens: 7 },
        tokens: { input_tokens: 90, output_tokens: 9 },
        cached_tokens: 3,
      },
    }
    const answer = cohereChat.decodeAnswer(body)
    expect(answer.choices[0]?.blocks).toEqual([
      { kind: 'reasoning', text: 'hm', origin: 'cohere-chat' },
      { kind: 'text', text: 'I look' },
      { kind: 'tool-call', id: 'c1', name: 'a', arguments: '{}' },
    ])
    expect(answer.usage).toEqual({ inputTokens: 5, outputTokens: 7, cacheReadTokens: 3 })
    expect(cohereChat.decodeAnswer(cohereChat.encodeAnswer(answer, context))).toEqual(answer)
    expect(() => cohereChat.decodeAnswer({ choices: [] })).toThrow('upstream_invalid')
  })

  test('masked text replaces the text of a frame, and nothing else', () => {
    const raw =
      'event: content-delta\ndata: {"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"Ann"}}},"n":1.0}\n\n'
    expect(cohereChat.rewriteFrame(raw, ['[X]'])).toBe(raw.replace('Ann', '[X]'))
    expect(cohereChat.rewriteFrame(raw, [])).toBe(raw)
  })
})

describe('embeddings', () => {
  const asked: JsonObject = {
    model: 'embed-v4.0',
    texts: ['a', 'b'],
    input_type: 'search_query',
    embedding_types: ['float'],
    output_dimension: 2,
  }
  const how: EncodeContext = { target: { model: 'embed-v4.0' }, strict: true, warn: () => {} }

  test('are asked as they were, and answered in order', () => {
    const decoded = cohereEmbeddings.decodeCall(asked)
    expect(cohereEmbeddings.encodeCall(decoded, how).body).toEqual(asked)
    const answer = cohereEmbeddings.decodeAnswer({
      id: 'x',
      embeddings: {
        float: [
          [1, 2],
          [3, 4],
        ],
      },
      meta: { billed_units: { input_tokens: 2 } },
    })
    expect(answer).toEqual({
      kind: 'embed',
      model: '',
      vectors: [
        [1, 2],
        [3, 4],
      ],
      usage: { inputTokens: 2, outputTokens: 0 },
    })
    expect(cohereEmbeddings.decodeAnswer(cohereEmbeddings.encodeAnswer(answer, decoded))).toEqual(answer)
  })

  test("Gemini's tasks have Cohere's words; without a task documents are embedded; token lists are refused", () => {
    const base = {
      kind: 'embed',
      dialect: 'gemini',
      model: 'e',
      encoding: 'float',
      inputs: [{ kind: 'text', text: 'a' }],
    } as const
    expect(cohereEmbeddings.encodeCall({ ...base, task: 'retrieval-query' }, how).body['input_type']).toBe(
      'search_query',
    )
    expect(cohereEmbeddings.encodeCall(base, how).body['input_type']).toBe('search_document')
    expect(() => cohereEmbeddings.encodeCall({ ...base, task: 'semantic-similarity' }, how)).toThrow(
      'unsupported_parameter',
    )
    expect(() => cohereEmbeddings.encodeCall({ ...base, inputs: [{ kind: 'tokens', tokens: [1] }] }, how)).toThrow(
      'unsupported_content',
    )
  })
})
