import { describe, expect, test } from 'bun:test'
import { GatewayError } from '../../../lib/errors.ts'
import { decodeCall, decodeCountCall } from './decode-call.ts'

const BASE = { model: 'assistant', max_tokens: 100, messages: [{ role: 'user', content: 'hi' }] }

function refusal(run: () => unknown): GatewayError {
  try {
    run()
  } catch (cause) {
    if (cause instanceof GatewayError) return cause
    throw cause
  }
  throw new Error('nothing was thrown')
}

describe('requests of Anthropic clients', () => {
  test('system as text and as blocks with cache_control keep their places', () => {
    expect(decodeCall({ ...BASE, system: 'be kind' }).messages[0]).toEqual({
      role: 'system',
      blocks: [{ kind: 'text', text: 'be kind', at: ['system'] }],
    })
    const blocks = [
      { type: 'text', text: 'a', cache_control: { type: 'ephemeral', ttl: '1h' } },
      { type: 'text', text: 'b', cache_control: { type: 'ephemeral' } },
    ]
    expect(decodeCall({ ...BASE, system: blocks }).messages[0]?.blocks).toEqual([
      { kind: 'text', text: 'a', at: ['system', 0, 'text'], cacheControl: { ttl: '1h' } },
      { kind: 'text', text: 'b', at: ['system', 1, 'text'], cacheControl: { ttl: '5m' } },
    ])
  })

  test('a user turn of tool results and words becomes a tool turn and a user turn; results know their tool', () => {
    const call = decodeCall({
      ...BASE,
      messages: [
        { role: 'user', content: 'weather?' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 't1', name: 'get', input: { city: 'Bonn' } }] },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 't1', content: 'rain', is_error: false },
            { type: 'tool_result', tool_use_id: 't2', is_error: true },
            { type: 'tool_result', tool_use_id: 't3', content: [{ type: 'text', text: 'x' }] },
            { type: 'text', text: 'and now?' },
          ],
        },
      ],
    })
    expect(call.messages.slice(1)).toEqual([
      {
        role: 'assistant',
        blocks: [
          {
            kind: 'tool-call',
            id: 't1',
            name: 'get',
            arguments: '{"city":"Bonn"}',
          },
        ],
      },
      {
        role: 'tool',
        blocks: [
          {
            kind: 'tool-result',
            callId: 't1',
            name: 'get',
            isError: false,
            content: [{ kind: 'text', text: 'rain', at: ['messages', 2, 'content', 0, 'content'] }],
          },
          { kind: 'tool-result', callId: 't2', content: [], isError: true },
          {
            kind: 'tool-result',
            callId: 't3',
            content: [{ kind: 'text', text: 'x', at: ['messages', 2, 'content', 2, 'content', 0, 'text'] }],
          },
        ],
      },
      { role: 'user', blocks: [{ kind: 'text', text: 'and now?', at: ['messages', 2, 'content', 3, 'text'] }] },
    ])
  })

  test('every kind of image and document source is understood', () => {
    const content = [
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
      { type: 'image', source: { type: 'url', url: 'https://e.com/a.png' } },
      { type: 'image', source: { type: 'file', file_id: 'file_1' } },
      {
        type: 'document',
        source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' },
        title: 'T',
        context: 'C',
      },
      {
        type: 'document',
        source: { type: 'text', media_type: 'text/plain', data: 'body' },
        citations: { enabled: true },
      },
      { type: 'document', source: { type: 'url', url: 'https://e.com/a.pdf' } },
      {
        type: 'document',
        source: {
          type: 'content',
          content: [
            { type: 'text', text: 'one' },
            { type: 'text', text: 'two' },
          ],
        },
      },
      { type: 'search_result', source: 'https://e.com', title: 'R', content: [{ type: 'text', text: 'found' }] },
    ]
    const blocks = decodeCall({ ...BASE, messages: [{ role: 'user', content }] }).messages[0]?.blocks ?? []
    const at = (index: number) => ['messages', 0, 'content', index]
    expect(blocks).toEqual([
      { kind: 'image', source: { kind: 'base64', mediaType: 'image/png', content: 'AAAA' } },
      { kind: 'image', source: { kind: 'url', url: 'https://e.com/a.png' } },
      { kind: 'image', source: { kind: 'file-id', id: 'file_1' } },
      {
        kind: 'file',
        source: { kind: 'base64', mediaType: 'application/pdf', content: 'JVBERi0=' },
        title: 'T',
        context: 'C',
      },
      {
        kind: 'file',
        source: { kind: 'text', text: 'body', mediaType: 'text/plain' },
        at: [...at(4), 'source', 'data'],
        citationsEnabled: true,
      },
      { kind: 'file', source: { kind: 'url', url: 'https://e.com/a.pdf' } },
      {
        kind: 'file',
        source: { kind: 'text', text: 'one\ntwo', mediaType: 'text/plain' },
        parts: [
          { kind: 'text', text: 'one', at: [...at(6), 'source', 'content', 0, 'text'] },
          { kind: 'text', text: 'two', at: [...at(6), 'source', 'content', 1, 'text'] },
        ],
      },
      {
        kind: 'file',
        source: { kind: 'text', text: 'found', mediaType: 'text/plain' },
        parts: [{ kind: 'text', text: 'found', at: [...at(7), 'content', 0, 'text'] }],
        title: 'R',
        rest: { type: 'search_result', source: 'https://e.com' },
      },
    ])
  })

  test('thinking, redacted thinking and server tools stay in order and unmodified', () => {
    const search = { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'q' } }
    const content = [
      { type: 'thinking', thinking: 'hm', signature: 'sig' },
      { type: 'redacted_thinking', data: 'xyz' },
      search,
      { type: 'text', text: 'so' },
    ]
    const call = decodeCall({ ...BASE, messages: [...BASE.messages, { role: 'assistant', content }] })
    expect(call.messages[1]?.blocks).toEqual([
      { kind: 'reasoning', text: 'hm', signature: 'sig', origin: 'anthropic-messages' },
      { kind: 'reasoning', text: '', encrypted: 'xyz', origin: 'anthropic-messages' },
      { kind: 'opaque', dialect: 'anthropic-messages', name: 'server_tool_use', value: search },
      { kind: 'text', text: 'so', at: ['messages', 1, 'content', 3, 'text'] },
    ])
  })

  test('custom tools are functions, server tools are native, and tool_choice is read in all four forms', () => {
    const schema = { type: 'object', properties: {} }
    const tools = [
      {
        name: 'get',
        description: 'd',
        input_schema: schema,
        strict: true,
        cache_control: { type: 'ephemeral' },
        defer_loading: true,
      },
      { type: 'web_search_20250305', name: 'web_search', max_uses: 3 },
    ]
    const call = decodeCall({ ...BASE, tools, tool_choice: { type: 'any', disable_parallel_tool_use: true } })
    expect(call.tools).toEqual([
      {
        kind: 'function',
        name: 'get',
        description: 'd',
        parameters: schema,
        strict: true,
        cacheControl: { ttl: '5m' },
        at: ['tools', 0],
        rest: { defer_loading: true },
      },
      { kind: 'native', dialect: 'anthropic-messages', name: 'web_search', value: tools[1] },
    ])
    expect(call).toMatchObject({ toolChoice: { kind: 'required' }, parallelToolCalls: false })
    const choice = (tool_choice: unknown) => decodeCall({ ...BASE, tools, tool_choice }).toolChoice
    expect(choice({ type: 'auto' })).toEqual({ kind: 'auto' })
    expect(choice({ type: 'none' })).toEqual({ kind: 'none' })
    expect(choice({ type: 'tool', name: 'get' })).toEqual({ kind: 'named', name: 'get' })
  })

  test('thinking, effort, formats, sampling, identity and unknown fields all find their place', () => {
    const call = decodeCall({
      ...BASE,
      thinking: { type: 'enabled', budget_tokens: 2048 },
      output_config: { effort: 'high', format: { type: 'json_schema', schema: { type: 'object' } }, novel: 1 },
      temperature: 0.5,
      top_p: 0.9,
      top_k: 4,
      stop_sequences: ['END'],
      metadata: { user_id: 'u-1' },
      service_tier: 'standard_only',
      stream: true,
      container: 'c1',
      mcp_servers: [{ type: 'url', url: 'https://m', name: 'm' }],
      context_management: { edits: [] },
    })
    expect(call).toMatchObject({
      reasoning: { mode: 'on', budgetTokens: 2048, effort: 'high' },
      responseFormat: { kind: 'json-schema', schema: { type: 'object' } },
      sampling: { temperature: 0.5, topP: 0.9, topK: 4, stop: ['END'] },
      user: 'u-1',
      serviceTier: 'standard_only',
      stream: true,
      includeUsage: true,
      maxOutputTokens: 100,
    })
    expect(call.rest).toEqual({
      container: 'c1',
      mcp_servers: [{ type: 'url', url: 'https://m', name: 'm' }],
      context_management: { edits: [] },
      output_config: { novel: 1 },
    })
    expect(decodeCall({ ...BASE, thinking: { type: 'disabled' } }).reasoning).toEqual({ mode: 'off' })
    expect(decodeCall({ ...BASE, thinking: { type: 'adaptive', display: 'summarized' } }).reasoning).toEqual({
      mode: 'adaptive',
      include: true,
    })
    expect(decodeCall({ ...BASE, output_format: { type: 'json_schema', schema: {} } }).responseFormat).toMatchObject({
      kind: 'json-schema',
    })
  })

  test('what is malformed is refused with its path, in the words of the vendor', () => {
    const { max_tokens: _, ...unbounded } = BASE
    expect(refusal(() => decodeCall(unbounded))).toMatchObject({
      code: 'invalid_request',
      publicMessage: 'max_tokens: Field required',
      param: 'max_tokens',
    })
    expect(decodeCountCall(unbounded).maxOutputTokens).toBeUndefined()
    const messages = (value: unknown) => refusal(() => decodeCall({ ...BASE, messages: value })).publicMessage
    expect(messages([])).toBe('messages: at least one message is required')
    expect(messages('x')).toBe('messages: Input should be a valid list')
    expect(messages([{ role: 'robot', content: 'x' }])).toStartWith('messages.0.role: Input should be')
    expect(messages([{ role: 'user' }])).toBe('messages.0.content: Field required')
    expect(messages([{ role: 'user', content: [{ type: 'text' }] }])).toBe('messages.0.content.0.text: Field required')
    expect(refusal(() => decodeCall({ ...BASE, tools: [{ name: 'x' }] })).param).toBe('tools.0.input_schema')
    expect(refusal(() => decodeCall({ ...BASE, temperature: 'hot' })).param).toBe('temperature')
  })
})
