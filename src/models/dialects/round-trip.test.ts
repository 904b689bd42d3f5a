import { expect, test } from 'bun:test'
import { anthropicMessages } from './anthropic-messages/index.ts'
import type { ChatDialect, JsonObject } from './dialect.ts'
import { openaiChat } from './openai-chat/index.ts'

/** A request of one dialect, said in another and decoded there, and said in the first again; losses fail the test. */
function around(home: ChatDialect, abroad: ChatDialect, body: JsonObject): JsonObject {
  const warn = (warning: string) => {
    throw new Error(`lost: ${warning}`)
  }
  const context = { target: { model: 'assistant', maxTokensField: 'max_tokens' as const }, strict: true, warn }
  const there = abroad.decodeCall(abroad.encodeCall(home.decodeCall(body), context).body)
  return home.encodeCall(there, context).body
}

const SCHEMA = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }

test('A→CC→A is the identity on what both can say', () => {
  const body = {
    model: 'assistant',
    max_tokens: 100,
    system: 'be kind',
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'look' },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgoAAAANSUhEUgAA' } },
          { type: 'image', source: { type: 'url', url: 'https://e.com/a.png' } },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'I ask' },
          { type: 'tool_use', id: 't1', name: 'get', input: { city: 'Bonn' } },
          { type: 'tool_use', id: 't2', name: 'get', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 't1', content: 'rain' },
          { type: 'tool_result', tool_use_id: 't2', content: 'sun' },
          { type: 'text', text: 'so?' },
        ],
      },
    ],
    tools: [{ name: 'get', description: 'd', input_schema: SCHEMA }],
    tool_choice: { type: 'any', disable_parallel_tool_use: true },
    temperature: 0.5,
    stop_sequences: ['END'],
    stream: true,
  }
  expect(around(anthropicMessages, openaiChat, body)).toEqual(body)
})

test('CC→A→CC is the identity on what both can say', () => {
  const body = {
    model: 'assistant',
    messages: [
      { role: 'system', content: 'be kind' },
      { role: 'user', content: 'weather?' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 't1', type: 'function', function: { name: 'get', arguments: '{"city":"Bonn"}' } },
          { id: 't2', type: 'function', function: { name: 'get', arguments: '{}' } },
        ],
      },
      { role: 'tool', tool_call_id: 't1', content: 'rain' },
      { role: 'tool', tool_call_id: 't2', content: 'sun' },
      { role: 'user', content: 'so?' },
    ],
    tools: [{ type: 'function', function: { name: 'get', description: 'd', parameters: SCHEMA } }],
    tool_choice: { type: 'function', function: { name: 'get' } },
    parallel_tool_calls: false,
    max_tokens: 100,
    temperature: 0.5,
    stop: ['END'],
  }
  expect(around(openaiChat, anthropicMessages, body)).toEqual(body)
})
