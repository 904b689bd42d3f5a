import { describe, expect, test } from 'bun:test'
import { GatewayError } from '../../../lib/errors.ts'
import type { ChatAnswer } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'
import { openaiChat } from '../openai-chat/index.ts'
import { openaiCompletions } from './index.ts'

const decode = (body: JsonObject) => openaiCompletions.decodeCall({ model: 'm', prompt: 'Say', ...body })
const context = (body: JsonObject = {}) => ({ call: decode(body), id: 'cmpl-1', createdAt: 1_750_000_000_000 })
const logprobs = {
  content: [{ token: 'Hi', logprob: -1, bytes: null, top_logprobs: [{ token: 'Hi', logprob: -1, bytes: null }] }],
  refusal: null,
}
const answer: ChatAnswer = {
  kind: 'chat',
  id: '',
  model: '',
  createdAt: 0,
  choices: [
    {
      index: 0,
      blocks: [
        { kind: 'reasoning', text: 'hm' },
        { kind: 'text', text: 'Hi' },
      ],
      finish: 'stop',
      logprobs,
    },
  ],
  usage: { inputTokens: 1, outputTokens: 2 },
}
const encoder = new TextEncoder()

describe('a prompt is one user message', () => {
  test('as a string or an array of one, its path kept', () => {
    expect(decode({}).messages).toEqual([{ role: 'user', blocks: [{ kind: 'text', text: 'Say', at: ['prompt'] }] }])
    expect(decode({ prompt: ['Say'] }).messages[0]?.blocks[0]?.at).toEqual(['prompt', 0])
  })
  const refused: readonly (readonly [string, JsonObject, string])[] = [
    ['several prompts', { prompt: ['a', 'b'] }, 'prompt'],
    ['token ids', { prompt: [1, 2] }, 'prompt'],
    ['lists of token ids', { prompt: [[1], [2]] }, 'prompt'],
    ['no prompt', { prompt: null }, 'prompt'],
    ['best_of beyond n', { best_of: 3 }, 'best_of'],
    ['too many logprobs', { logprobs: 6 }, 'logprobs'],
  ]
  for (const [name, body, param] of refused) {
    test(`${name} is refused clearly`, () => {
      let seen: unknown
      try {
        decode(body)
      } catch (cause) {
        seen = cause
      }
      expect(seen).toBeInstanceOf(GatewayError)
      expect(seen).toMatchObject({ status: 400, param })
    })
  }
  test('suffix stays in rest, so that a target that cannot honour it says so', () => {
    expect(decode({ suffix: 'end' }).rest).toEqual({ suffix: 'end' })
    const warnings: string[] = []
    openaiChat.encodeCall(decode({ suffix: 'end', echo: true }), {
      target: { model: 'x' },
      strict: false,
      warn: (w) => warnings.push(w),
    })
    expect(warnings).toEqual(['dropped: suffix'])
  })
})

describe('an answer is a text completion', () => {
  test('with log probabilities in the legacy arrays', () => {
    expect(openaiCompletions.encodeAnswer(answer, context({ logprobs: 1 }))).toMatchObject({
      id: 'cmpl-1',
      object: 'text_completion',
      created: 1_750_000_000,
      model: 'm',
      choices: [
        {
          text: 'Hi',
          index: 0,
          finish_reason: 'stop',
          logprobs: { tokens: ['Hi'], token_logprobs: [-1], top_logprobs: [{ Hi: -1 }], text_offset: [0] },
        },
      ],
      usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
    })
  })
  test('echo puts the prompt before it, also streamed', () => {
    expect(openaiCompletions.encodeAnswer(answer, context({ echo: true })).choices).toMatchObject([
      { text: 'SayHi', logprobs: { text_offset: [3] } },
    ])
    const stream = openaiCompletions.encodeStream(
      context({ echo: true, stream: true, stream_options: { include_usage: true } }),
    )
    const text =
      stream.events([
        { kind: 'start', id: 'x', model: 'y' },
        { kind: 'block-start', choice: 0, block: 0, start: { kind: 'text' } },
        { kind: 'block-delta', choice: 0, block: 0, delta: { kind: 'text', text: 'Hi' } },
        { kind: 'block-delta', choice: 0, block: 0, delta: { kind: 'logprobs', value: logprobs } },
        { kind: 'block-stop', choice: 0, block: 0 },
        { kind: 'finish', choice: 0, finish: 'length' },
        { kind: 'usage', usage: { inputTokens: 1, outputTokens: 2 } },
      ]) + stream.end()
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
    const chunks = text.split('\n\n').flatMap((line) => (line.startsWith('data: {') ? [JSON.parse(line.slice(6))] : []))
    expect(chunks.map((chunk) => chunk.choices[0]?.text)).toEqual(['Say', 'Hi', '', undefined])
    expect(chunks[1].choices[0].logprobs.text_offset).toEqual([3])
    expect(chunks[2].choices[0].finish_reason).toBe('length')
    expect(chunks.map((chunk) => chunk.usage?.total_tokens)).toEqual([undefined, undefined, undefined, 3])
  })
})

describe('towards a completions upstream', () => {
  test('the call is written as it came', () => {
    const body = {
      model: 'm',
      prompt: 'Say',
      echo: true,
      suffix: 'end',
      max_tokens: 5,
      n: 2,
      logprobs: 0,
      stream: true,
      stream_options: { include_usage: true },
    }
    const target = { target: { model: 'm' }, strict: true, warn: () => undefined }
    expect(openaiCompletions.encodeCall(openaiCompletions.decodeCall(body), target).body).toEqual(body)
  })
  test('a conversation becomes one prompt, declared', () => {
    const warnings: string[] = []
    const call = openaiChat.decodeCall({
      model: 'm',
      messages: [
        { role: 'system', content: 'S' },
        { role: 'user', content: 'U' },
      ],
    })
    const { body } = openaiCompletions.encodeCall(call, {
      target: { model: 'davinci' },
      strict: false,
      warn: (w) => warnings.push(w),
    })
    expect(body.prompt).toBe('S\n\nUser: U\n\nAssistant:')
    expect(warnings).toEqual(['changed: messages (written as one prompt)'])
  })
  test('its stream is read and rewritten', () => {
    const raw = 'data: {"id":"c","choices":[{"text":"a b","index":0,"logprobs":null,"finish_reason":null}]}\n\n'
    const decoder = openaiCompletions.decodeStream()
    const frames = decoder.push(
      encoder.encode(
        `${raw}data: {"id":"c","choices":[{"text":"","index":0,"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n`,
      ),
    )
    expect(frames.flatMap((frame) => frame.events.map((event) => event.kind))).toEqual([
      'start',
      'block-start',
      'block-delta',
      'block-stop',
      'finish',
    ])
    expect(decoder.end().complete).toBe(true)
    expect(openaiCompletions.rewriteFrame(raw, ['***'])).toBe(raw.replace('a b', '***'))
  })
  test('its answer is read', () => {
    const read = openaiCompletions.decodeAnswer({
      id: 'c',
      model: 'x',
      created: 1,
      choices: [{ text: 'hey', index: 0, finish_reason: 'length' }],
    })
    expect(read.choices).toMatchObject([{ blocks: [{ kind: 'text', text: 'hey' }], finish: 'length' }])
    expect(() => openaiCompletions.decodeAnswer({ oops: 1 })).toThrow('upstream_invalid')
  })
})
