/** The two wire formats that the upstream speaks. */
export type UpstreamDialect = 'openai' | 'anthropic'

const TEXT = 'x'.repeat(700)

/** A whole answer of about a kilobyte. */
export function wholeAnswer(dialect: UpstreamDialect): string {
  if (dialect === 'anthropic') {
    return JSON.stringify({
      id: 'msg_bench',
      type: 'message',
      role: 'assistant',
      model: 'bench',
      content: [{ type: 'text', text: TEXT }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 10, output_tokens: 100 },
    })
  }
  return JSON.stringify({
    id: 'chatcmpl-bench',
    object: 'chat.completion',
    created: 1,
    model: 'bench',
    choices: [{ index: 0, message: { role: 'assistant', content: TEXT }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 10, completion_tokens: 100, total_tokens: 110 },
  })
}

const sse = (value: object, event?: string) =>
  `${event === undefined ? '' : `event: ${event}\n`}data: ${JSON.stringify(value)}\n\n`

function chatChunk(choices: readonly object[], usage: object | null = null): string {
  return sse({ id: 'chatcmpl-bench', object: 'chat.completion.chunk', created: 1, model: 'bench', choices, usage })
}

/** What a stream begins with. */
export function openingEvents(dialect: UpstreamDialect): readonly string[] {
  if (dialect === 'openai') {
    return [chatChunk([{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }])]
  }
  const usage = { input_tokens: 10, output_tokens: 1 }
  const message = { id: 'msg_bench', type: 'message', role: 'assistant', model: 'bench', content: [], usage }
  const block = { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }
  return [
    sse({ type: 'message_start', message: { ...message, stop_reason: null, stop_sequence: null } }, 'message_start'),
    sse(block, 'content_block_start'),
  ]
}

/** One token. */
export function tokenEvent(dialect: UpstreamDialect, text: string): string {
  if (dialect === 'openai') return chatChunk([{ index: 0, delta: { content: text }, finish_reason: null }])
  return sse({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }, 'content_block_delta')
}

/** What a stream ends with, usage included. */
export function closingEvents(dialect: UpstreamDialect): readonly string[] {
  if (dialect === 'openai') {
    return [
      chatChunk([{ index: 0, delta: {}, finish_reason: 'stop' }]),
      chatChunk([], { prompt_tokens: 10, completion_tokens: 200, total_tokens: 210 }),
      'data: [DONE]\n\n',
    ]
  }
  const delta = { stop_reason: 'end_turn', stop_sequence: null }
  return [
    sse({ type: 'content_block_stop', index: 0 }, 'content_block_stop'),
    sse({ type: 'message_delta', delta, usage: { output_tokens: 200 } }, 'message_delta'),
    sse({ type: 'message_stop' }, 'message_stop'),
  ]
}
