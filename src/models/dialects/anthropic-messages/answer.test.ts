import { describe, expect, test } from 'bun:test'
import { GatewayError } from '../../../lib/errors.ts'
import type { ChatAnswer, ChatCall } from '../canonical.ts'
import { decodeAnswer, encodeAnswer } from './answer.ts'
import { countAnthropicTokens, decodeCount } from './count.ts'
import { decodeCall } from './decode-call.ts'
import { encodeError } from './error-shape.ts'
import { JSON_TOOL } from './json-tool.ts'
import { rewriteFrame } from './rewrite.ts'

const WIRE = {
  id: 'msg_01',
  type: 'message',
  role: 'assistant',
  model: 'claude-x',
  content: [
    { type: 'thinking', thinking: 'hm', signature: 'sig' },
    { type: 'text', text: 'Hello' },
    { type: 'tool_use', id: 'toolu_1', name: 'get', input: { city: 'Bonn' } },
  ],
  stop_reason: 'tool_use',
  stop_sequence: null,
  usage: {
    input_tokens: 10,
    cache_creation_input_tokens: 20,
    cache_read_input_tokens: 30,
    cache_creation: { ephemeral_5m_input_tokens: 5, ephemeral_1h_input_tokens: 15 },
    output_tokens: 40,
  },
}
const CALL = { kind: 'chat', model: 'assistant' } as ChatCall
const CONTEXT = { call: CALL, id: 'msg_gate', createdAt: 0 }

function answer(parts: Partial<ChatAnswer['choices'][0]>): ChatAnswer {
  const choice = { index: 0, blocks: [], finish: 'stop', ...parts } as const
  return { kind: 'chat', id: 'chatcmpl-1', model: 'gpt', createdAt: 1, choices: [choice] }
}

describe('answers', () => {
  test('prompt tokens include cache reads and writes, and the one-hour writes are told apart', () => {
    expect(decodeAnswer(WIRE).usage).toEqual({
      inputTokens: 60,
      outputTokens: 40,
      cacheReadTokens: 30,
      cacheWriteTokens: 20,
      cacheWrite1hTokens: 15,
    })
  })

  test('an answer decoded and encoded again says the same', () => {
    expect(encodeAnswer(decodeAnswer(WIRE), CONTEXT)).toEqual(WIRE)
  })

  test("an answer given by the reserved tool is text again, with a plain stop; other tools' calls stay", () => {
    const json = { type: 'tool_use', id: 't', name: JSON_TOOL, input: { a: 1 } }
    const alone = decodeAnswer({ ...WIRE, content: [json] }).choices[0]
    expect(alone).toMatchObject({ blocks: [{ kind: 'text', text: '{"a":1}' }], finish: 'stop' })
    const other = { type: 'tool_use', id: 'u', name: 'get', input: {} }
    expect(decodeAnswer({ ...WIRE, content: [other] }).choices[0]?.finish).toBe('tool-calls')
  })

  test('an answer of another provider gets our id, no empty text, and tool_use as its stop reason', () => {
    const wire = encodeAnswer(
      answer({
        blocks: [
          { kind: 'text', text: '' },
          { kind: 'tool-call', id: 'call:1', name: 'get', arguments: '{}' },
        ],
      }),
      CONTEXT,
    )
    expect(wire).toMatchObject({
      id: 'msg_gate',
      content: [{ type: 'tool_use', id: 'call_1', name: 'get', input: {} }],
      stop_reason: 'tool_use',
      usage: { input_tokens: 0, output_tokens: 0 },
    })
  })

  test('every finish has its stop reason, and the stop sequence is told', () => {
    const reasons = (['stop', 'length', 'tool-calls', 'content-filter', 'refusal', 'pause', 'other'] as const).map(
      (finish) => encodeAnswer(answer({ finish }), CONTEXT).stop_reason,
    )
    expect(reasons).toEqual(['end_turn', 'max_tokens', 'tool_use', 'refusal', 'refusal', 'pause_turn', 'end_turn'])
    const stopped = encodeAnswer(answer({ finish: 'stop-sequence', stopSequence: 'END' }), CONTEXT)
    expect(stopped).toMatchObject({ stop_reason: 'stop_sequence', stop_sequence: 'END' })
  })

  test('signatures of other providers survive the round through an Anthropic client, thoughts and tool calls alike', () => {
    const blocks: ChatAnswer['choices'][0]['blocks'] = [
      { kind: 'reasoning', text: 'sum', encrypted: 'enc', id: 'rs_1', origin: 'openai-responses' },
      { kind: 'tool-call', id: 'c', name: 'get', arguments: '{}', signature: 'gem' },
    ]
    const { content } = encodeAnswer(answer({ blocks }), CONTEXT)
    const messages = [
      { role: 'user', content: 'x' },
      { role: 'assistant', content },
    ]
    const replayed = decodeCall({ model: 'm', max_tokens: 1, messages }).messages[1]?.blocks
    expect(replayed).toMatchObject(blocks as never)
    expect(replayed).toHaveLength(2)
  })

  test('what is not a message is upstream_invalid; an error inside a 200 is that error', () => {
    const code = (body: object) => {
      try {
        decodeAnswer(body as never)
      } catch (cause) {
        return cause instanceof GatewayError ? cause.code : cause
      }
    }
    expect(code({ choices: [] })).toBe('upstream_invalid')
    expect(code({ type: 'message', content: [{ type: 'text' }] })).toBe('upstream_invalid')
    expect(code({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } })).toBe(
      'upstream_overloaded',
    )
  })

  test('token counts both ways', () => {
    expect(countAnthropicTokens.encode(7)).toEqual({ input_tokens: 7 })
    expect(decodeCount({ input_tokens: 7 })).toBe(7)
    expect(() => decodeCount({})).toThrow('not a token count')
  })
})

test('errors have the vendor’s shape and the type that belongs to the status', () => {
  const shape = (code: ConstructorParameters<typeof GatewayError>[0]) => encodeError(new GatewayError(code), 'req_1')
  expect(shape('invalid_request')).toEqual({
    status: 400,
    body: {
      type: 'error',
      error: { type: 'invalid_request_error', message: 'The request is not valid.' },
      request_id: 'req_1',
    },
  })
  const types = (
    [
      'unauthenticated',
      'access_denied',
      'model_not_found',
      'payload_too_large',
      'rate_limited',
      'internal',
      'upstream_auth',
      'overloaded',
      'upstream_timeout',
      'conflict',
    ] as const
  ).map((code) => [shape(code).status, (shape(code).body.error as { type: string }).type])
  expect(types).toEqual([
    [401, 'authentication_error'],
    [403, 'permission_error'],
    [404, 'not_found_error'],
    [413, 'request_too_large'],
    [429, 'rate_limit_error'],
    [500, 'api_error'],
    [502, 'api_error'],
    [503, 'overloaded_error'],
    [504, 'timeout_error'],
    [409, 'invalid_request_error'],
  ])
})

test('a rewritten frame differs in its text alone', () => {
  const raw =
    'event: content_block_delta\ndata: {"type":"content_block_delta","index":0, "delta":{"type":"text_delta","text":"call Ann"},"x":1.0}\n\n'
  expect(rewriteFrame(raw, ['call [NAME]'])).toBe(raw.replace('call Ann', 'call [NAME]'))
  const tool = raw.replace('text_delta","text"', 'input_json_delta","partial_json"')
  expect(rewriteFrame(tool, ['"q"'])).toBe(tool.replace('call Ann', '\\"q\\"'))
  const whole = `event: content_block_start\ndata: {"type":"content_block_start","content_block":{"type":"tool_use","input":{"a":"Ann"}}}\n\n`
  expect(rewriteFrame(whole, ['{"a":"[NAME]"}'])).toBe(whole.replace('Ann', '[NAME]'))
  const stop = 'event: message_stop\ndata: {"type":"message_stop"}\n\n'
  expect(rewriteFrame(stop, ['x'])).toBe(stop)
})
