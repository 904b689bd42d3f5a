import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { sseSplitter } from '../../lib/sse.ts'
import { anthropicMessages } from './anthropic-messages/index.ts'
import type { AnswerEvent } from './canonical.ts'
import type { StreamDecoder } from './dialect.ts'
import { openaiChat } from './openai-chat/index.ts'
import { sameShape } from './same-shape.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

function eventsOf(decoder: StreamDecoder, texts: readonly string[]): readonly AnswerEvent[] {
  const frames = texts.flatMap((text) => [...decoder.push(bytes(text))])
  return [...frames, ...decoder.end().frames].flatMap((frame) => frame.events)
}

/** Blanks that differ from event to event: the same JSON, but no two events are alike. */
const unlike = (json: string, index: number) => `{${' '.repeat((index % 7) + 1)}${json.slice(1)}`

const piece = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.constantFrom('a', '"', '\\', 'content', 'é\u{1f44b}', '\n', '\u0001', '?', 'stop', '0', '","delta":{"content":"x'),
)

const chat = (delta: object, more: object = {}) => ({
  id: 'c',
  model: 'm',
  choices: [{ index: 0, delta, finish_reason: null }],
  ...more,
})
const chatEvent = fc.oneof(
  { arbitrary: piece.map((content) => chat({ content })), weight: 12 },
  { arbitrary: fc.tuple(piece, piece).map(([content, obfuscation]) => chat({ content }, { obfuscation })), weight: 8 },
  piece.map((reasoning_content) => chat({ reasoning_content })),
  piece.map((content) => chat({ content, refusal: content })),
  piece.map((content) => chat({ content }, { usage: { prompt_tokens: 1, completion_tokens: 2 } })),
  piece.map((name) => chat({ tool_calls: [{ index: 0, id: 'i', function: { name, arguments: '{}' } }] })),
  piece.map((content) => ({ ...chat({}), choices: [{ index: 0, delta: { content }, finish_reason: 'stop' }] })),
  piece.map((content) => ({ ...chat({}), choices: [0, 1].map((index) => ({ index, delta: { content } })) })),
)

const messages = (delta: object, index: number) => ({ type: 'content_block_delta', index, delta })
const opening = (index: number, block: object) => ({ type: 'content_block_start', index, content_block: block })
const messagesEvent = fc.oneof(
  {
    arbitrary: fc.tuple(piece, fc.nat(2)).map(([text, at]) => messages({ type: 'text_delta', text }, at)),
    weight: 12,
  },
  fc.tuple(piece, fc.nat(2)).map(([thinking, at]) => messages({ type: 'thinking_delta', thinking }, at)),
  fc.tuple(piece, fc.nat(2)).map(([json, at]) => messages({ type: 'input_json_delta', partial_json: json }, at)),
  fc.nat(2).map((index) => ({ type: 'content_block_stop', index })),
  fc.nat(2).map((index) => opening(index, { type: 'tool_use', id: 't', name: 'n', input: {} })),
  fc.constant({ type: 'ping' }),
)
const OPENINGS = [0, 1, 2].map((index) => opening(index, { type: 'text', text: '' }))

const DIALECTS = [
  { name: 'chat completions', decode: openaiChat.decodeStream, event: chatEvent, first: [] },
  { name: 'messages', decode: anthropicMessages.decodeStream, event: messagesEvent, first: OPENINGS },
] as const

describe('events that are like the one before but for their text', () => {
  for (const { name, decode, event, first } of DIALECTS) {
    test(`mean in ${name} what they mean when each of them is parsed`, () => {
      const run = (values: readonly object[], write: (json: string, index: number) => string) => {
        const texts = values.map((value, index) => `data: ${write(JSON.stringify(value), index)}\n\n`)
        try {
          return { events: eventsOf(decode(), texts) }
        } catch (cause) {
          return { failed: String(cause) }
        }
      }
      fc.assert(
        fc.property(fc.array(event as fc.Arbitrary<object>, { maxLength: 30 }), (rest) => {
          const values = [...first, ...rest]
          expect(run(values, (json) => json)).toEqual(run(values, unlike))
        }),
        { numRuns: 400, seed: 11 },
      )
    })
  }

  const eventOf = (data: string) => {
    const [event] = sseSplitter().push(bytes(`data: ${data}\n\n`))
    if (!event) throw new Error('no event')
    return event
  }
  const meaning = (text: string): AnswerEvent => ({
    kind: 'block-delta',
    choice: 0,
    block: 0,
    delta: { kind: 'text', text },
  })

  test('are not looked for once a stream has shown that its events never repeat', () => {
    const shape = sameShape({ textOf: ({ text }) => text })
    for (let number = 0; number < 8; number++) {
      const event = eventOf(`{"text":"a","n":${number}}`)
      expect(shape.read(event)).toBeUndefined()
      shape.learn(event, [meaning('a')])
    }
    shape.learn(eventOf('{"text":"a","n":8}'), [meaning('a')])
    expect(shape.read(eventOf('{"text":"b","n":8}'))).toBeUndefined()
  })

  test('are parsed where the text stands in another place than the one it was found in', () => {
    const shape = sameShape({ textOf: ({ text }) => text })
    shape.learn(eventOf('{"id":"a","text":"a"}'), [meaning('a')])
    expect(shape.read(eventOf('{"id":"b","text":"a"}'))).toBeUndefined()
    shape.learn(eventOf('{"text":"a"}'), [meaning('a')])
    expect(shape.read(eventOf('{"text":"b"}'))).toEqual(meaning('b'))
    expect(shape.read(eventOf('{"text":"b\\n"}'))).toBeUndefined()
    expect(shape.read(eventOf('{"text":""}'))).toBeUndefined()
    expect(shape.read(eventOf('{"text":"b","text":"c"}'))).toBeUndefined()
  })
})
