import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { GatewayError } from '../../../lib/errors.ts'
import type { ChatCall, Message } from '../canonical.ts'
import type { EncodeContext, TargetTraits } from '../dialect.ts'
import { decodeCall } from './decode-call.ts'
import { encodeCall } from './encode-call.ts'
import { JSON_TOOL } from './json-tool.ts'

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

describe('thinking', () => {
  const high = { effort: 'high' } as const

  test('effort becomes a budget, an adaptive mode or nothing, by the generation of the model', () => {
    expect(encode(chat({ reasoning: high }), { reasoningStyle: 'budget', maxOutputTokens: 32_000 }).body).toMatchObject(
      {
        thinking: { type: 'enabled', budget_tokens: 16_384 },
        max_tokens: 32_000,
      },
    )
    expect(encode(chat({ reasoning: high }), { reasoningStyle: 'adaptive' }).body).toMatchObject({
      thinking: { type: 'adaptive' },
      output_config: { effort: 'high' },
    })
    const none = encode(chat({ reasoning: high }), { reasoningStyle: 'none' })
    expect('thinking' in none.body).toBe(false)
    expect(none.warnings).toEqual(['dropped: reasoning'])
    expect('thinking' in encode(chat({ reasoning: { effort: 'none' } }), { reasoningStyle: 'budget' }).body).toBe(false)
  })

  test('1024 ≤ budget < max_tokens always holds', () => {
    const plan = (budgetTokens: number, maxOutputTokens: number) => {
      const { body } = encode(chat({ reasoning: { mode: 'on', budgetTokens }, maxOutputTokens }), {
        reasoningStyle: 'budget',
      })
      const { budget_tokens } = body.thinking as { budget_tokens: number }
      return [budget_tokens, body.max_tokens]
    }
    expect(plan(2048, 8000)).toEqual([2048, 8000])
    expect(plan(100, 8000)).toEqual([1024, 8000])
    expect(plan(9000, 4000)).toEqual([3200, 4000])
    expect(plan(9000, 500)).toEqual([1024, 1524])
    expect(plan(1024, 1024)).toEqual([1024, 2048])
  })

  test('while thinking, temperature and top_k go; a forced tool wins over thinking, declared; strict refuses', () => {
    const target = { reasoningStyle: 'budget', maxOutputTokens: 32_000 } as const
    const cool = encode(chat({ reasoning: high, sampling: { temperature: 0.2, topK: 5 } }), target)
    expect('temperature' in cool.body || 'top_k' in cool.body).toBe(false)
    expect(cool.warnings).toEqual(['dropped: temperature', 'dropped: top_k'])
    const forced = chat({ reasoning: high, tools: [TOOL], toolChoice: { kind: 'required' } })
    const lenient = encode(forced, target)
    expect('thinking' in lenient.body).toBe(false)
    expect(lenient.body.tool_choice).toEqual({ type: 'any' })
    expect(lenient.warnings).toEqual(['dropped: thinking'])
    expect(refusal(() => encode(forced, target, true)).code).toBe('unsupported_parameter')
  })

  test('a tool turn without its thoughts is sent without a thinking budget, which would be refused', () => {
    const messages: Message[] = [
      USER,
      { role: 'assistant', blocks: [toolCall('t')] },
      { role: 'tool', blocks: [result('t', 'r')] },
    ]
    const { body } = encode(chat({ messages, tools: [TOOL], reasoning: high }), { reasoningStyle: 'budget' })
    expect('thinking' in body).toBe(false)
  })
})

describe('structured output', () => {
  const schema = { type: 'object', properties: { a: { type: 'integer', minimum: 1 } }, required: ['a'] }
  const responseFormat = { kind: 'json-schema', name: 'out', schema } as const

  test('json_schema is native where the model knows it: closed objects, refused keywords moved into the description', () => {
    const { body, warnings } = encode(chat({ responseFormat }), { structuredOutput: true })
    expect(body.output_config).toEqual({
      format: {
        type: 'json_schema',
        schema: {
          type: 'object',
          properties: { a: { type: 'integer', description: '(minimum: 1)' } },
          required: ['a'],
          additionalProperties: false,
        },
      },
    })
    expect(warnings).toEqual(['changed: response_format (not enforced: minimum)'])
  })

  test('else a forced tool of a reserved name, beside other tools too', () => {
    const alone = encode(chat({ responseFormat }), { structuredOutput: false }).body
    expect(alone.tool_choice).toEqual({ type: 'tool', name: JSON_TOOL })
    expect(alone.tools).toMatchObject([{ name: JSON_TOOL, input_schema: schema }])
    const beside = encode(chat({ responseFormat, tools: [TOOL] }), { structuredOutput: false }).body
    expect(beside.tool_choice).toEqual({ type: 'any' })
    expect(beside.tools).toMatchObject([{ name: 'get' }, { name: JSON_TOOL }])
    expect(encode(chat({ responseFormat: { kind: 'json' } })).body.tool_choice).toEqual({
      type: 'tool',
      name: JSON_TOOL,
    })
  })
})

test('whatever the conversation, its encoding decoded and encoded again is the same, and obeys the vendor’s rules', () => {
  const words = fc.constantFrom('', ' ', 'one', 'two\n', '👋')
  const block = fc.oneof(
    words.map((said) => text(said)),
    words.map((said) => ({ ...text(said), cacheControl: { ttl: '5m' } as const })),
    fc.constant({ kind: 'image', source: { kind: 'url', url: 'https://e.com/a.png' } } as const),
  )
  const answered = fc.oneof(
    words.map((said) => text(said)),
    fc.nat(3).map((id) => toolCall(`t${id}`)),
    fc.constant({ kind: 'reasoning', text: 'hm', signature: 's', origin: 'anthropic-messages' } as const),
  )
  const message: fc.Arbitrary<Message> = fc.oneof(
    fc.record({ role: fc.constant('user' as const), blocks: fc.array(block, { maxLength: 3 }) }),
    fc.record({
      role: fc.constantFrom('system' as const, 'developer' as const),
      blocks: fc.array(
        words.map((said) => text(said)),
        { maxLength: 2 },
      ),
    }),
    fc.record({ role: fc.constant('assistant' as const), blocks: fc.array(answered, { maxLength: 3 }) }),
    fc.record({ role: fc.constant('tool' as const), blocks: fc.tuple(fc.nat(3).map((id) => result(`t${id}`, 'r'))) }),
  )
  fc.assert(
    fc.property(fc.array(message, { maxLength: 8 }), (messages) => {
      const { body } = encode(chat({ messages: [USER, ...messages], tools: [TOOL] }))
      expect(encode(decodeCall(body)).body).toEqual(body)
      const turns = body.messages as { role: string; content: string | { type: string; text?: string }[] }[]
      expect(turns.every(({ content }) => content.length > 0)).toBe(true)
      expect(turns.every(({ role }, index) => role !== turns[index - 1]?.role)).toBe(true)
      expect(JSON.stringify(body)).not.toMatch(/"text":"\s*"/)
      for (const { content } of turns) {
        const kinds = typeof content === 'string' ? [] : content.map(({ type }) => type === 'tool_result')
        expect(kinds.lastIndexOf(true)).toBe(kinds.filter(Boolean).length - 1)
      }
    }),
  )
})
