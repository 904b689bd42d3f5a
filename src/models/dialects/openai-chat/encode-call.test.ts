import { describe, expect, test } from 'bun:test'
import type { ChatCall } from '../canonical.ts'
import type { JsonObject, TargetTraits } from '../dialect.ts'
import { openaiChat } from './dialect.ts'

const base: ChatCall = {
  kind: 'chat',
  dialect: 'anthropic-messages',
  model: 'assistant',
  messages: [{ role: 'user', blocks: [{ kind: 'text', text: 'hi' }] }],
  tools: [],
  sampling: {},
  stream: false,
  includeUsage: true,
}

const encode = (call: Partial<ChatCall>, target: Partial<TargetTraits> = {}, strict = false) => {
  const warnings: string[] = []
  const context = { target: { model: 'gpt-x', ...target }, strict, warn: (text: string) => warnings.push(text) }
  return { body: openaiChat.encodeCall({ ...base, ...call }, context).body, warnings }
}
const text = (content: string) => ({ kind: 'text' as const, text: content })
const messagesOf = (body: JsonObject) => body.messages as JsonObject[]

describe('an Anthropic-style conversation becomes chat completions', () => {
  test('many tool results of one turn become one tool message each, in order, pictures after them', () => {
    const { body, warnings } = encode({
      messages: [
        { role: 'system', blocks: [text('a'), { ...text('b'), cacheControl: { ttl: '5m' } }] },
        { role: 'user', blocks: [text('go')] },
        {
          role: 'assistant',
          blocks: [
            { kind: 'reasoning', text: 'hm', signature: 'sig', origin: 'anthropic-messages' },
            text('I call.'),
            { kind: 'tool-call', id: 't1', name: 'see', arguments: '{"a":1}' },
            { kind: 'tool-call', id: 't2', name: 'none', arguments: '{}' },
          ],
        },
        {
          role: 'tool',
          blocks: [
            {
              kind: 'tool-result',
              callId: 't1',
              content: [
                text('ok'),
                { kind: 'image', source: { kind: 'base64', mediaType: 'image/png', content: 'AA==' } },
              ],
            },
            { kind: 'tool-result', callId: 't2', content: [], isError: true },
          ],
        },
        { role: 'user', blocks: [text('and?')] },
      ],
    })
    expect(messagesOf(body)).toEqual([
      {
        role: 'system',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      { role: 'user', content: 'go' },
      {
        role: 'assistant',
        content: 'I call.',
        tool_calls: [
          { id: 't1', type: 'function', function: { name: 'see', arguments: '{"a":1}' } },
          { id: 't2', type: 'function', function: { name: 'none', arguments: '{}' } },
        ],
      },
      { role: 'tool', tool_call_id: 't1', content: 'ok' },
      { role: 'tool', tool_call_id: 't2', content: '' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Attached to the result of tool call t1:' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } },
        ],
      },
      { role: 'user', content: 'and?' },
    ])
    expect(warnings).toEqual([
      'dropped: cache_control',
      'dropped: reasoning',
      'moved: media of a tool result into a user message',
      'dropped: is_error of a tool result',
    ])
  })
  test('an assistant that only calls has content null', () => {
    const { body } = encode({
      messages: [
        { role: 'assistant', blocks: [{ kind: 'tool-call', id: 't', name: 'f', arguments: '' }] },
        ...base.messages,
      ],
    })
    expect(messagesOf(body)[0]).toEqual({
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 't', type: 'function', function: { name: 'f', arguments: '{}' } }],
    })
  })
  test('text documents become text, PDFs become files', () => {
    const { body } = encode({
      messages: [
        {
          role: 'user',
          blocks: [
            { kind: 'file', title: 'T', source: { kind: 'text', text: 'body', mediaType: 'text/plain' } },
            { kind: 'file', source: { kind: 'base64', mediaType: 'application/pdf', content: 'JVBERi0=' } },
          ],
        },
      ],
    })
    expect(messagesOf(body)[0]?.content).toEqual([
      { type: 'text', text: 'T\n\nbody' },
      { type: 'file', file: { filename: 'document.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' } },
    ])
  })
})

describe('settings follow the target', () => {
  test('the output bound has the target’s name', () => {
    expect(encode({ maxOutputTokens: 9 }).body.max_tokens).toBe(9)
    expect(encode({ maxOutputTokens: 9 }, { maxTokensField: 'max_completion_tokens' }).body).toMatchObject({
      max_completion_tokens: 9,
    })
    const bounded = encode({ maxOutputTokens: 90_000 }, { maxOutputTokens: 4096 })
    expect(bounded.body.max_tokens).toBe(4096)
    expect(bounded.warnings).toEqual(['changed: max_tokens (the model writes at most 4096)'])
  })
  test('developer is kept for OpenAI and becomes system elsewhere', () => {
    const messages = [{ role: 'developer' as const, blocks: [text('x')] }]
    expect(messagesOf(encode({ messages }).body)[0]?.role).toBe('system')
    expect(messagesOf(encode({ messages }, { maxTokensField: 'max_completion_tokens' }).body)[0]?.role).toBe(
      'developer',
    )
  })
  test('a thinking budget becomes an effort by thresholds', () => {
    const effort = (budgetTokens: number) => encode({ reasoning: { mode: 'on', budgetTokens } }).body.reasoning_effort
    expect([256, 1024, 4096, 8000, 16_384, 32_000].map(effort)).toEqual([
      'minimal',
      'low',
      'low',
      'medium',
      'medium',
      'high',
    ])
    expect(encode({ reasoning: { mode: 'off' } }).body.reasoning_effort).toBeUndefined()
    expect(encode({ reasoning: { effort: 'high' } }, { reasoning: false })).toMatchObject({
      warnings: ['dropped: reasoning'],
    })
  })
  test('OpenRouter takes budget, thoughts with signatures, cache_control and top_k', () => {
    const compatibility = {
      reasoningRequest: 'reasoning',
      reasoningDetails: true,
      cacheControl: true,
      topK: true,
    } as const
    const { body, warnings } = encode(
      {
        reasoning: { mode: 'on', budgetTokens: 3000 },
        sampling: { topK: 5 },
        messages: [
          { role: 'user', blocks: [{ ...text('hi'), cacheControl: { ttl: '1h' } }] },
          {
            role: 'assistant',
            blocks: [{ kind: 'reasoning', text: 'hm', signature: 'sig', origin: 'anthropic-messages' }, text('yes')],
          },
          { role: 'user', blocks: [text('go on')] },
        ],
      },
      { compatibility },
    )
    expect(body).toMatchObject({ reasoning: { max_tokens: 3000 }, top_k: 5 })
    expect(messagesOf(body)[0]?.content).toEqual([
      { type: 'text', text: 'hi', cache_control: { type: 'ephemeral', ttl: '1h' } },
    ])
    expect(messagesOf(body)[1]?.reasoning_details).toEqual([
      { type: 'reasoning.text', text: 'hm', signature: 'sig', format: 'anthropic-claude-v1', index: 0 },
    ])
    expect(warnings).toEqual([])
  })
  test('reasoning_content is sent back where the target wants it', () => {
    const messages = [
      { role: 'assistant' as const, blocks: [{ kind: 'reasoning' as const, text: 'hm' }, text('x')] },
      ...base.messages,
    ]
    const { body } = encode({ messages }, { compatibility: { reasoningField: 'reasoning_content' } })
    expect(messagesOf(body)[0]).toEqual({ role: 'assistant', content: 'x', reasoning_content: 'hm' })
  })
  test('a stream always asks for usage; more than four stop sequences are declared; top_k is dropped with a warning', () => {
    const { body, warnings } = encode({
      stream: true,
      includeUsage: false,
      sampling: { stop: ['a', 'b', 'c', 'd', 'e'], topK: 3 },
    })
    expect(body).toMatchObject({ stream: true, stream_options: { include_usage: true }, stop: ['a', 'b', 'c', 'd'] })
    expect(warnings).toEqual(['dropped: top_k', 'changed: stop (only the first 4 sequences)'])
  })
  test('a schema the target cannot enforce becomes JSON mode, said in words and declared', () => {
    const responseFormat = { kind: 'json-schema' as const, name: 'r', schema: { type: 'object' }, strict: true }
    expect(encode({ responseFormat }).body.response_format).toEqual({
      type: 'json_schema',
      json_schema: { name: 'r', strict: true, schema: { type: 'object' } },
    })
    const weak = encode({ responseFormat }, { structuredOutput: false })
    expect(weak.body.response_format).toEqual({ type: 'json_object' })
    expect(messagesOf(weak.body)[0]?.content).toContain('{"type":"object"}')
    expect(weak.warnings).toEqual(['changed: response_format (json_schema became json_object)'])
  })
})

describe('tools', () => {
  const tools = ['f', 'g'].map((name) => ({ kind: 'function' as const, name, parameters: { type: 'object' } }))
  test('choices and parallel_tool_calls are written, and nothing of them without tools', () => {
    const { body } = encode({ tools, toolChoice: { kind: 'named', name: 'f' }, parallelToolCalls: false })
    expect(body).toMatchObject({
      tool_choice: { type: 'function', function: { name: 'f' } },
      parallel_tool_calls: false,
    })
    expect(encode({ toolChoice: { kind: 'auto' }, parallelToolCalls: false }).body).not.toHaveProperty('tool_choice')
  })
  test('allowed tools: OpenAI is told, others are offered only those', () => {
    const toolChoice = { kind: 'allowed' as const, names: ['g'], required: true }
    expect(encode({ tools, toolChoice }).body).toMatchObject({
      tools: [{ function: { name: 'g' } }],
      tool_choice: 'required',
    })
    const own = encode({ tools, toolChoice }, { maxTokensField: 'max_completion_tokens' }).body
    expect(own.tools).toHaveLength(2)
    expect(own.tool_choice).toMatchObject({ type: 'allowed_tools', allowed_tools: { mode: 'required' } })
  })
  test('a server tool of another dialect is refused by name, never dropped', () => {
    const native = { kind: 'native' as const, dialect: 'anthropic-messages' as const, name: 'web_search', value: {} }
    expect(() => encode({ tools: [native] })).toThrow('web_search')
  })
  test('a custom tool of the responses dialect is nested as chat completions wants it', () => {
    const value = { type: 'custom', name: 'sh', format: { type: 'grammar', syntax: 'lark', definition: 'x' } }
    const { body } = encode({ tools: [{ kind: 'native', dialect: 'openai-responses', name: 'sh', value }] })
    expect(body.tools).toEqual([
      {
        type: 'custom',
        custom: { name: 'sh', format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'x' } } },
      },
    ])
  })
})

describe('losses', () => {
  test('strict refuses what lenient declares', () => {
    expect(() => encode({ sampling: { topK: 3 } }, {}, true)).toThrow('unsupported_parameter')
    expect(() => encode({ rest: { container: 'x' } }, {}, true)).toThrow('unsupported_parameter')
    expect(encode({ rest: { container: 'x' } }).warnings).toEqual(['dropped: container'])
    const image = { kind: 'image' as const, source: { kind: 'url' as const, url: 'https://x/a.png' } }
    const messages = [{ role: 'user' as const, blocks: [text('look'), image] }]
    expect(() => encode({ messages }, { images: false }, true)).toThrow('unsupported_content')
    expect(encode({ messages }, { images: false }).warnings).toEqual(['dropped: image'])
  })
  test('a trailing assistant prefill is declared', () => {
    expect(encode({ messages: [...base.messages, { role: 'assistant', blocks: [text('{')] }] }).warnings).toEqual([
      'not continued: prefill of the assistant',
    ])
  })
})

describe('CC → canonical → CC is the identity on what both say', () => {
  const bodies: readonly JsonObject[] = [
    {
      model: 'gpt-x',
      messages: [
        { role: 'system', content: 'a' },
        { role: 'developer', content: 'b' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'x' },
            { type: 'image_url', image_url: { url: 'https://x/a.png', detail: 'high' } },
          ],
          name: 'ann',
        },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{"a":1.0}' } }],
        },
        { role: 'tool', tool_call_id: 'c', content: 'done' },
        { role: 'assistant', content: 'ok', annotations: [] },
      ],
      tools: [
        { type: 'function', function: { name: 'f', description: 'd', parameters: { type: 'object' }, strict: false } },
        { type: 'custom', custom: { name: 'sh' } },
      ],
      tool_choice: 'auto',
      parallel_tool_calls: true,
      response_format: { type: 'json_object' },
      reasoning_effort: 'minimal',
      max_completion_tokens: 10,
      temperature: 0.5,
      top_p: 0.9,
      seed: 7,
      frequency_penalty: 1,
      presence_penalty: -1,
      stop: ['x'],
      n: 2,
      logprobs: true,
      top_logprobs: 3,
      logit_bias: { '50256': -100 },
      user: 'u',
      metadata: { k: 'v' },
      service_tier: 'flex',
      stream: true,
      stream_options: { include_obfuscation: false, include_usage: true },
      store: true,
      brand_new: { deep: [1, 2] },
    },
  ]
  for (const body of bodies) {
    test(JSON.stringify(body).slice(0, 60), () => {
      const warnings: string[] = []
      const context = {
        target: { model: 'gpt-x', maxTokensField: 'max_completion_tokens' as const },
        strict: true,
        warn: (w: string) => warnings.push(w),
      }
      expect(openaiChat.encodeCall(openaiChat.decodeCall(body), context).body).toEqual(body)
      expect(warnings).toEqual([])
    })
  }
})
