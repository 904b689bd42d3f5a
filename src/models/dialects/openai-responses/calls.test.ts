import { describe, expect, test } from 'bun:test'
import { GatewayError } from '../../../lib/errors.ts'
import { isObject } from '../../../lib/json.ts'
import { anthropicMessages } from '../anthropic-messages/index.ts'
import type { Block, ChatCall, Path } from '../canonical.ts'
import type { ChatDialect, JsonObject } from '../dialect.ts'
import { openaiChat } from '../openai-chat/index.ts'
import { openaiResponses as dialect } from './index.ts'

const target = { model: 'gpt-5-mini', maxTokensField: 'max_completion_tokens' as const }
const PNG = 'iVBORw0KGgoAAAANSUhEUgAA'

function encoded(of: ChatDialect, call: ChatCall, more: { strict?: boolean; traits?: object } = {}) {
  const warnings: string[] = []
  const context = {
    target: { ...target, ...more.traits },
    strict: more.strict ?? false,
    warn: (warning: string) => void warnings.push(warning),
  }
  return { body: of.encodeCall(call, context).body, warnings }
}

const WHOLE = {
  model: 'gpt-5-mini',
  instructions: 'Be kind.',
  input: [
    { type: 'message', role: 'system', content: [{ type: 'input_text', text: 'Later rules.' }] },
    {
      type: 'message',
      role: 'user',
      content: [
        { type: 'input_text', text: 'Look' },
        { type: 'input_image', image_url: `data:image/png;base64,${PNG}`, detail: 'high' },
        { type: 'input_image', file_id: 'file_1', detail: 'auto' },
        { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0xLjcK' },
        { type: 'input_file', file_url: 'https://e.com/a.pdf' },
        { type: 'input_audio', input_audio: { data: 'UklGRgAAAABXQVZF', format: 'wav' } },
      ],
    },
    { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'sealed' },
    {
      type: 'reasoning',
      id: 'rs_2',
      summary: [
        { type: 'summary_text', text: 'one' },
        { type: 'summary_text', text: 'two' },
      ],
      encrypted_content: 'sealed too',
      status: 'completed',
    },
    { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'q' } },
    {
      type: 'message',
      id: 'msg_1',
      role: 'assistant',
      status: 'completed',
      phase: 'commentary',
      content: [{ type: 'output_text', text: 'I ask.', annotations: [] }],
    },
    {
      type: 'message',
      id: 'msg_2',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: 'Twice.', annotations: [] }],
    },
    {
      type: 'function_call',
      id: 'fc_1',
      status: 'completed',
      call_id: 'c1',
      name: 'get',
      arguments: '{"city":"Bonn"}',
    },
    { type: 'custom_tool_call', id: 'ctc_1', call_id: 'c2', name: 'shell', input: 'ls' },
    { type: 'function_call_output', call_id: 'c1', output: 'rain' },
    { type: 'custom_tool_call_output', call_id: 'c2', output: [{ type: 'input_text', text: 'a.txt' }] },
    { type: 'message', role: 'user', content: 'So?' },
  ],
  tools: [
    { type: 'function', name: 'get', description: 'd', parameters: { type: 'object' }, strict: true },
    { type: 'custom', name: 'shell', format: { type: 'text' } },
    { type: 'web_search', search_context_size: 'low' },
  ],
  tool_choice: { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'get' }] },
  parallel_tool_calls: false,
  text: { format: { type: 'json_schema', name: 's', schema: { type: 'object' }, strict: true }, verbosity: 'low' },
  reasoning: { effort: 'low', summary: 'auto' },
  max_output_tokens: 100,
  temperature: 0.5,
  top_p: 0.9,
  top_logprobs: 2,
  include: ['web_search_call.action.sources', 'message.output_text.logprobs'],
  metadata: { a: 'b' },
  user: 'u',
  service_tier: 'flex',
  prompt_cache_key: 'k',
  truncation: 'auto',
  max_tool_calls: 3,
  stream: true,
  store: false,
}

describe('R→canonical→R', () => {
  test('is the identity, strictly and without a loss', () => {
    const { body, warnings } = encoded(dialect, dialect.decodeCall(WHOLE), { strict: true })
    expect(body).toEqual(WHOLE)
    expect(warnings).toEqual([])
  })
  test('keeps nothing at the provider, and asks thinking models for proofs that can be sent back', () => {
    const call = dialect.decodeCall({ model: 'm', input: 'hi', previous_response_id: 'resp_1', store: true })
    expect(encoded(dialect, call, { traits: { reasoning: true } }).body).toEqual({
      model: 'gpt-5-mini',
      input: 'hi',
      store: false,
      include: ['reasoning.encrypted_content'],
    })
  })
})

describe('what guardrails look at', () => {
  const paths: { at: Path; text: string }[] = []
  const visit = (block: Block): void => {
    if (block.kind === 'tool-result') block.content.forEach(visit)
    if (!block.at) return
    if (block.kind === 'text' || block.kind === 'reasoning') paths.push({ at: block.at, text: block.text })
    if (block.kind === 'tool-call') paths.push({ at: block.at, text: block.arguments })
  }
  for (const message of dialect.decodeCall(WHOLE).messages) message.blocks.forEach(visit)

  test('every text says where it stands in the caller’s JSON', () => {
    const found = (at: Path): unknown =>
      at.reduce<unknown>((value, step) => {
        if (Array.isArray(value)) return value[Number(step)]
        return isObject(value) ? value[String(step)] : undefined
      }, WHOLE)
    expect(paths.map(({ text }) => text)).toEqual([
      ...['Be kind.', 'Later rules.', 'Look', 'I ask.', 'Twice.', '{"city":"Bonn"}', 'ls', 'rain', 'a.txt', 'So?'],
    ])
    for (const { at, text } of paths) expect(found(at)).toBe(text)
  })
})

describe('towards other dialects', () => {
  test('parallel calls stand in one turn, their results after it, in order (CC)', () => {
    const input = WHOLE.input.filter((item) => item.type !== 'web_search_call')
    const { body } = encoded(openaiChat, dialect.decodeCall({ ...WHOLE, input, tools: [] }))
    const messages = body.messages as readonly JsonObject[]
    expect(messages.map((message) => message.role)).toEqual([
      ...['system', 'system', 'user', 'assistant', 'tool', 'tool', 'user'],
    ])
    expect(messages[3]).toMatchObject({ content: 'I ask.Twice.', tool_calls: [{ id: 'c1' }, { id: 'c2' }] })
  })
  test("the vendor's own tools are refused by name, state and harmless settings are no loss", () => {
    const own = dialect.decodeCall({ model: 'm', input: 'x', tools: [{ type: 'web_search' }] })
    expect(() => encoded(openaiChat, own)).toThrow('web_search')
    const harmless = {
      ...{ model: 'm', input: 'x', store: true, previous_response_id: 'resp_1', truncation: 'disabled' },
      ...{ background: false, include: ['reasoning.encrypted_content'], text: { format: { type: 'text' } } },
    }
    expect(encoded(openaiChat, dialect.decodeCall(harmless), { strict: true }).warnings).toEqual([])
    expect(encoded(anthropicMessages, dialect.decodeCall(harmless), { strict: true }).warnings).toEqual([])
  })
  test("a foreign thought's signature travels in encrypted_content and comes back to its own provider", () => {
    const context = { call: dialect.decodeCall({ model: 'm', input: 'x' }), id: 'resp_1', createdAt: 0 }
    const thought = { kind: 'reasoning', text: 'hm', signature: 'sig', origin: 'anthropic-messages' } as const
    const call = { kind: 'tool-call', id: 'c1', name: 'get', arguments: '{}' } as const
    const choices = [{ index: 0, blocks: [thought, call], finish: 'tool-calls' as const }]
    const answer = { kind: 'chat', id: 'msg_1', model: 'c', createdAt: 0, choices } as const
    const output = dialect.encodeAnswer(answer, context).output as readonly JsonObject[]
    const result = { type: 'function_call_output', call_id: 'c1', output: 'rain' }
    const next = dialect.decodeCall({ model: 'm', input: [{ role: 'user', content: 'x' }, ...output, result] })
    const { body } = encoded(anthropicMessages, next, { traits: { reasoning: true } })
    expect(JSON.stringify(body.messages)).toContain('{"type":"thinking","thinking":"hm","signature":"sig"}')
    expect(JSON.stringify(encoded(dialect, next).body)).not.toContain('encrypted_content')
  })
})

describe('from other dialects', () => {
  test('CC: system text becomes instructions, tools are flat, and what R lacks is declared', () => {
    const call = openaiChat.decodeCall({
      model: 'm',
      messages: [
        { role: 'system', content: 'Be kind.' },
        { role: 'user', content: 'x' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '' } }],
        },
        { role: 'tool', tool_call_id: 'c', content: 'ok' },
      ],
      tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }],
      tool_choice: { type: 'function', function: { name: 'f' } },
      response_format: { type: 'json_object' },
      verbosity: 'low',
      seed: 7,
      stop: ['END'],
      max_completion_tokens: 5,
    })
    const { body, warnings } = encoded(dialect, call)
    expect(body).toEqual({
      model: 'gpt-5-mini',
      instructions: 'Be kind.',
      input: [
        { type: 'message', role: 'user', content: 'x' },
        { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
        { type: 'function_call_output', call_id: 'c', output: 'ok' },
      ],
      tools: [{ type: 'function', name: 'f', parameters: { type: 'object' }, strict: false }],
      tool_choice: { type: 'function', name: 'f' },
      text: { format: { type: 'json_object' }, verbosity: 'low' },
      max_output_tokens: 16,
      store: false,
    })
    expect(warnings).toEqual(['dropped: seed', 'dropped: stop', 'changed: max_output_tokens (the model takes 16)'])
    expect(() => encoded(dialect, call, { strict: true })).toThrow(GatewayError)
  })
  test('several answers are refused, never silently one', () => {
    const call = openaiChat.decodeCall({ model: 'm', messages: [{ role: 'user', content: 'x' }], n: 2 })
    expect(() => encoded(dialect, call)).toThrow('unsupported_parameter')
  })
})

describe('what is malformed', () => {
  const paramOf = (more: object): unknown => {
    try {
      dialect.decodeCall({ model: 'm', input: 'x', ...more })
      return 'accepted'
    } catch (error) {
      return error instanceof GatewayError ? `${error.status} ${error.param}` : error
    }
  }
  test('is refused naming the place', () => {
    const cases: readonly (readonly [object, string])[] = [
      [{ model: '' }, '400 model'],
      [{ input: undefined }, '400 input'],
      [{ input: 7 }, '400 input'],
      [{ input: ['x'] }, '400 input.0'],
      [{ input: [{ role: 'robot', content: 'x' }] }, '400 input.0.role'],
      [{ input: [{ role: 'user' }] }, '400 input.0.content'],
      [{ input: [{ role: 'user', content: [{ type: 'input_text' }] }] }, '400 input.0.content.0.text'],
      [{ input: [{ type: 'function_call', name: 'f', arguments: '{}' }] }, '400 input.0.call_id'],
      [{ input: [{ type: 'function_call_output', output: 'x' }] }, '400 input.0.call_id'],
      [{ instructions: 7 }, '400 instructions'],
      [{ tools: [{ type: 'function' }] }, '400 tools.0.name'],
      [{ tool_choice: 'maybe' }, '400 tool_choice'],
      [{ text: { format: { type: 'xml' } } }, '400 text.format.type'],
      [{ reasoning: { effort: 'much' } }, '400 reasoning.effort'],
      [{ max_output_tokens: 0 }, '400 max_output_tokens'],
      [{ store: 'yes' }, '400 store'],
      [{ previous_response_id: 7 }, '400 previous_response_id'],
      [{ metadata: { a: 1 } }, '400 metadata'],
      [{ background: true }, '400 background'],
      [{ conversation: { id: 'c' } }, '400 conversation'],
      [{ prompt: { id: 'p' } }, '400 prompt'],
    ]
    for (const [more, expected] of cases) expect([more, paramOf(more)]).toEqual([more, expected])
  })
  test('null asks for nothing', () => {
    const nulls = [
      'instructions',
      'tools',
      'tool_choice',
      'text',
      'reasoning',
      'store',
      'previous_response_id',
      'include',
    ]
    expect(paramOf(Object.fromEntries(nulls.map((name) => [name, null])))).toBe('accepted')
  })
})
