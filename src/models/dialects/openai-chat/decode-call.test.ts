import { describe, expect, test } from 'bun:test'
import { GatewayError } from '../../../lib/errors.ts'
import type { JsonObject } from '../dialect.ts'
import { openaiChat } from './dialect.ts'

const user = { role: 'user', content: 'hi' }
const decode = (body: JsonObject) => openaiChat.decodeCall({ model: 'm', messages: [user], ...body })
const refusal = (body: JsonObject): GatewayError => {
  try {
    openaiChat.decodeCall(body)
  } catch (cause) {
    if (cause instanceof GatewayError) return cause
  }
  throw new Error('nothing was refused')
}

describe('a malformed request is refused with the field at fault', () => {
  const cases: readonly (readonly [string, JsonObject, string])[] = [
    ['no model', { messages: [user] }, 'model'],
    ['no messages', { model: 'm' }, 'messages'],
    ['empty messages', { model: 'm', messages: [] }, 'messages'],
    ['messages not an array', { model: 'm', messages: 'hi' }, 'messages'],
    ['more than 10,000 messages', { model: 'm', messages: new Array(10_001).fill(user) }, 'messages'],
    ['a message that is not an object', { model: 'm', messages: ['x'] }, 'messages.0'],
    ['a bad role', { model: 'm', messages: [user, { role: 'robot', content: '' }] }, 'messages.1.role'],
    ['a user without content', { model: 'm', messages: [{ role: 'user' }] }, 'messages.0.content'],
    ['a user with null content', { model: 'm', messages: [{ role: 'user', content: null }] }, 'messages.0.content'],
    ['content that is a number', { model: 'm', messages: [{ role: 'user', content: 7 }] }, 'messages.0.content'],
    [
      'a part without a type',
      { model: 'm', messages: [{ role: 'user', content: [{ text: 'x' }] }] },
      'messages.0.content.0.type',
    ],
    [
      'an image without url',
      { model: 'm', messages: [{ role: 'user', content: [{ type: 'image_url', image_url: {} }] }] },
      'messages.0.content.0.image_url.url',
    ],
    ['an assistant that says nothing', { model: 'm', messages: [{ role: 'assistant' }] }, 'messages.0.content'],
    ['a tool result without id', { model: 'm', messages: [{ role: 'tool', content: 'x' }] }, 'messages.0.tool_call_id'],
    ['n out of range', { model: 'm', messages: [user], n: 0 }, 'n'],
    ['n not whole', { model: 'm', messages: [user], n: 1.5 }, 'n'],
    ['temperature as text', { model: 'm', messages: [user], temperature: 'hot' }, 'temperature'],
    ['max_tokens of zero', { model: 'm', messages: [user], max_tokens: 0 }, 'max_tokens'],
    ['stream as text', { model: 'm', messages: [user], stream: 'yes' }, 'stream'],
    ['stop with a number', { model: 'm', messages: [user], stop: ['a', 1] }, 'stop.1'],
    [
      'a tool without a name',
      { model: 'm', messages: [user], tools: [{ type: 'function', function: {} }] },
      'tools.0.function.name',
    ],
    ['tools not an array', { model: 'm', messages: [user], tools: {} }, 'tools'],
    ['an unknown tool choice', { model: 'm', messages: [user], tool_choice: 'maybe' }, 'tool_choice'],
    [
      'a schema without a name',
      { model: 'm', messages: [user], response_format: { type: 'json_schema', json_schema: {} } },
      'response_format.json_schema.name',
    ],
  ]
  for (const [name, body, param] of cases) {
    test(name, () => {
      const error = refusal(body)
      expect([error.code as string, error.status, error.param]).toEqual(['invalid_request', 400, param])
    })
  }
})

test('10,000 messages are accepted', () => {
  expect(openaiChat.decodeCall({ model: 'm', messages: new Array(10_000).fill(user) }).messages).toHaveLength(10_000)
})

describe('every governed text keeps its path', () => {
  const call = openaiChat.decodeCall({
    model: 'm',
    messages: [
      { role: 'developer', content: 'be kind' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'look' },
          { type: 'image_url', image_url: { url: 'https://x/a.png', detail: 'low' } },
        ],
      },
      {
        role: 'assistant',
        content: null,
        reasoning_content: 'hm',
        tool_calls: [
          { id: 'c1', type: 'function', function: { name: 'find', arguments: '{"q":1}' } },
          { id: 'c2', type: 'custom', custom: { name: 'shell', input: 'ls' } },
        ],
      },
      { role: 'tool', tool_call_id: 'c1', content: 'found' },
      { role: 'tool', tool_call_id: 'c2', content: [{ type: 'text', text: 'a b' }] },
      { role: 'assistant', content: [{ type: 'refusal', refusal: 'no' }], refusal: 'never' },
    ],
    tools: [
      {
        type: 'function',
        function: { name: 'find', description: 'finds', parameters: { type: 'object' }, strict: true },
      },
    ],
  })
  const blocks = call.messages.flatMap((message) => message.blocks)

  test('strings, parts, thoughts, arguments, results, refusals, tool descriptions', () => {
    const inner = blocks.flatMap((block) => (block.kind === 'tool-result' ? block.content : [block]))
    expect(inner.map((block) => block.at?.join('.'))).toEqual([
      'messages.0.content',
      'messages.1.content.0.text',
      undefined,
      'messages.2.reasoning_content',
      'messages.2.tool_calls.0.function.arguments',
      'messages.2.tool_calls.1.custom.input',
      'messages.3.content',
      'messages.4.content.0.text',
      'messages.5.content.0.refusal',
      'messages.5.refusal',
    ])
    expect(call.tools[0]?.kind === 'function' ? call.tools[0].at : undefined).toEqual(['tools', 0, 'function'])
  })
  test('tool results know the name of their tool', () => {
    expect(blocks.flatMap((block) => (block.kind === 'tool-result' ? [block.name] : []))).toEqual(['find', 'shell'])
  })
})

describe('what clients send in many ways means one thing', () => {
  test('tool calls with content null, "" or absent', () => {
    const tool_calls = [{ id: 'c', type: 'function', function: { name: 'f', arguments: '' } }]
    for (const content of [{ content: null }, { content: '' }, {}]) {
      const { messages } = decode({ messages: [{ role: 'assistant', tool_calls, ...content }] })
      expect(messages[0]?.blocks).toMatchObject([{ kind: 'tool-call', id: 'c', name: 'f', arguments: '{}' }])
      expect(messages[0]?.blocks).toHaveLength(1)
    }
  })
  test('stop: a string or an array becomes an array', () => {
    expect(decode({ stop: '\n' }).sampling.stop).toEqual(['\n'])
    expect(decode({ stop: ['a', ''] }).sampling.stop).toEqual(['a'])
    expect(decode({ stop: null }).sampling.stop).toBeUndefined()
  })
  test('max_tokens and max_completion_tokens', () => {
    expect(decode({ max_tokens: 5 }).maxOutputTokens).toBe(5)
    expect(decode({ max_completion_tokens: 6, max_tokens: 5 }).maxOutputTokens).toBe(6)
  })
  test('legacy functions and function_call are tools', () => {
    const call = decode({
      messages: [
        user,
        { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } },
        { role: 'function', name: 'f', content: '7' },
      ],
      functions: [{ name: 'f', parameters: { type: 'object' } }],
      function_call: { name: 'f' },
    })
    const asked = call.messages[1]?.blocks[0]
    const answered = call.messages[2]?.blocks[0]
    expect(asked?.kind === 'tool-call' && answered?.kind === 'tool-result' && answered.callId === asked.id).toBe(true)
    expect(call.toolChoice).toEqual({ kind: 'named', name: 'f' })
    expect(call.tools[0]).toMatchObject({ kind: 'function', name: 'f', at: ['functions', 0] })
  })
  test('tool choices, allowed tools, custom tools', () => {
    expect(decode({ tool_choice: 'required' }).toolChoice).toEqual({ kind: 'required' })
    expect(decode({ tool_choice: { type: 'function', function: { name: 'f' } } }).toolChoice).toEqual({
      kind: 'named',
      name: 'f',
    })
    const allowed = {
      type: 'allowed_tools',
      allowed_tools: { mode: 'required', tools: [{ type: 'function', function: { name: 'f' } }] },
    }
    expect(decode({ tool_choice: allowed }).toolChoice).toEqual({ kind: 'allowed', names: ['f'], required: true })
    const custom = { type: 'custom', custom: { name: 'shell' } }
    expect(decode({ tools: [custom] }).tools).toEqual([
      { kind: 'native', dialect: 'openai-chat', name: 'shell', value: custom },
    ])
  })
  test('thinking is asked for in three vendors’ words', () => {
    expect(decode({ reasoning_effort: 'low' }).reasoning).toEqual({ effort: 'low' })
    expect(decode({ reasoning: { max_tokens: 2000 } }).reasoning).toMatchObject({ budgetTokens: 2000 })
    expect(decode({ thinking: { type: 'enabled', budget_tokens: 1024 } }).reasoning).toEqual({
      mode: 'on',
      budgetTokens: 1024,
    })
  })
})

test('images, audio, files: data URLs become base64 sources with the type their bytes show', () => {
  const png = btoa('\x89PNG\r\n\x1a\n0000')
  const parts = [
    { type: 'image_url', image_url: { url: `data:image/jpeg;base64,${png}` } },
    { type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } },
    { type: 'file', file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${btoa('%PDF-1.7')}` } },
    { type: 'file', file: { file_id: 'file-1' } },
    { type: 'video_url', video_url: { url: 'https://x/v.mp4' } },
  ]
  expect(decode({ messages: [{ role: 'user', content: parts }] }).messages[0]?.blocks).toMatchObject([
    { kind: 'image', source: { kind: 'base64', mediaType: 'image/png', content: png } },
    { kind: 'audio', source: { kind: 'base64', mediaType: 'audio/mpeg' }, format: 'mp3' },
    { kind: 'file', source: { kind: 'base64', mediaType: 'application/pdf' }, name: 'a.pdf' },
    { kind: 'file', source: { kind: 'file-id', id: 'file-1' } },
    { kind: 'opaque', name: 'video_url' },
  ])
})

test('cache_control on parts, messages and tools is kept', () => {
  const cache_control = { type: 'ephemeral', ttl: '1h' }
  const call = decode({
    messages: [
      { role: 'system', content: [{ type: 'text', text: 'a', cache_control }] },
      { ...user, cache_control: { type: 'ephemeral' } },
    ],
    tools: [{ type: 'function', function: { name: 'f' }, cache_control }],
  })
  expect(call.messages.map((message) => message.blocks[0]?.cacheControl)).toEqual([{ ttl: '1h' }, { ttl: '5m' }])
  expect(call.tools[0]).toMatchObject({ cacheControl: { ttl: '1h' } })
})

test('parameters without a canonical place stay in rest, null ones do not', () => {
  const rest = {
    prediction: { type: 'content', content: 'x' },
    modalities: ['text'],
    web_search_options: {},
    store: true,
    prompt_cache_key: 'k',
    verbosity: 'low',
    brand_new: { a: [1] },
  }
  const call = decode({
    ...rest,
    safety_identifier: null,
    stream_options: { include_usage: true, include_obfuscation: false },
    metadata: { a: 'b' },
  })
  expect(call.rest).toEqual({ ...rest, stream_options: { include_obfuscation: false } })
  expect(call.includeUsage).toBe(true)
  expect(call.metadata).toEqual({ a: 'b' })
})
