import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { GatewayError } from '../../../lib/errors.ts'
import { isObject } from '../../../lib/json.ts'
import type { AnswerEvent, BlockDelta, BlockStart } from '../canonical.ts'
import type { JsonObject } from '../dialect.ts'
import { openaiResponses as dialect } from './index.ts'

const call = dialect.decodeCall({ model: 'assistant', input: 'x', instructions: 'Be kind.', metadata: { a: 'b' } })
const encoder = () => dialect.encodeStream({ call, id: 'resp_0a', createdAt: 1_750_000_000_000 })
const parsed = (sse: string): JsonObject[] =>
  sse
    .split('\n\n')
    .filter((event) => event !== '')
    .map((event) => {
      const [, type, text] = /^event: (.*)\ndata: (.*)$/.exec(event) ?? []
      const value: unknown = JSON.parse(text ?? '')
      if (!isObject(value) || value.type !== type) throw new Error(`not an event: ${event}`)
      return value
    })
const start: AnswerEvent = { kind: 'start', id: 'chatcmpl-1', model: 'some-model', createdAt: 1_750_000_000_000 }
const opened = (block: number, what: BlockStart): AnswerEvent => ({
  kind: 'block-start',
  choice: 0,
  block,
  start: what,
})
const said = (block: number, delta: BlockDelta): AnswerEvent => ({ kind: 'block-delta', choice: 0, block, delta })
const stopped = (block: number): AnswerEvent => ({ kind: 'block-stop', choice: 0, block })
const finish = (how: 'stop' | 'length' | 'content-filter' | 'tool-calls'): AnswerEvent => ({
  kind: 'finish',
  choice: 0,
  finish: how,
})
const usage: AnswerEvent = { kind: 'usage', usage: { inputTokens: 3, outputTokens: 4, reasoningTokens: 1 } }
const responseOf = (event: JsonObject | undefined): JsonObject => (isObject(event?.response) ? event.response : {})

/** Everything that must be true of the events of one response. Gives what they say, put together. */
function checked(events: readonly JsonObject[]): Map<number, string> {
  const texts = new Map<number, string>()
  const open = new Set<number>()
  const done = new Map<number, unknown>()
  events.forEach((event, index) => {
    expect(event.sequence_number).toBe(index)
    const at = Number(event.output_index)
    const type = String(event.type)
    if (type === 'response.output_item.added') {
      expect(at).toBe(open.size + done.size)
      open.add(at)
    } else if (type === 'response.output_item.done') {
      expect(open.delete(at)).toBe(true)
      done.set(at, event.item)
    } else if (event.output_index !== undefined) expect(open.has(at)).toBe(true)
    if (type.endsWith('.delta')) texts.set(at, (texts.get(at) ?? '') + event.delta)
    const whole = event.text ?? event.arguments ?? event.input ?? event.refusal
    if (type.endsWith('.done') && typeof whole === 'string') expect(texts.get(at)?.endsWith(whole)).toBe(true)
  })
  expect(events.slice(0, 2).map((event) => event.type)).toEqual(['response.created', 'response.in_progress'])
  expect(open.size).toBe(0)
  expect(responseOf(events.at(-1)).output).toEqual([...done].sort(([a], [b]) => a - b).map(([, item]) => item))
  return texts
}

describe('the order of events', () => {
  test('of a text: opened, said, repeated whole, closed, completed with usage', () => {
    const writer = encoder()
    const sse = writer.events([
      start,
      opened(0, { kind: 'text' }),
      said(0, { kind: 'text', text: 'Hi' }),
      stopped(0),
      finish('stop'),
      usage,
    ])
    const events = parsed(sse + writer.end())
    checked(events)
    expect(events.map((event) => String(event.type).replace('response.', ''))).toEqual([
      ...['created', 'in_progress', 'output_item.added', 'content_part.added', 'output_text.delta'],
      ...['output_text.done', 'content_part.done', 'output_item.done', 'completed'],
    ])
    expect(responseOf(events.at(-1))).toMatchObject({
      id: 'resp_0a',
      model: 'some-model',
      created_at: 1_750_000_000,
      instructions: 'Be kind.',
      metadata: { a: 'b' },
      usage: { input_tokens: 3, output_tokens: 4, total_tokens: 7, output_tokens_details: { reasoning_tokens: 1 } },
    })
  })

  test('parallel calls interleaved in any way, with texts and thoughts between, give well-formed items', () => {
    const kinds: readonly BlockStart[] = [
      { kind: 'text' },
      { kind: 'tool-call', id: 'c1', name: 'f' },
      { kind: 'tool-call', id: 'c2', name: 'g', custom: true },
      { kind: 'reasoning', origin: 'anthropic-messages' },
      { kind: 'text' },
    ]
    const deltaOf = (what: BlockStart | undefined, text: string): BlockDelta => {
      if (what?.kind === 'tool-call') return { kind: 'arguments', json: text }
      return what?.kind === 'reasoning' ? { kind: 'reasoning', text } : { kind: 'text', text }
    }
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(4), fc.string({ minLength: 1 })), { maxLength: 30 }), (moves) => {
        const writer = encoder()
        const seen = new Set<number>()
        const wanted = new Map<string, string>()
        let sse = writer.events([start])
        for (const [block, text] of moves) {
          const what = kinds[block]
          if (!seen.has(block) && what) sse += writer.events([opened(block, what)])
          seen.add(block)
          sse += writer.events([said(block, deltaOf(what, text))])
          const key = what?.kind === 'text' ? 'text' : String(block)
          wanted.set(key, (wanted.get(key) ?? '') + text)
        }
        sse += writer.events([...[...seen].map(stopped), finish('stop')]) + writer.end()
        const all = [...checked(parsed(sse)).values()].join('')
        expect(all.length).toBe([...wanted.values()].join('').length)
      }),
      { numRuns: 200 },
    )
  })

  test('a tool call without arguments gets {}', () => {
    const writer = encoder()
    const events = parsed(
      writer.events([start, opened(0, { kind: 'tool-call', id: 'c', name: 'f' }), stopped(0), finish('tool-calls')]) +
        writer.end(),
    )
    checked(events)
    expect(responseOf(events.at(-1)).output).toMatchObject([{ call_id: 'c', arguments: '{}', status: 'completed' }])
  })
})

describe('the end', () => {
  const begin = () => {
    const writer = encoder()
    return { writer, sse: writer.events([start, opened(0, { kind: 'text' }), said(0, { kind: 'text', text: 'Once' })]) }
  }
  test('length and content filter end incomplete, with the reason and usage', () => {
    for (const [how, reason] of [
      ['length', 'max_output_tokens'],
      ['content-filter', 'content_filter'],
    ] as const) {
      const { writer, sse } = begin()
      const events = parsed(sse + writer.events([finish(how), usage]) + writer.end())
      checked(events)
      expect(events.at(-1)).toMatchObject({
        type: 'response.incomplete',
        response: { status: 'incomplete', incomplete_details: { reason }, usage: { total_tokens: 7 } },
      })
      expect(responseOf(events.at(-1)).output).toMatchObject([{ status: 'incomplete' }])
    }
  })
  test('a guardrail ends it as a content filter, with what had been said', () => {
    const { writer, sse } = begin()
    const events = parsed(sse + writer.fail(new GatewayError('content_blocked')))
    checked(events)
    expect(events.at(-1)).toMatchObject({
      type: 'response.incomplete',
      response: { incomplete_details: { reason: 'content_filter' }, output: [{ content: [{ text: 'Once' }] }] },
    })
  })
  test('any other failure is response.failed, and nothing after it', () => {
    const { writer, sse } = begin()
    const events = parsed(sse + writer.fail(new GatewayError('upstream_timeout')))
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, index) => index))
    expect(events.at(-1)).toMatchObject({
      type: 'response.failed',
      response: { status: 'failed', error: { code: 'server_error', gatehouse: { code: 'upstream_timeout' } } },
    })
  })
  test('a failure before anything was said still opens the response first', () => {
    const events = parsed(encoder().fail(new GatewayError('upstream_error')))
    expect(events.map((event) => event.type)).toEqual(['response.created', 'response.in_progress', 'response.failed'])
  })
  test('keep-alives are comments', () => expect(encoder().ping()).toStartWith(':'))
})
