import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { GatewayError } from '../../../lib/errors.ts'
import type { AnswerEvent, ChatCall, Usage } from '../canonical.ts'
import type { Frame, JsonObject } from '../dialect.ts'
import { openaiChat } from './dialect.ts'
import { openaiChatMeter } from './meter.ts'
import { withoutUsage } from './rewrite-frame.ts'

const encoder = new TextEncoder()
const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_750_000_000, model: 'gpt-x' }
const chunk = (delta: JsonObject, more: JsonObject = {}) =>
  sse({ ...head, choices: [{ index: 0, delta, finish_reason: null, ...more }] })
const sse = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`
const finish = (reason: string) => chunk({}, { finish_reason: reason })
const usageOf = (prompt: number, completion: number) => ({
  prompt_tokens: prompt,
  completion_tokens: completion,
  total_tokens: prompt + completion,
})
const DONE = 'data: [DONE]\n\n'

const read = (...chunks: readonly (string | Uint8Array)[]) => {
  const decoder = openaiChat.decodeStream()
  const frames: Frame[] = chunks.flatMap((part) => [
    ...decoder.push(typeof part === 'string' ? encoder.encode(part) : part),
  ])
  const { frames: last, complete } = decoder.end()
  frames.push(...last)
  return { frames, events: frames.flatMap((frame) => frame.events), complete }
}

const call = (body: JsonObject = {}): ChatCall =>
  openaiChat.decodeCall({ model: 'assistant', messages: [{ role: 'user', content: 'x' }], stream: true, ...body })
const write = (events: readonly AnswerEvent[], body: JsonObject = {}) => {
  const stream = openaiChat.encodeStream({ call: call(body), id: 'chatcmpl-gate', createdAt: 1_750_000_000_000 })
  return stream.events(events) + stream.end()
}
const choiceOf = (value: JsonObject | undefined): unknown => (value?.choices as readonly unknown[] | undefined)?.[0]
const written = (text: string): readonly JsonObject[] =>
  text
    .split('\n\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice(6)))

describe('reading', () => {
  test('parallel calls interleaved by index keep their order, ids and arguments; no arguments become {}', () => {
    const { events, complete } = read(
      chunk({
        role: 'assistant',
        content: null,
        tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '' } }],
      }),
      chunk({ tool_calls: [{ index: 1, id: 'b', type: 'function', function: { name: 'g', arguments: '{"x"' } }] }),
      chunk({
        tool_calls: [
          { index: 1, function: { arguments: ':1}' } },
          { index: 2, id: 'c', function: { name: 'h', arguments: '{}' } },
        ],
      }),
      finish('tool_calls'),
      DONE,
    )
    expect(complete).toBe(true)
    expect(events).toEqual([
      { kind: 'start', id: 'chatcmpl-1', model: 'gpt-x', createdAt: 1_750_000_000_000 },
      { kind: 'block-start', choice: 0, block: 0, start: { kind: 'tool-call', id: 'a', name: 'f' } },
      { kind: 'block-start', choice: 0, block: 1, start: { kind: 'tool-call', id: 'b', name: 'g' } },
      { kind: 'block-delta', choice: 0, block: 1, delta: { kind: 'arguments', json: '{"x"' } },
      { kind: 'block-delta', choice: 0, block: 1, delta: { kind: 'arguments', json: ':1}' } },
      { kind: 'block-start', choice: 0, block: 2, start: { kind: 'tool-call', id: 'c', name: 'h' } },
      { kind: 'block-delta', choice: 0, block: 2, delta: { kind: 'arguments', json: '{}' } },
      { kind: 'block-delta', choice: 0, block: 0, delta: { kind: 'arguments', json: '{}' } },
      { kind: 'block-stop', choice: 0, block: 0 },
      { kind: 'block-stop', choice: 0, block: 1 },
      { kind: 'block-stop', choice: 0, block: 2 },
      { kind: 'finish', choice: 0, finish: 'tool-calls' },
    ])
  })
  test('servers that give every call index 0, or none, are understood by id', () => {
    for (const index of [{ index: 0 }, {}]) {
      const { events } = read(
        chunk({ tool_calls: [{ ...index, id: 'a', function: { name: 'f', arguments: '{}' } }] }),
        chunk({ tool_calls: [{ ...index, id: 'b', function: { name: 'f', arguments: '{"y":2}' } }] }),
        finish('stop'),
      )
      expect(events.filter((event) => event.kind === 'block-start')).toHaveLength(2)
      expect(events.at(-1)).toEqual({ kind: 'finish', choice: 0, finish: 'tool-calls' })
    }
  })
  test('thought, text and refusal are blocks one after the other', () => {
    const { events } = read(
      chunk({ reasoning_content: 'h' }),
      chunk({ reasoning_content: 'm' }),
      chunk({ content: 'a' }),
      chunk({ refusal: 'no' }),
      finish('stop'),
    )
    expect(events.map((event) => event.kind)).toEqual([
      'start',
      'block-start',
      'block-delta',
      'block-delta',
      'block-stop',
      'block-start',
      'block-delta',
      'block-delta',
      'block-stop',
      'finish',
    ])
    expect(events.at(-1)).toMatchObject({ finish: 'refusal' })
  })
  test('several choices are kept apart', () => {
    const both = (delta: JsonObject, reason: string | null) =>
      sse({ ...head, choices: [0, 1].map((index) => ({ index, delta, finish_reason: reason })) })
    const { events, complete } = read(both({ content: 'a' }, null), both({}, 'stop'))
    expect(events.filter((event) => event.kind === 'finish').map((event) => event.choice)).toEqual([0, 1])
    expect(complete).toBe(true)
    expect(read(both({ content: 'a' }, null), finish('stop')).complete).toBe(false)
  })
  test('usage with choices: [] and usage together with the last choice are both read; usage: null is not', () => {
    const usages = (text: string) =>
      read(text).events.flatMap((event): Usage[] => (event.kind === 'usage' ? [event.usage] : []))
    expect(usages(sse({ ...head, choices: [], usage: usageOf(3, 2) }))).toEqual([{ inputTokens: 3, outputTokens: 2 }])
    const together = sse({
      ...head,
      choices: [{ index: 0, delta: { content: 'x' }, finish_reason: 'stop' }],
      usage: usageOf(3, 2),
    })
    expect(usages(together)).toEqual([{ inputTokens: 3, outputTokens: 2 }])
    expect(read(together).events.map((event) => event.kind)).toEqual([
      'start',
      'block-start',
      'block-delta',
      'block-stop',
      'finish',
      'usage',
    ])
    expect(usages(sse({ ...head, choices: [], usage: null }))).toEqual([])
    expect(usages(sse({ ...head, choices: [], x_groq: { usage: usageOf(5, 1) } }))).toEqual([
      { inputTokens: 5, outputTokens: 1 },
    ])
  })
  test('cached tokens are inside the prompt; thoughts counted outside the completion are added to it', () => {
    const usage = {
      ...usageOf(10, 4),
      prompt_tokens_details: { cached_tokens: 6 },
      completion_tokens_details: { reasoning_tokens: 3 },
    }
    const of = (value: JsonObject) => read(sse({ ...head, choices: [], usage: value })).events.at(-1)
    expect(of(usage)).toEqual({
      kind: 'usage',
      usage: { inputTokens: 10, outputTokens: 4, cacheReadTokens: 6, reasoningTokens: 3 },
    })
    expect(of({ ...usage, total_tokens: 17 })).toMatchObject({ usage: { inputTokens: 10, outputTokens: 7 } })
    expect(of({ prompt_tokens: 9, completion_tokens: 1, total_tokens: 10, prompt_cache_hit_tokens: 8 })).toMatchObject({
      usage: { cacheReadTokens: 8 },
    })
  })
  test('[DONE] missing is complete when every choice finished, and not otherwise; doubled is one; late chunks are ignored', () => {
    expect(read(chunk({ content: 'a' }), finish('stop')).complete).toBe(true)
    expect(read(chunk({ content: 'a' })).complete).toBe(false)
    expect(read('').complete).toBe(false)
    const doubled = read(chunk({ content: 'a' }), finish('stop'), DONE, DONE, chunk({ content: 'late' }))
    expect(doubled.frames).toHaveLength(3)
    expect(doubled.frames.at(-1)).toEqual({ events: [] })
  })
  test('[DONE] without a finish reason closes what is open', () => {
    const { events, complete } = read(chunk({ content: 'a' }), DONE)
    expect(complete).toBe(true)
    expect(events.slice(-2)).toEqual([
      { kind: 'block-stop', choice: 0, block: 0 },
      { kind: 'finish', choice: 0, finish: 'other' },
    ])
  })
  test('an error inside a 200 stream is thrown as what it is, after the frames before it', () => {
    const decoder = openaiChat.decodeStream()
    const bad = sse({ error: { message: 'Overloaded', type: 'overloaded_error', code: 503 } })
    expect(decoder.push(encoder.encode(chunk({ content: 'a' }) + bad))).toHaveLength(1)
    expect(() => decoder.end()).toThrow('upstream_overloaded')
    expect(() => openaiChat.decodeStream().push(encoder.encode(bad))).toThrow('upstream_overloaded')
    expect(() => openaiChat.decodeStream().push(encoder.encode('data: {"cut\n\n'))).toThrow('upstream_invalid')
  })
  test('comments are pings and keep their bytes; the last event needs no blank line', () => {
    expect(read(': OPENROUTER PROCESSING\n\n').frames).toEqual([
      { raw: ': OPENROUTER PROCESSING\n\n', events: [{ kind: 'ping' }] },
    ])
    const raw = chunk({ content: 'a' }).trimEnd()
    expect(read(raw).frames[0]?.raw).toBe(`${raw}\n\n`)
  })
  test('raw frames joined are the bytes that came', () => {
    const text =
      chunk({ role: 'assistant', content: '' }) +
      chunk({ content: 'é👋' }).replace('data: ', 'data:') +
      finish('length')
    expect(
      read(text)
        .frames.map((frame) => frame.raw)
        .join(''),
    ).toBe(text)
  })
})

const hostile = [
  '\uFEFF: hello\r\n\r\n',
  `id: 7\r\ndata:${JSON.stringify({ ...head, choices: [{ index: 0, delta: { role: 'assistant', content: 'é👋' }, finish_reason: null }] })}\r\n\r\n`,
  chunk({ reasoning_content: 'hm' }),
  chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{"ü"' } }] }),
  chunk({
    tool_calls: [
      { index: 1, id: 'b', function: { name: 'g', arguments: '' } },
      { index: 0, function: { arguments: ':1}' } },
    ],
  }),
  finish('tool_calls'),
  `data: ${JSON.stringify({ ...head, choices: [] }).slice(0, -1)},\ndata: "usage": ${JSON.stringify(usageOf(3, 2))}}\n\n`,
  DONE,
].join('')

test('any re-chunking gives the same events, and the meter reads the same from it', () => {
  const bytes = encoder.encode(hostile)
  const whole = read(hostile)
  expect(whole.events.length).toBeGreaterThan(12)
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length), { maxLength: 40 }), (cuts) => {
      const places = [0, ...cuts.sort((a, b) => a - b), bytes.length]
      const parts = places.slice(1).map((end, index) => bytes.subarray(places[index] ?? 0, end))
      expect(read(...parts)).toEqual(whole)
    }),
    { numRuns: 200 },
  )
  expect(read(...Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(whole)
})

describe('metering without parsing', () => {
  const plain = [
    chunk({ content: 'say "usage": { and "error": {' }),
    `data: {"id": "x", "choices": [{"index": 0, "delta": {}, "finish_reason":  "length"}], "usage": null}\n\n`,
    `data: {"id": "x", "choices": [], "usage" : null, "usage": {"prompt_tokens": 3, "completion_tokens": 2}}\r\n\r\n`,
    DONE,
  ].join('')
  const meter = (text: string, size: number, answers = 1) => {
    const reader = openaiChatMeter(answers)
    const bytes = encoder.encode(text)
    for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size))
    return reader.end()
  }
  test('usage, finish and the end are found whatever the spacing and the cuts', () => {
    for (const size of [1, 2, 3, 7, 50, 170, 10_000]) {
      expect(meter(plain, size)).toEqual({
        usage: { inputTokens: 3, outputTokens: 2 },
        finish: 'length',
        complete: true,
        error: undefined,
      })
    }
  })
  test('a cut stream is not complete; finish reasons of all answers are', () => {
    expect(meter(chunk({ content: 'a' }), 9).complete).toBe(false)
    expect(meter(chunk({ content: 'a' }) + finish('stop'), 9)).toMatchObject({ complete: true, finish: 'stop' })
    expect(meter(finish('stop'), 9, 2).complete).toBe(false)
  })
  test('an error event is an error and no clean end', () => {
    const reading = meter(
      chunk({ content: 'a' }) + sse({ error: { message: 'x', type: 'rate_limit_error' } }) + DONE,
      11,
    )
    expect(reading.error).toBeInstanceOf(GatewayError)
    expect([reading.error?.code as string, reading.complete]).toEqual(['upstream_rate_limited', false])
  })
})

describe('rewriting one frame', () => {
  test('only the governed texts change, in order; all other bytes stay', () => {
    const raw = `id: 1\ndata: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\\"m\\":"}}],"content":"mail", "reasoning":"t"},"big":12345678901234567890,"x":1.0}]}\n\n`
    const out = openaiChat.rewriteFrame(raw, ['T', 'MA"IL', 'ARGS', 'made up'])
    expect(out).toBe(raw.replace('"{\\"m\\":"', '"ARGS"').replace('"mail"', '"MA\\"IL"').replace('"t"', '"T"'))
  })
  test('the order is the order of the decoder’s events', () => {
    const raw = sse({
      ...head,
      choices: [0, 1].map((index) => ({
        index,
        delta: { content: `c${index}`, reasoning_content: `r${index}`, refusal: '' },
      })),
    })
    const texts = read(raw).events.flatMap((event) =>
      event.kind === 'block-delta' && 'text' in event.delta ? [event.delta.text.toUpperCase()] : [],
    )
    expect(openaiChat.rewriteFrame(raw, texts)).toBe(raw.replace(/"(c|r)(\d)"/g, (found) => found.toUpperCase()))
  })
  test('what says a masked text a second time goes with it: tokens, thought details, a whole message', () => {
    const logprobs = { content: [{ token: 'secret', logprob: -1 }] }
    const details = [{ type: 'reasoning.text', text: 'hidden' }]
    const raw = sse({
      ...head,
      choices: [
        {
          index: 0,
          delta: { content: 'secret', reasoning: 'hidden', reasoning_details: details },
          logprobs,
          message: { content: 'all secret' },
        },
      ],
    })
    const out = openaiChat.rewriteFrame(raw, ['***', '***'])
    expect(out).not.toContain('secret')
    expect(out).not.toContain('hidden')
    expect(openaiChat.rewriteFrame(raw, ['hidden', 'secret'])).toBe(raw)
  })
  test('thought details alone are governed', () => {
    const raw = sse({
      ...head,
      choices: [
        { index: 0, delta: { reasoning_details: [{ type: 'reasoning.text', text: 'hidden', signature: 's' }] } },
      ],
    })
    expect(read(raw).events.map((event) => (event.kind === 'block-delta' ? event.delta.kind : event.kind))).toEqual([
      'start',
      'block-start',
      'reasoning',
      'signature',
    ])
    expect(openaiChat.rewriteFrame(raw, ['***'])).toBe(raw.replace('hidden', '***'))
  })
  test('usage is taken out for a client who did not ask', () => {
    const only = sse({ ...head, choices: [], usage: usageOf(1, 1) })
    expect(withoutUsage(only)).toBeUndefined()
    const both = sse({ ...head, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage: usageOf(1, 1) })
    expect(withoutUsage(both)).toBe(both.replace(/,"usage":\{[^}]*\}/, ''))
    expect(withoutUsage(chunk({ content: '"usage"' }))).toBe(chunk({ content: '"usage"' }))
  })
})

describe('writing', () => {
  const events: readonly AnswerEvent[] = [
    { kind: 'start', id: 'msg_1', model: 'claude', createdAt: 1_750_000_000_000 },
    { kind: 'block-start', choice: 0, block: 0, start: { kind: 'reasoning' } },
    { kind: 'block-delta', choice: 0, block: 0, delta: { kind: 'reasoning', text: 'hm' } },
    { kind: 'block-stop', choice: 0, block: 0 },
    { kind: 'block-start', choice: 0, block: 1, start: { kind: 'text' } },
    { kind: 'block-delta', choice: 0, block: 1, delta: { kind: 'text', text: 'Hi' } },
    { kind: 'block-stop', choice: 0, block: 1 },
    { kind: 'block-start', choice: 0, block: 2, start: { kind: 'tool-call', id: 't1', name: 'f' } },
    { kind: 'block-delta', choice: 0, block: 2, delta: { kind: 'arguments', json: '{"a":1}' } },
    { kind: 'block-stop', choice: 0, block: 2 },
    { kind: 'block-start', choice: 0, block: 3, start: { kind: 'tool-call', id: 't2', name: 'g' } },
    { kind: 'block-stop', choice: 0, block: 3 },
    { kind: 'usage', usage: { inputTokens: 3, outputTokens: 1 } },
    { kind: 'usage', usage: { inputTokens: 3, outputTokens: 9 } },
    { kind: 'finish', choice: 0, finish: 'tool-calls' },
  ]
  test('chunks come in OpenAI’s order', () => {
    const text = write(events)
    expect(text.endsWith(DONE)).toBe(true)
    const chunks = written(text)
    expect(chunks.map(({ choices }) => (choices as JsonObject[])[0]?.delta)).toEqual([
      { role: 'assistant', content: '', refusal: null },
      { reasoning_content: 'hm' },
      { content: 'Hi' },
      { tool_calls: [{ index: 0, id: 't1', type: 'function', function: { name: 'f', arguments: '' } }] },
      { tool_calls: [{ index: 0, function: { arguments: '{"a":1}' } }] },
      { tool_calls: [{ index: 1, id: 't2', type: 'function', function: { name: 'g', arguments: '' } }] },
      { tool_calls: [{ index: 1, function: { arguments: '{}' } }] },
      {},
    ])
    expect(chunks.map(({ choices }) => (choices as JsonObject[])[0]?.finish_reason)).toEqual([
      ...new Array(7).fill(null),
      'tool_calls',
    ])
    expect(chunks[0]).toMatchObject({
      id: 'msg_1',
      object: 'chat.completion.chunk',
      created: 1_750_000_000,
      model: 'claude',
    })
    expect(chunks.some((value) => 'usage' in value)).toBe(false)
  })
  test('include_usage: the last chunk has choices [] and the newest usage, the others usage null', () => {
    const chunks = written(write(events, { stream_options: { include_usage: true } }))
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 3, completion_tokens: 9, total_tokens: 12 },
    })
    expect(chunks.slice(0, -1).every((value) => value.usage === null)).toBe(true)
  })
  test('what is written is read back as the same events', () => {
    const back = read(write(events)).events
    expect(back.filter((event) => event.kind !== 'usage' && event.kind !== 'block-stop')).toEqual(
      events
        .flatMap((event): AnswerEvent[] =>
          event.kind === 'block-start' && event.block === 3
            ? [event, { kind: 'block-delta', choice: 0, block: 3, delta: { kind: 'arguments', json: '{}' } }]
            : [event],
        )
        .filter((event) => event.kind !== 'usage' && event.kind !== 'block-stop'),
    )
  })
  test('a failure is an error event and no [DONE]', () => {
    const stream = openaiChat.encodeStream({ call: call(), id: 'x', createdAt: 0 })
    const text = stream.events(events.slice(0, 6)) + stream.fail(new GatewayError('upstream_error'))
    expect(text).not.toContain('[DONE]')
    expect(written(text).at(-1)).toMatchObject({ error: { type: 'server_error', code: 'upstream_error' } })
    expect(stream.ping()).toBe(': ping\n\n')
  })
  test('a caller with legacy functions gets a function_call', () => {
    const chunks = written(write(events.slice(7), { functions: [{ name: 'f' }] }))
    expect(chunks.map(({ choices }) => (choices as JsonObject[])[0]?.delta)).toEqual([
      { role: 'assistant', content: null, refusal: null },
      { function_call: { name: 'f', arguments: '' } },
      { function_call: { arguments: '{"a":1}' } },
      {},
    ])
    expect(choiceOf(chunks.at(-1))).toMatchObject({ finish_reason: 'function_call' })
  })
  test('log probabilities travel with their text', () => {
    const logprobs = { content: [{ token: 'a', logprob: -1, bytes: null, top_logprobs: [] }], refusal: null }
    const source = chunk({ content: 'a' }, { logprobs }) + finish('stop')
    const chunks = written(write(read(source).events))
    expect(choiceOf(chunks[1])).toMatchObject({ delta: { content: 'a' }, logprobs })
  })
})
