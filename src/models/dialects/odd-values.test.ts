import { describe, expect, test } from 'bun:test'
import { toGatewayError } from '../../lib/errors.ts'
import { anthropicMessages, openaiResponses } from './index.ts'

/** JSON whose conversion to a string throws a TypeError. */
const ODD = { toString: 1, valueOf: 1 }

function codeOf(run: () => unknown): string {
  try {
    run()
    return 'read'
  } catch (cause) {
    return toGatewayError(cause).code
  }
}
const ask = (fields: object) => () =>
  anthropicMessages.decodeCall({ model: 'm', max_tokens: 5, messages: [{ role: 'user', content: 'Hi' }], ...fields })
const stream = (dialect: typeof anthropicMessages, events: readonly object[]) => () => {
  const decoder = dialect.decodeStream()
  for (const event of events) decoder.push(new TextEncoder().encode(`data: ${JSON.stringify(event)}\n\n`))
  decoder.end()
}

describe('an object where a name should stand, whose own toString is no function', () => {
  test('is the caller’s fault in a call', () => {
    expect(codeOf(ask({ thinking: { type: ODD } }))).toBe('invalid_request')
    expect(codeOf(ask({ thinking: { type: 'enabled', budget_tokens: 1024, display: ODD } }))).toBe('read')
    const source = [{ role: 'user', content: [{ type: 'image', source: { type: ODD } }] }]
    expect(codeOf(ask({ messages: source }))).toBe('invalid_request')
  })
  test('never fails the gateway in a stream of messages', () => {
    const start = { type: 'message_start', message: { id: ODD, model: ODD } }
    const blocks = ['text', 'thinking', 'redacted_thinking', 'tool_use', ODD].flatMap((type, index) => [
      {
        type: 'content_block_start',
        index,
        content_block: { type, text: ODD, thinking: ODD, signature: ODD, data: ODD, id: ODD, name: ODD },
      },
      { type: 'content_block_delta', index, delta: { type: 'text_delta', text: ODD } },
    ])
    expect(codeOf(stream(anthropicMessages, [start, ...blocks]))).not.toBe('internal')
    const nowhere = { type: 'content_block_start', index: ODD, content_block: { type: 'text' } }
    expect(codeOf(stream(anthropicMessages, [start, nowhere]))).not.toBe('internal')
  })
  test('never fails the gateway in a stream of a response', () => {
    const item = { type: 'response.output_item.added', output_index: ODD, item: { type: 'function_call', id: ODD } }
    const delta = { type: 'response.output_text.delta', output_index: ODD, content_index: ODD, delta: 'x' }
    for (const event of [item, delta]) expect(codeOf(stream(openaiResponses, [event]))).not.toBe('internal')
  })
})
