import { describe, expect, test } from 'bun:test'
import type { ChatCall, Message } from '../canonical.ts'
import type { EncodeContext, JsonObject, TargetTraits } from '../dialect.ts'
import { gemini } from './index.ts'

const base: ChatCall = {
  kind: 'chat',
  dialect: 'openai-chat',
  model: 'assistant',
  messages: [{ role: 'user', blocks: [{ kind: 'text', text: 'Hi' }] }],
  tools: [],
  sampling: {},
  stream: false,
  includeUsage: false,
}
const weather = {
  kind: 'function',
  name: 'weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
} as const

function written(call: Partial<ChatCall>, target: Partial<TargetTraits> = {}, strict = false) {
  const warnings: string[] = []
  const context: EncodeContext = {
    target: { model: 'gemini-2.5-flash', ...target },
    strict,
    warn: (text) => warnings.push(text),
  }
  const body: JsonObject = JSON.parse(JSON.stringify(gemini.encodeCall({ ...base, ...call }, context).body))
  return { body, warnings, config: body['generationConfig'] as JsonObject }
}
const say = (role: Message['role'], text: string): Message => ({ role, blocks: [{ kind: 'text', text }] })
const call = (id: string, name: string, args = '{}') => ({ kind: 'tool-call', id, name, arguments: args }) as const
const result = (callId: string, text: string) =>
  ({ kind: 'tool-result', callId, content: [{ kind: 'text', text }] }) as const

describe('messages', () => {
  test('system and developer texts are gathered in order in systemInstruction; same-role turns are merged; empty ones left out', () => {
    const messages = [
      say('system', 'A'),
      say('user', 'one'),
      say('developer', 'B'),
      say('user', 'two'),
      say('assistant', ''),
      say('assistant', 'pre'),
    ]
    expect(written({ messages }).body).toEqual({
      systemInstruction: { parts: [{ text: 'A' }, { text: 'B' }] },
      contents: [
        { role: 'user', parts: [{ text: 'one' }, { text: 'two' }] },
        { role: 'model', parts: [{ text: 'pre' }] },
      ],
    })
  })

  test('tool results become functionResponses with the function name of the earlier call, in the order of the calls, before the text', () => {
    const messages: Message[] = [
      say('user', 'go'),
      { role: 'assistant', blocks: [call('c1', 'weather', '{"city":"Bonn"}'), call('c2', 'now', '')] },
      { role: 'tool', blocks: [result('c2', '12:00')] },
      { role: 'tool', blocks: [{ ...result('c1', 'no such city'), isError: true }] },
      say('user', 'and?'),
    ]
    expect(written({ messages }).body['contents']).toEqual([
      { role: 'user', parts: [{ text: 'go' }] },
      {
        role: 'model',
        parts: [
          { functionCall: { id: 'c1', name: 'weather', args: { city: 'Bonn' } } },
          { functionCall: { id: 'c2', name: 'now', args: {} } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { id: 'c1', name: 'weather', response: { error: 'no such city' } } },
          { functionResponse: { id: 'c2', name: 'now', response: { output: '12:00' } } },
          { text: 'and?' },
        ],
      },
    ])
  })

  test('ids that were made here never reach Google', () => {
    const body = {
      contents: [
        { role: 'model', parts: [{ functionCall: { name: 'now' } }] },
        { role: 'user', parts: [{ functionResponse: { name: 'now', response: { output: '1' } } }] },
      ],
    }
    const decoded = gemini.decodeCall(body)
    expect(decoded.messages[0]?.blocks[0]).toMatchObject({ id: 'gcall_0' })
    expect(decoded.messages[1]?.blocks[0]).toMatchObject({ callId: 'gcall_0', name: 'now' })
    expect(JSON.stringify(written(decoded).body)).not.toContain('gcall_')
  })

  test('calls of another model get the signature that Gemini 3 demands on the first call of a step', () => {
    const messages: Message[] = [say('user', 'go'), { role: 'assistant', blocks: [call('c1', 'a'), call('c2', 'b')] }]
    const parts = (written({ messages }, { model: 'gemini-3-pro-preview' }).body['contents'] as JsonObject[])[1]?.[
      'parts'
    ] as JsonObject[]
    expect(parts.map((part) => part['thoughtSignature'])).toEqual(['skip_thought_signature_validator', undefined])
  })

  test("another provider's thoughts are not replayed, and that is declared; Gemini's own are replayed with their signature", () => {
    const thought = (origin: 'gemini' | 'anthropic-messages') =>
      ({ kind: 'reasoning', text: 'hm', signature: 's', origin }) as const
    const messages: Message[] = [
      say('user', 'x'),
      { role: 'assistant', blocks: [thought('anthropic-messages'), thought('gemini'), { kind: 'text', text: 'y' }] },
    ]
    const { body, warnings } = written({ messages })
    expect((body['contents'] as JsonObject[])[1]).toEqual({
      role: 'model',
      parts: [{ text: 'hm', thought: true, thoughtSignature: 's' }, { text: 'y' }],
    })
    expect(warnings).toEqual(['dropped: reasoning of another provider'])
  })

  test('images by data URL and base64 become inlineData; by https fileData, or a refusal where the target cannot fetch', () => {
    const image = (url: string): Message => ({
      role: 'user',
      blocks: [{ kind: 'image', source: { kind: 'url', url } }],
    })
    const parts = (message: Message, target = {}) =>
      (written({ messages: [message] }, target).body['contents'] as JsonObject[])[0]?.['parts']
    expect(parts(image('data:image/jpeg;base64,iVBORw0KGgoAAAA='))).toEqual([
      { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgoAAAA=' } },
    ])
    expect(parts(image('https://x.example/a.webp?v=1'))).toEqual([
      { fileData: { mimeType: 'image/webp', fileUri: 'https://x.example/a.webp?v=1' } },
    ])
    expect(() => parts(image('https://x.example/a'), { fetchesUrls: false })).toThrow('unsupported_content')
  })

  test('a cache breakpoint is declared lost once, however many there are', () => {
    const text = { kind: 'text', text: 'x', cacheControl: { ttl: '5m' } } as const
    expect(written({ messages: [{ role: 'user', blocks: [text, text] }] }).warnings).toEqual(['dropped: cache_control'])
  })

  test('a system text alone is sent as the user, because Gemini refuses empty contents', () => {
    expect(written({ messages: [say('system', 'A')] }).body).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'A' }] }],
    })
  })
})

describe('tools', () => {
  const choice = (toolChoice: ChatCall['toolChoice']) =>
    written({ tools: [weather], ...(toolChoice && { toolChoice }) }).body['toolConfig']

  test('tool_choice auto, none, required and named are AUTO, NONE, ANY and ANY with the name', () => {
    expect(choice({ kind: 'auto' })).toEqual({ functionCallingConfig: { mode: 'AUTO' } })
    expect(choice({ kind: 'none' })).toEqual({ functionCallingConfig: { mode: 'NONE' } })
    expect(choice({ kind: 'required' })).toEqual({ functionCallingConfig: { mode: 'ANY' } })
    expect(choice({ kind: 'named', name: 'weather' })).toEqual({
      functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['weather'] },
    })
  })

  test('allowed tools that need not be called: the others are not offered', () => {
    const other = { ...weather, name: 'other' }
    const { body } = written({
      tools: [weather, other],
      toolChoice: { kind: 'allowed', names: ['other'], required: false },
    })
    expect(body['tools']).toEqual([{ functionDeclarations: [{ name: 'other', parameters: weather.parameters }] }])
  })

  test('a schema within the subset goes as parameters, cleaned; one beyond it as parametersJsonSchema, whole; an empty one not at all', () => {
    const strict = {
      $schema: 'x',
      type: 'object',
      additionalProperties: false,
      properties: { a: { type: ['string', 'null'], format: 'uri' }, b: { const: 'k', type: 'string' } },
    }
    const beyond = {
      type: 'object',
      properties: { n: { $ref: '#/$defs/n' } },
      $defs: { n: { type: 'number', exclusiveMinimum: 0 } },
    }
    const tools = [
      { ...weather, parameters: strict },
      { ...weather, parameters: beyond },
      { ...weather, parameters: { type: 'object', properties: {} } },
    ]
    const [declared] = written({ tools }).body['tools'] as JsonObject[]
    expect(declared?.['functionDeclarations']).toEqual([
      {
        name: 'weather',
        parameters: {
          type: 'object',
          properties: { a: { type: 'string', nullable: true }, b: { type: 'string', enum: ['k'] } },
        },
      },
      { name: 'weather', parametersJsonSchema: beyond },
      { name: 'weather' },
    ])
  })

  test("another vendor's server tool is refused by name, never left out", () => {
    const tools = [{ kind: 'native', dialect: 'anthropic-messages', name: 'web_search', value: {} }] as const
    expect(() => written({ tools })).toThrow(/web_search/)
  })

  test('parallel_tool_calls:false is declared lost, or refused when strict', () => {
    expect(written({ tools: [weather], parallelToolCalls: false }).warnings).toEqual(['dropped: parallel_tool_calls'])
    expect(() => written({ tools: [weather], parallelToolCalls: false }, {}, true)).toThrow('unsupported_parameter')
  })
})

describe('settings', () => {
  test('effort and budget become thinkingBudget within the bounds of the model', () => {
    const budget = (reasoning: ChatCall['reasoning'], model: string) =>
      written({ ...(reasoning && { reasoning }) }, { model }).config
    expect(budget({ effort: 'none' }, 'gemini-2.5-flash')).toEqual({ thinkingConfig: { thinkingBudget: 0 } })
    expect(budget({ effort: 'none' }, 'gemini-2.5-pro')).toEqual({ thinkingConfig: { thinkingBudget: 128 } })
    expect(budget({ effort: 'medium' }, 'gemini-2.5-flash')).toEqual({ thinkingConfig: { thinkingBudget: 8192 } })
    expect(budget({ budgetTokens: 99_999, mode: 'on' }, 'gemini-2.5-pro')).toEqual({
      thinkingConfig: { thinkingBudget: 32_768, includeThoughts: true },
    })
    expect(budget({ mode: 'adaptive' }, 'gemini-2.5-flash')).toEqual({
      thinkingConfig: { thinkingBudget: -1, includeThoughts: true },
    })
  })

  test('Gemini 3 takes levels; only its Flash models know minimal', () => {
    const level = (reasoning: ChatCall['reasoning'], model: string) =>
      written({ ...(reasoning && { reasoning }) }, { model }).config
    expect(level({ effort: 'xhigh' }, 'gemini-3-pro-preview')).toEqual({ thinkingConfig: { thinkingLevel: 'high' } })
    expect(level({ effort: 'minimal' }, 'gemini-3-pro-preview')).toEqual({ thinkingConfig: { thinkingLevel: 'low' } })
    expect(level({ mode: 'off' }, 'gemini-3-flash-preview')).toEqual({ thinkingConfig: { thinkingLevel: 'minimal' } })
    expect(level({ budgetTokens: 10_000, mode: 'on' }, 'gemini-3.5-flash')).toEqual({
      thinkingConfig: { thinkingLevel: 'medium', includeThoughts: true },
    })
  })

  test('a model without thinking: the wish is declared lost, or refused when strict', () => {
    const reasoning = { effort: 'high' } as const
    expect(written({ reasoning }, { reasoning: false }).warnings).toEqual(['dropped: reasoning'])
    expect(() => written({ reasoning }, { reasoning: false }, true)).toThrow('unsupported_parameter')
  })

  test('json_schema becomes responseSchema; beside tools, before Gemini 3, it is said in words and declared', () => {
    const responseFormat = {
      kind: 'json-schema',
      name: 'x',
      schema: { type: 'object', properties: { ok: { type: 'boolean' } }, additionalProperties: false },
    } as const
    expect(written({ responseFormat }).config).toEqual({
      responseMimeType: 'application/json',
      responseSchema: { type: 'object', properties: { ok: { type: 'boolean' } } },
    })
    const beside = written({ responseFormat, tools: [weather] })
    expect(beside.config).toBeUndefined()
    expect(beside.warnings).toEqual(['changed: response_format (said in words)'])
    expect(JSON.stringify(beside.body['systemInstruction'])).toContain('JSON Schema')
    expect(written({ responseFormat, tools: [weather] }, { model: 'gemini-3-pro-preview' }).warnings).toEqual([])
  })

  test('n is candidateCount, blank stop sequences are left out, max output tokens are lowered to what the model can', () => {
    const { config, warnings } = written(
      { sampling: { n: 2, stop: [' ', 'END'], logitBias: { 1: 1 } }, maxOutputTokens: 99_999, user: 'u' },
      { maxOutputTokens: 8_192 },
    )
    expect(config).toEqual({ candidateCount: 2, stopSequences: ['END'], maxOutputTokens: 8_192 })
    expect(warnings).toEqual(['dropped: logit_bias', 'changed: max_tokens (8192)', 'dropped: user'])
  })

  test('unknown fields of another dialect are declared lost', () => {
    expect(written({ rest: { store: true } }).warnings).toEqual(['dropped: store'])
  })
})
