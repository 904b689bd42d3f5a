import { describe, expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Block, ChatAnswer } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'
import { openaiChat } from './dialect.ts'

const folder = join(import.meta.dir, '../../../../test/golden/openai-chat')
const pairs = readdirSync(folder)
  .filter((name) => name.startsWith('answer-'))
  .map((name): { note: string; wire: JsonObject; canonical: ChatAnswer } =>
    JSON.parse(readFileSync(join(folder, name), 'utf8')),
  )
const context = (body: JsonObject = {}) => ({
  call: openaiChat.decodeCall({ model: 'assistant', messages: [{ role: 'user', content: 'x' }], ...body }),
  id: 'chatcmpl-gate',
  createdAt: 1_750_000_000_000,
})
const blocksOf = (message: JsonObject, finish_reason = 'stop'): readonly Block[] =>
  openaiChat.decodeAnswer({ id: 'c', model: 'm', choices: [{ index: 0, message, finish_reason }] }).choices[0]
    ?.blocks ?? []

describe('golden answers, both ways', () => {
  test('there are some', () => expect(pairs.length).toBeGreaterThanOrEqual(4))
  for (const { note, wire, canonical } of pairs) {
    test(note, () => {
      expect(openaiChat.decodeAnswer(wire)).toEqual(canonical)
      expect(openaiChat.encodeAnswer(canonical, context())).toEqual(wire)
    })
  }
})

describe('what compatible servers answer', () => {
  test('no arguments, arguments as an object, no id', () => {
    const tool_calls = [
      { id: 'a', function: { name: 'f', arguments: '' } },
      { function: { name: 'g', arguments: { x: 1 } } },
    ]
    expect(blocksOf({ content: null, tool_calls })).toMatchObject([
      { id: 'a', arguments: '{}' },
      { id: 'call_0_1', arguments: '{"x":1}' },
    ])
  })
  test('thoughts in reasoning (OpenRouter, Groq) and among the content (Mistral)', () => {
    expect(blocksOf({ content: 'a', reasoning: 'hm' })).toMatchObject([
      { kind: 'reasoning', text: 'hm' },
      { kind: 'text', text: 'a' },
    ])
    const content = [
      { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
      { type: 'text', text: 'a' },
    ]
    expect(blocksOf({ content })).toMatchObject([
      { kind: 'reasoning', text: 'hm' },
      { kind: 'text', text: 'a' },
    ])
  })
  test('a thought signature on a tool call (Gemini) comes back in the next request', () => {
    const tool_calls = [
      {
        id: 'a',
        type: 'function',
        function: { name: 'f', arguments: '{}' },
        extra_content: { google: { thought_signature: 'sig' } },
      },
    ]
    const blocks = blocksOf({ content: null, tool_calls })
    expect(blocks).toMatchObject([{ kind: 'tool-call', signature: 'sig' }])
    const call = { ...context().call, messages: [{ role: 'assistant' as const, blocks }, ...context().call.messages] }
    const { body } = openaiChat.encodeCall(call, { target: { model: 'm' }, strict: true, warn: () => undefined })
    expect((body.messages as JsonObject[])[0]?.tool_calls).toEqual(tool_calls)
  })
  test('a legacy function_call, and stop with calls, are tool calls', () => {
    const read = openaiChat.decodeAnswer({
      choices: [{ message: { content: null, function_call: { name: 'f', arguments: '{}' } }, finish_reason: 'stop' }],
    })
    expect(read.choices[0]).toMatchObject({ finish: 'tool-calls', blocks: [{ kind: 'tool-call', name: 'f' }] })
  })
  test('an error inside a 200, and what is no completion', () => {
    expect(() => openaiChat.decodeAnswer({ error: { message: 'x', code: 429 } })).toThrow('upstream_rate_limited')
    expect(() => openaiChat.decodeAnswer({ hello: 1 })).toThrow('upstream_invalid')
    expect(() => openaiChat.decodeAnswer({ choices: [{}] })).toThrow('upstream_invalid')
  })
})

describe('what callers get', () => {
  const answer = (blocks: readonly Block[], finish: 'tool-calls' | 'refusal' = 'tool-calls'): ChatAnswer => ({
    kind: 'chat',
    id: '',
    model: '',
    createdAt: 0,
    choices: [{ index: 0, blocks, finish }],
  })
  const call: Block = { kind: 'tool-call', id: 'a', name: 'f', arguments: '{}' }
  test('an answer that only calls tools has content null, and the gate’s id where the upstream gave none', () => {
    expect(openaiChat.encodeAnswer(answer([call]), context())).toMatchObject({
      id: 'chatcmpl-gate',
      created: 1_750_000_000,
      model: 'assistant',
      choices: [{ message: { role: 'assistant', content: null }, finish_reason: 'tool_calls' }],
    })
  })
  test('legacy functions get a function_call', () => {
    const body = openaiChat.encodeAnswer(answer([call]), context({ functions: [{ name: 'f' }] }))
    expect(body.choices).toMatchObject([
      { message: { function_call: { name: 'f', arguments: '{}' } }, finish_reason: 'function_call' },
    ])
    expect(JSON.stringify(body)).not.toContain('tool_calls')
  })
  test('a refusal without words is a content filter', () => {
    expect(openaiChat.encodeAnswer(answer([], 'refusal'), context()).choices).toMatchObject([
      { finish_reason: 'content_filter' },
    ])
  })
  test('a signed thought survives the way to the caller and back', () => {
    const thought: Block = { kind: 'reasoning', text: 'hm', signature: 'sig', origin: 'anthropic-messages' }
    const redacted: Block = { kind: 'reasoning', text: '', encrypted: 'xyz', origin: 'anthropic-messages' }
    const body = openaiChat.encodeAnswer(answer([thought, redacted, call]), context())
    const message = (body.choices as readonly { message: JsonObject }[])[0]?.message
    const back = context({ messages: [message, { role: 'tool', tool_call_id: 'a', content: '' }] }).call
    expect(back.messages[0]?.blocks.slice(0, 2)).toEqual([thought, redacted])
  })
})
