import { describe, expect, test } from 'bun:test'
import { GatewayError } from '../../../lib/errors.ts'
import type { ChatCall, Message } from '../canonical.ts'
import type { EncodeContext, TargetTraits } from '../dialect.ts'
import { decodeCall } from './decode-call.ts'
import { encodeCall, encodeCountCall } from './encode-call.ts'

const USER: Message = { role: 'user', blocks: [{ kind: 'text', text: 'hi' }] }
const TOOL = { kind: 'function', name: 'get', parameters: { type: 'object', properties: {} } } as const

function chat(parts: Partial<ChatCall> = {}): ChatCall {
  return {
    kind: 'chat',
    dialect: 'openai-chat',
    model: 'assistant',
    messages: [USER],
    tools: [],
    sampling: {},
    stream: false,
    includeUsage: true,
    ...parts,
  }
}

function encode(call: ChatCall, target: Partial<TargetTraits> = {}, strict = false) {
  const warnings: string[] = []
  const context: EncodeContext = {
    target: { model: 'claude', ...target },
    strict,
    warn: (warning) => warnings.push(warning),
  }
  const { body } = encodeCall(call, context)
  return { body, warnings }
}

function refusal(run: () => unknown): GatewayError {
  try {
    run()
  } catch (cause) {
    if (cause instanceof GatewayError) return cause
    throw cause
  }
  throw new Error('nothing was thrown')
}

const text = (words: string) => ({ kind: 'text', text: words }) as const
const toolCall = (id: string, json = '{}') => ({ kind: 'tool-call', id, name: 'get', arguments: json }) as const
const result = (callId: string, words: string) => ({ kind: 'tool-result', callId, content: [text(words)] }) as const

describe('messages', () => {
  test('several system messages, in the middle and as developer, become system blocks in order', () => {
    const messages: Message[] = [
      { role: 'system', blocks: [{ ...text('a'), cacheControl: { ttl: '1h' } }] },
      USER,
      { role: 'developer', blocks: [text('b')] },
      USER,
    ]
    const { body } = encode(chat({ messages }))
    expect(body.system).toEqual([
      { type: 'text', text: 'a', cache_control: { type: 'ephemeral', ttl: '1h' } },
      { type: 'text', text: 'b' },
    ])
    expect(body.messages).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'hi' },
          { type: 'text', text: 'hi' },
        ],
      },
    ])
  })

  test('there is never an empty system list, and blank or emptied messages vanish', () => {
    const messages: Message[] = [
      { role: 'system', blocks: [text('  ')] },
      USER,
      { role: 'assistant', blocks: [text('')] },
      { role: 'user', blocks: [text('\n')] },
      { role: 'user', blocks: [text('more')] },
    ]
    const { body } = encode(chat({ messages }))
    expect('system' in body).toBe(false)
    expect(body.messages).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'hi' },
          { type: 'text', text: 'more' },
        ],
      },
    ])
  })

  test('tool calls with null, empty or absent content give no empty text block', () => {
    const { body } = encode(
      chat({
        messages: [
          USER,
          { role: 'assistant', blocks: [text(''), toolCall('t1')] },
          { role: 'tool', blocks: [result('t1', 'r')] },
        ],
      }),
    )
    expect(body.messages).toMatchObject([{}, { content: [{ type: 'tool_use', id: 't1', input: {} }] }, {}])
  })

  test('many tool results after one assistant turn are one user message, results first and in order', () => {
    const messages: Message[] = [
      USER,
      { role: 'assistant', blocks: [toolCall('t1', '{"a":1}'), toolCall('t2', '')] },
      { role: 'tool', blocks: [result('t1', 'one')] },
      { role: 'user', blocks: [text('hurry')] },
      { role: 'tool', blocks: [{ kind: 'tool-result', callId: 't2', content: [], isError: true }] },
    ]
    const { body } = encode(chat({ messages, tools: [TOOL] }))
    expect(body.messages).toEqual([
      { role: 'user', content: 'hi' },
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: 't1', name: 'get', input: { a: 1 } },
          { type: 'tool_use', id: 't2', name: 'get', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 't1', content: 'one' },
          { type: 'tool_result', tool_use_id: 't2', is_error: true },
          { type: 'text', text: 'hurry' },
        ],
      },
    ])
  })

  test('a trailing assistant prefill loses its white space; one of white space alone vanishes', () => {
    const end = (words: string) =>
      encode(chat({ messages: [USER, { role: 'assistant', blocks: [text(words)] }] })).body.messages
    expect(end('So: \n')).toEqual([
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: 'So:' },
    ])
    expect(end(' \n')).toEqual([{ role: 'user', content: 'hi' }])
  })

  test('broken tool arguments are refused by name; ids of other providers are made acceptable on both sides', () => {
    const broken = chat({ messages: [USER, { role: 'assistant', blocks: [toolCall('t1', '{"a":')] }] })
    expect(refusal(() => encode(broken))).toMatchObject({ code: 'unsupported_content' })
    const messages: Message[] = [
      USER,
      { role: 'assistant', blocks: [toolCall('functions.get:0')] },
      { role: 'tool', blocks: [result('functions.get:0', 'r')] },
    ]
    expect(encode(chat({ messages, tools: [TOOL] })).body.messages).toMatchObject([
      {},
      { content: [{ id: 'functions_get_0' }] },
      { content: [{ tool_use_id: 'functions_get_0' }] },
    ])
  })

  test('a conversation of system messages alone, or one the assistant begins, still begins with a user turn', () => {
    const alone = encode(chat({ messages: [{ role: 'system', blocks: [text('do it')] }] }))
    expect(alone.body.messages).toEqual([{ role: 'user', content: 'do it' }])
    expect(alone.warnings).toHaveLength(1)
    const begun = encode(chat({ messages: [{ role: 'assistant', blocks: [text('hello')] }, USER] }))
    expect(begun.body.messages).toMatchObject([
      { role: 'user' },
      { role: 'assistant', content: 'hello' },
      { role: 'user' },
    ])
    expect(refusal(() => encode(chat({ messages: [{ role: 'user', blocks: [text(' ')] }] }))).code).toBe(
      'invalid_request',
    )
  })

  test('images: data URLs become base64 with the type their bytes show, https URLs stay URLs; audio is refused', () => {
    const png = 'iVBORw0KGgoAAAANSUhEUgAA'
    const image = (source: object) => ({ kind: 'image', source }) as Message['blocks'][number]
    const blocks = [
      image({ kind: 'url', url: `data:image/jpeg;base64,${png}` }),
      image({ kind: 'base64', mediaType: 'image/jpeg', content: png }),
      image({ kind: 'url', url: 'https://e.com/a.jpg' }),
    ]
    const { body } = encode(chat({ messages: [{ role: 'user', blocks }] }))
    const source = { type: 'base64', media_type: 'image/png', data: png }
    expect(body.messages).toEqual([
      {
        role: 'user',
        content: [
          { type: 'image', source },
          { type: 'image', source },
          { type: 'image', source: { type: 'url', url: 'https://e.com/a.jpg' } },
        ],
      },
    ])
    const sound = { kind: 'audio', source: { kind: 'base64', mediaType: 'audio/wav', content: '' } } as const
    expect(refusal(() => encode(chat({ messages: [{ role: 'user', blocks: [sound] }] }))).code).toBe(
      'unsupported_content',
    )
  })

  test('files: PDF and text go as documents, others and foreign file ids are refused by name', () => {
    const file = (mediaType: string, content: string) =>
      ({ kind: 'file', name: 'f', source: { kind: 'base64', mediaType, content } }) as const
    const { body } = encode(
      chat({
        messages: [{ role: 'user', blocks: [file('application/pdf', 'JVBERi0xLjQK'), file('text/csv', btoa('a,b'))] }],
      }),
    )
    expect(body.messages).toMatchObject([
      {
        content: [
          { type: 'document', title: 'f', source: { type: 'base64', media_type: 'application/pdf' } },
          { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'a,b' } },
        ],
      },
    ])
    const refused = (source: object) =>
      refusal(() => encode(chat({ messages: [{ role: 'user', blocks: [{ kind: 'file', source } as never] }] })))
    expect(refused({ kind: 'base64', mediaType: 'application/zip', content: 'UEsDBA==' }).publicMessage).toContain(
      'application/zip',
    )
    expect(refused({ kind: 'file-id', id: 'file-1' }).code).toBe('unsupported_content')
  })

  test("own thoughts are replayed unmodified and in order; another origin's are left out and declared", () => {
    const own = { kind: 'reasoning', text: 'hm', signature: 's', origin: 'anthropic-messages' } as const
    const redacted = { kind: 'reasoning', text: '', encrypted: 'e', origin: 'anthropic-messages' } as const
    const foreign = { kind: 'reasoning', text: 'och', encrypted: 'o', origin: 'openai-responses' } as const
    const blocks = [own, foreign, redacted, text('so')]
    const { body, warnings } = encode(chat({ messages: [USER, { role: 'assistant', blocks }, USER] }))
    expect(body.messages).toMatchObject([
      {},
      {
        content: [
          { type: 'thinking', thinking: 'hm', signature: 's' },
          { type: 'redacted_thinking', data: 'e' },
          { type: 'text', text: 'so' },
        ],
      },
      {},
    ])
    expect(warnings).toEqual(['dropped: reasoning of openai-responses'])
  })

  test('at most four cache breakpoints stay: the first and the last three', () => {
    const cached = (words: string) => ({ ...text(words), cacheControl: { ttl: '5m' } }) as const
    const messages: Message[] = [
      { role: 'system', blocks: [cached('s')] },
      { role: 'user', blocks: [cached('1'), cached('2'), cached('3')] },
    ]
    const { body, warnings } = encode(chat({ messages, tools: [{ ...TOOL, cacheControl: { ttl: '1h' } }] }))
    expect(body.tools).toMatchObject([{ cache_control: { type: 'ephemeral', ttl: '1h' } }])
    expect(body.system).toBe('s')
    expect(JSON.stringify(body).match(/cache_control/g)).toHaveLength(4)
    expect(warnings).toEqual(['dropped: cache_control beyond 4 breakpoints (1)'])
  })
})

describe('tools', () => {
  test('tool_choice auto, none, required, named and allowed, with parallel_tool_calls false', () => {
    const choice = (toolChoice: ChatCall['toolChoice'], parallelToolCalls?: boolean) =>
      encode(chat({ tools: [TOOL, { ...TOOL, name: 'put' }], toolChoice, parallelToolCalls })).body
    expect(choice({ kind: 'auto' }).tool_choice).toEqual({ type: 'auto' })
    expect(choice({ kind: 'none' }).tool_choice).toEqual({ type: 'none' })
    expect(choice({ kind: 'required' }, false).tool_choice).toEqual({ type: 'any', disable_parallel_tool_use: true })
    expect(choice({ kind: 'named', name: 'get' }).tool_choice).toEqual({ type: 'tool', name: 'get' })
    expect(choice(undefined, false).tool_choice).toEqual({ type: 'auto', disable_parallel_tool_use: true })
    const allowed = choice({ kind: 'allowed', names: ['put'], required: true })
    expect(allowed.tool_choice).toEqual({ type: 'any' })
    expect(allowed.tools).toMatchObject([{ name: 'put' }])
  })

  test('a tool without parameters gets an object schema; a tool of another vendor is refused by name in any mode', () => {
    expect(encode(chat({ tools: [{ kind: 'function', name: 'now' }] })).body.tools).toEqual([
      { name: 'now', input_schema: { type: 'object', properties: {} } },
    ])
    const native = { kind: 'native', dialect: 'openai-responses', name: 'file_search', value: {} } as const
    const refused = refusal(() => encode(chat({ tools: [native] })))
    expect(refused.code).toBe('unsupported_parameter')
    expect(refused.publicMessage).toContain('file_search')
  })

  test('tool calls in the history without tools get them declared', () => {
    const messages: Message[] = [
      USER,
      { role: 'assistant', blocks: [toolCall('t')] },
      { role: 'tool', blocks: [result('t', 'r')] },
    ]
    const { body, warnings } = encode(chat({ messages }))
    expect(body.tools).toEqual([{ name: 'get', input_schema: { type: 'object', properties: {} } }])
    expect(warnings).toHaveLength(1)
  })
})

describe('parameters', () => {
  test('max_tokens comes from the call, else from the catalogue, and never exceeds it', () => {
    expect(encode(chat()).body.max_tokens).toBe(4096)
    expect(encode(chat(), { maxOutputTokens: 64_000 }).body.max_tokens).toBe(64_000)
    expect(encode(chat({ maxOutputTokens: 10 }), { maxOutputTokens: 64_000 }).body.max_tokens).toBe(10)
    expect(encode(chat({ maxOutputTokens: 99_000 }), { maxOutputTokens: 64_000 })).toMatchObject({
      body: { max_tokens: 64_000 },
      warnings: ['changed: max_tokens (lowered to 64000, the most of this model)'],
    })
  })

  test('n above 1 is refused in any mode, never silently 1', () => {
    expect(refusal(() => encode(chat({ sampling: { n: 2 } }))).code).toBe('unsupported_parameter')
    expect(encode(chat({ sampling: { n: 1 } })).warnings).toEqual([])
  })

  test('unsupported parameters are dropped with warnings, and refused in strict mode', () => {
    const sampling = {
      seed: 1,
      frequencyPenalty: 1,
      presencePenalty: 1,
      logitBias: { '1': 2 },
      logprobs: true,
      topLogprobs: 3,
    }
    const { body, warnings } = encode(chat({ sampling }))
    expect(Object.keys(body)).toEqual(['model', 'max_tokens', 'messages'])
    expect(warnings).toEqual(
      ['seed', 'frequency_penalty', 'presence_penalty', 'logit_bias', 'logprobs', 'top_logprobs'].map(
        (name) => `dropped: ${name}`,
      ),
    )
    for (const [key, value] of Object.entries(sampling)) {
      expect(refusal(() => encode(chat({ sampling: { [key]: value } }), {}, true)).code).toBe('unsupported_parameter')
    }
    expect(encode(chat({ rest: { prediction: { type: 'content' }, store: false } })).warnings).toEqual([
      'dropped: prediction',
    ])
  })

  test('temperature above 1 is lowered; white-space stop sequences are left out; top_p gives way to temperature', () => {
    const { body, warnings } = encode(chat({ sampling: { temperature: 1.5, topP: 0.9, stop: [' ', '\n', 'END'] } }))
    expect(body).toMatchObject({ temperature: 1, stop_sequences: ['END'] })
    expect('top_p' in body).toBe(false)
    expect(warnings).toHaveLength(3)
    expect('stop_sequences' in encode(chat({ sampling: { stop: ['\n'] } })).body).toBe(false)
  })
})

test('Anthropic to canonical to Anthropic is the identity on what both sides say', () => {
  const body = {
    model: 'claude',
    max_tokens: 9000,
    system: [{ type: 'text', text: 's', cache_control: { type: 'ephemeral' } }],
    messages: [
      { role: 'user', content: 'weather?' },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'hm', signature: 'sig' },
          { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'q' } },
          { type: 'tool_use', id: 't1', name: 'get', input: { city: 'Bonn' }, caller: { type: 'direct' } },
        ],
      },
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: 't1',
            content: [
              { type: 'text', text: 'rain' },
              { type: 'image', source: { type: 'url', url: 'https://e.com/x.png' } },
            ],
          },
          { type: 'search_result', source: 'https://e.com', title: 'R', content: [{ type: 'text', text: 'found' }] },
          {
            type: 'document',
            source: { type: 'content', content: [{ type: 'text', text: 'one' }] },
            title: 'D',
            citations: { enabled: true },
          },
        ],
      },
      { role: 'system', content: 'mind the gap' },
      { role: 'user', content: 'so?' },
    ],
    tools: [
      { name: 'get', input_schema: { type: 'object', properties: {} }, defer_loading: true },
      { type: 'web_search_20250305', name: 'web_search' },
    ],
    tool_choice: { type: 'auto' },
    thinking: { type: 'enabled', budget_tokens: 2048 },
    output_config: { effort: 'high', format: { type: 'json_schema', schema: { type: 'object' } }, novel: 1 },
    stop_sequences: ['END'],
    metadata: { user_id: 'u' },
    service_tier: 'auto',
    stream: true,
    container: 'c',
  }
  const { body: again, warnings } = encode(decodeCall(body), { reasoningStyle: 'budget' })
  expect(again).toEqual(body)
  expect(warnings).toEqual([])
})

test('a text masked in a document made of blocks never leaves by its blocks', () => {
  const content = [{ type: 'search_result', source: 's', title: 't', content: [{ type: 'text', text: 'Ann' }] }]
  const call = decodeCall({ model: 'm', max_tokens: 1, messages: [{ role: 'user', content }] })
  const masked = call.messages.map((message) => ({
    ...message,
    blocks: message.blocks.map((block) =>
      block.kind === 'file'
        ? { ...block, source: { kind: 'text', text: '[NAME]', mediaType: 'text/plain' } as const }
        : block,
    ),
  }))
  expect(encode({ ...call, messages: masked }).body.messages).toEqual([
    { role: 'user', content: [{ ...content[0], content: [{ type: 'text', text: '[NAME]' }] }] },
  ])
})

test('a count request says neither bounds nor sampling', () => {
  const context = { target: { model: 'claude' }, strict: false, warn: () => {} }
  const { body } = encodeCountCall(chat({ sampling: { temperature: 0.1 }, tools: [TOOL], maxOutputTokens: 5 }), context)
  expect(Object.keys(body)).toEqual(['model', 'messages', 'tools'])
})
