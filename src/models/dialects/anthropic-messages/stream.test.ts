import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import Anthropic from '@anthropic-ai/sdk'
import fc from 'fast-check'
import { GatewayError } from '../../../lib/errors.ts'
import type { AnswerEvent, ChatCall } from '../canonical.ts'
import type { Frame } from '../dialect.ts'
import { JSON_TOOL } from './json-tool.ts'
import { anthropicMeter } from './meter.ts'
import { decodeStream } from './stream-decoder.ts'
import { encodeStream } from './stream-encoder.ts'

const golden = (name: string) =>
  readFileSync(new URL(`../../../../test/golden/anthropic-messages/${name}`, import.meta.url), 'utf8')
const RECORDED = golden('thinking-text-tools.sse')
const CALL = { kind: 'chat', model: 'assistant' } as ChatCall
const CONTEXT = { call: CALL, id: 'msg_gate', createdAt: 0 }

function cut(bytes: Uint8Array, at: readonly number[]): readonly Uint8Array[] {
  const places = [0, ...[...new Set(at.map((place) => place % bytes.length))].sort((a, b) => a - b), bytes.length]
  return places.slice(1).map((place, index) => bytes.subarray(places[index], place))
}

function decode(text: string, at: readonly number[] = []) {
  const decoder = decodeStream()
  const frames: Frame[] = []
  let error: unknown
  let complete = false
  try {
    for (const chunk of cut(new TextEncoder().encode(text), at)) frames.push(...decoder.push(chunk))
    const end = decoder.end()
    frames.push(...end.frames)
    complete = end.complete
  } catch (cause) {
    error = cause
  }
  return { frames, events: frames.flatMap(({ events }) => events), complete, error }
}

const sse = (data: { type: string; [key: string]: unknown }) => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`
const START = sse({
  type: 'message_start',
  message: { id: 'msg_1', model: 'claude', usage: { input_tokens: 3, output_tokens: 1 } },
})

describe('reading', () => {
  test('a recorded stream gives its golden events', () => {
    const { events, complete } = decode(RECORDED)
    expect(complete).toBe(true)
    expect(events).toEqual(JSON.parse(golden('thinking-text-tools.events.json')))
  })

  test('the frames hold the stream byte for byte', () => {
    expect(
      decode(RECORDED)
        .frames.map(({ raw }) => raw)
        .join(''),
    ).toBe(RECORDED)
  })

  test('any re-chunking gives the same frames', () => {
    const whole = decode(RECORDED)
    const withError = RECORDED.replace(
      'event: message_delta',
      'event: error\ndata: {"type":"error","error":{"type":"overloaded_error"}}\n\nevent: message_delta',
    )
    const broken = decode(withError)
    fc.assert(
      fc.property(fc.array(fc.nat()), (at) => {
        expect(decode(RECORDED, at)).toEqual(whole)
        expect(decode(withError, at).events).toEqual(broken.events)
      }),
    )
  })

  test('cumulative usage of message_delta replaces and is not summed', () => {
    const usage = { input_tokens: 3, cache_read_input_tokens: 7, cache_creation_input_tokens: null, output_tokens: 25 }
    const { events } = decode(`${START}${sse({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage })}`)
    expect(events.findLast(({ kind }) => kind === 'usage')).toEqual({
      kind: 'usage',
      usage: { inputTokens: 10, outputTokens: 25, cacheReadTokens: 7 },
    })
  })

  test('an error event inside a 200 throws the mapped error, after the frames that came before it', () => {
    const decoder = decodeStream()
    const error = sse({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } })
    expect(decoder.push(new TextEncoder().encode(START + error))).toHaveLength(1)
    expect(() => decoder.end()).toThrow('upstream_overloaded')
  })

  test('a stream cut before message_stop is not complete', () => {
    expect(decode(RECORDED.slice(0, RECORDED.indexOf('event: message_stop'))).complete).toBe(false)
  })

  test('a tool call without arguments has {}, never nothing', () => {
    const { events } = decode(
      START +
        sse({
          type: 'content_block_start',
          index: 0,
          content_block: { type: 'tool_use', id: 't', name: 'now', input: {} },
        }) +
        sse({ type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: '' } }) +
        sse({ type: 'content_block_stop', index: 0 }),
    )
    expect(events.slice(2)).toEqual([
      { kind: 'block-start', choice: 0, block: 0, start: { kind: 'tool-call', id: 't', name: 'now' } },
      { kind: 'block-delta', choice: 0, block: 0, delta: { kind: 'arguments', json: '{}' } },
      { kind: 'block-stop', choice: 0, block: 0 },
    ])
  })

  test('an answer streamed by the reserved tool is text again, with a plain stop', () => {
    const { events } = decode(
      START +
        sse({
          type: 'content_block_start',
          index: 0,
          content_block: { type: 'tool_use', id: 't', name: JSON_TOOL, input: {} },
        }) +
        sse({ type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: '{"a":1}' } }) +
        sse({ type: 'content_block_stop', index: 0 }) +
        sse({ type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 5 } }),
    )
    expect(events.slice(2, 6)).toEqual([
      { kind: 'block-start', choice: 0, block: 0, start: { kind: 'text' } },
      { kind: 'block-delta', choice: 0, block: 0, delta: { kind: 'text', text: '{"a":1}' } },
      { kind: 'block-stop', choice: 0, block: 0 },
      { kind: 'finish', choice: 0, finish: 'stop' },
    ])
  })

  test('data that is not JSON, or for a block that is not open, is upstream_invalid', () => {
    expect(decode('event: message_start\ndata: {"type"\n\n').error).toMatchObject({ code: 'upstream_invalid' })
    const stray = sse({ type: 'content_block_delta', index: 9, delta: { type: 'text_delta', text: 'x' } })
    expect(decode(stray).error).toMatchObject({ code: 'upstream_invalid' })
  })
})

const block = (index: number, events: readonly object[]) =>
  events.map((event) => ({ choice: 0, block: index, ...event }) as AnswerEvent)
const call = (id: string) => ({ kind: 'block-start', start: { kind: 'tool-call', id, name: `f_${id}` } })
const args = (json: string) => ({ kind: 'block-delta', delta: { kind: 'arguments', json } })
const words = (text: string) => ({ kind: 'block-delta', delta: { kind: 'text', text } })
const STOP = { kind: 'block-stop' }
const OPEN: readonly AnswerEvent[] = [{ kind: 'start', id: 'x', model: 'gpt' }]

function encode(events: readonly AnswerEvent[], each = false): string {
  const encoder = encodeStream(CONTEXT)
  const text = each ? events.map((event) => encoder.events([event])).join('') : encoder.events(events)
  return text + encoder.end()
}

/** The message as the vendor's own client puts it together from our bytes. */
async function throughSdk(text: string) {
  const answer = () => new Response(text, { headers: { 'content-type': 'text/event-stream' } })
  const client = new Anthropic({ apiKey: 'none', maxRetries: 0, fetch: () => Promise.resolve(answer()) })
  return client.messages.stream({ model: 'm', max_tokens: 1, messages: [] }).finalMessage()
}

describe('writing', () => {
  test('parallel tool calls that interleave come out one block at a time, in order, with their ids and arguments', async () => {
    const interleaved = [
      ...OPEN,
      ...block(0, [{ kind: 'block-start', start: { kind: 'text' } }, words(''), STOP]),
      ...block(1, [call('a'), args('{"x"')]),
      ...block(2, [call('b'), args('{"y"')]),
      ...block(1, [args(':1}')]),
      ...block(2, [args(':2}'), STOP]),
      ...block(1, [STOP]),
      { kind: 'finish', choice: 0, finish: 'tool-calls' } as const,
      { kind: 'usage', usage: { inputTokens: 5, outputTokens: 6, cacheReadTokens: 2 } } as const,
    ]
    const text = encode(interleaved, true)
    const order = [...text.matchAll(/"type":"(content_block_\w+)","index":(\d)/g)].map(
      ([, type, index]) => `${type} ${index}`,
    )
    expect(order).toEqual([
      'content_block_start 0',
      'content_block_delta 0',
      'content_block_delta 0',
      'content_block_stop 0',
      'content_block_start 1',
      'content_block_delta 1',
      'content_block_delta 1',
      'content_block_stop 1',
    ])
    expect(await throughSdk(text)).toMatchObject({
      content: [
        { type: 'tool_use', id: 'a', name: 'f_a', input: { x: 1 } },
        { type: 'tool_use', id: 'b', name: 'f_b', input: { y: 2 } },
      ],
      stop_reason: 'tool_use',
      usage: { input_tokens: 3, cache_read_input_tokens: 2, output_tokens: 6 },
    })
  })

  test('blocks left open at the end are closed in order before the clean end', async () => {
    const text = encode([...OPEN, ...block(0, [call('a'), args('{}')]), ...block(1, [call('b')])])
    expect(await throughSdk(text)).toMatchObject({
      content: [
        { id: 'a', input: {} },
        { id: 'b', input: {} },
      ],
      stop_reason: 'end_turn',
    })
  })

  test('the prompt’s usage stands in message_start when it comes with it', () => {
    const text = encodeStream(CONTEXT).events([...OPEN, { kind: 'usage', usage: { inputTokens: 9, outputTokens: 1 } }])
    expect(text).toContain('"usage":{"input_tokens":9,')
  })

  test('a stream decoded and written again decodes to the same events', () => {
    const { events } = decode(RECORDED)
    const again = decode(encode(events, false)).events
    const content = (list: readonly AnswerEvent[]) =>
      list.filter(({ kind }) => kind.startsWith('block') || kind === 'finish')
    expect(content(again)).toEqual(content(events))
    expect(again.findLast(({ kind }) => kind === 'usage')).toEqual(
      events.findLast(({ kind }) => kind === 'usage') as AnswerEvent,
    )
  })

  test('a failure is the surface’s own error event with no clean end after it; pings are events every client ignores', () => {
    const encoder = encodeStream(CONTEXT)
    encoder.events(OPEN)
    expect(encoder.ping()).toBe('event: ping\ndata: {"type":"ping"}\n\n')
    const text = encoder.fail(new GatewayError('upstream_overloaded'))
    expect(text).toStartWith('event: error\ndata: {"type":"error","error":{"type":"overloaded_error"')
    expect(encoder.end() + encoder.ping() + encoder.events(OPEN)).toBe('')
  })

  test('the vendor’s client reads our error event as an error of its type', async () => {
    const encoder = encodeStream(CONTEXT)
    const text = encoder.events(OPEN) + encoder.ping() + encoder.fail(new GatewayError('upstream_overloaded'))
    await expect(throughSdk(text)).rejects.toMatchObject({ type: 'overloaded_error' })
  })

  test('the vendor’s client reads a recorded stream and its translation alike', async () => {
    const { content, stop_reason, usage } = await throughSdk(encode(decode(RECORDED).events))
    const original = await throughSdk(RECORDED)
    expect(stop_reason).toBe(original.stop_reason)
    expect(JSON.parse(JSON.stringify(content))).toEqual(JSON.parse(JSON.stringify(original.content)))
    expect(usage).toMatchObject({ input_tokens: 25, cache_read_input_tokens: 50, output_tokens: 89 })
  })

  test('foreign thoughts carry their origin in the signature; own signatures pass as they are', () => {
    const thought = (origin: string, delta: object) =>
      encode([
        ...OPEN,
        ...block(0, [
          { kind: 'block-start', start: { kind: 'reasoning', origin } },
          { kind: 'block-delta', delta: { kind: 'reasoning', text: 'hm' } },
          { kind: 'block-delta', delta },
          STOP,
        ]),
      ])
    expect(thought('anthropic-messages', { kind: 'signature', signature: 'own' })).toContain('"signature":"own"')
    expect(thought('gemini', { kind: 'signature', signature: 'g' })).toContain('"signature":"gatehouse1.')
  })
})

describe('metering', () => {
  const meter = (text: string, at: readonly number[] = []) => {
    const meter = anthropicMeter()
    for (const chunk of cut(new TextEncoder().encode(text), at)) meter.push(chunk)
    return meter.end()
  }

  test('it says what the decoder says, whatever the chunk boundaries and line ends', () => {
    const { events } = decode(RECORDED)
    const usage = events.findLast((event) => event.kind === 'usage')
    const expected = { usage: usage?.usage, finish: 'tool-calls', complete: true }
    expect(meter(RECORDED)).toEqual(expected as never)
    fc.assert(
      fc.property(fc.array(fc.nat()), (at) => {
        expect(meter(RECORDED, at)).toEqual(expected as never)
        expect(meter(RECORDED.replaceAll('\n', '\r\n'), at)).toEqual(expected as never)
        expect(meter(RECORDED.replaceAll('\n', '\r'), at)).toEqual(expected as never)
      }),
    )
  })

  test('a marker inside a delta’s text counts for nothing', () => {
    const trick = sse({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text: '\nevent: message_stop\ndata: {"type":"message_stop"}\n\n event: error' },
    })
    fc.assert(
      fc.property(fc.array(fc.nat()), (at) =>
        expect(meter(START + trick, at)).toMatchObject({ complete: false, usage: { inputTokens: 3 } }),
      ),
    )
  })

  test('a cut stream is not complete, and an error event is told', () => {
    expect(meter(RECORDED.slice(0, -20))).toMatchObject({ complete: false })
    const error = meter(START + sse({ type: 'error', error: { type: 'overloaded_error', message: 'x' } }))
    expect(error).toMatchObject({ complete: false, error: { code: 'upstream_overloaded' } })
    expect(meter('event: message_delta\ndata: {"type"\n\n')).toMatchObject({ error: { code: 'upstream_invalid' } })
  })
})
