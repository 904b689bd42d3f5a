import { describe, expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { GatewayError } from '../../../lib/errors.ts'
import type { AnswerEvent, ChatAnswer } from '../canonical.ts'
import type { Frame, JsonObject } from '../dialect.ts'
import { openaiResponses as dialect, openaiResponsesMeter } from './index.ts'

const folder = join(import.meta.dir, '../../../../test/golden/openai-responses')
const read = (name: string) => readFileSync(join(folder, name), 'utf8')
const named = (start: string, end: string) =>
  readdirSync(folder).filter((name) => name.startsWith(start) && name.endsWith(end))

interface Pair {
  readonly note: string
  readonly request: JsonObject
  readonly wire: JsonObject
  readonly canonical: ChatAnswer
}
const pairs = named('answer-', '.json').map((name): Pair => JSON.parse(read(name)))
const streams = named('stream-', '.sse').map((name) => ({
  name,
  text: read(name),
  events: JSON.parse(read(name.replace('.sse', '.events.json'))) as readonly AnswerEvent[],
}))

/** What a decoder gives, however the bytes were cut. */
function decoded(text: string, cuts: readonly number[] = []): { frames: readonly Frame[]; complete: boolean } {
  const bytes = new TextEncoder().encode(text)
  const decoder = dialect.decodeStream()
  const edges = [0, ...cuts.map((cut) => cut % bytes.length).sort((a, b) => a - b), bytes.length]
  const frames = edges.slice(1).flatMap((to, index) => decoder.push(bytes.slice(edges[index] ?? 0, to)))
  const { frames: last, complete } = decoder.end()
  return { frames: [...frames, ...last], complete }
}

describe('golden answers, both ways', () => {
  test('there are some', () => expect(pairs.length + streams.length).toBeGreaterThanOrEqual(6))
  for (const { note, request, wire, canonical } of pairs) {
    test(note, () => {
      expect(dialect.decodeAnswer(wire)).toEqual(canonical)
      const context = { call: dialect.decodeCall(request), id: 'resp_gate', createdAt: 0 }
      expect(dialect.encodeAnswer(canonical, context)).toEqual(wire)
    })
  }
})

describe('golden streams', () => {
  for (const { name, text, events } of streams) {
    test(`${name}: its events, and its bytes unchanged`, () => {
      const { frames, complete } = decoded(text)
      expect(frames.flatMap((frame) => frame.events)).toEqual([...events])
      expect(frames.map((frame) => frame.raw).join('')).toBe(text)
      expect(complete).toBe(true)
    })
    test(`${name}: the same for every cutting of its bytes, with CRLF too`, () => {
      const crlf = text.replaceAll('\n', '\r\n')
      fc.assert(
        fc.property(fc.array(fc.nat(), { maxLength: 12 }), (cuts) => {
          for (const variant of [text, crlf])
            expect(decoded(variant, cuts).frames.flatMap((frame) => frame.events)).toEqual([...events])
        }),
        { numRuns: 60 },
      )
    })
    test(`${name}: cut short it is not complete`, () => {
      const short = text.slice(0, text.lastIndexOf('event: '))
      expect(decoded(short).complete).toBe(false)
    })
    test(`${name}: written by the gate and read again it means the same`, () => {
      const call = dialect.decodeCall({ model: 'assistant', input: 'x' })
      const encoder = dialect.encodeStream({ call, id: 'resp_gate', createdAt: 0 })
      const written = encoder.events(events) + encoder.end()
      const withoutBreaks = (all: readonly AnswerEvent[]) => all.filter((event) => event.kind !== 'ping')
      expect(withoutBreaks(decoded(written).frames.flatMap((frame) => frame.events))).toEqual(withoutBreaks(events))
    })
    test(`${name}: the meter reads what the decoder reads, however it is cut`, () => {
      const usage = events.find((event) => event.kind === 'usage')?.usage
      fc.assert(
        fc.property(fc.array(fc.nat(), { maxLength: 6 }), (cuts) => {
          const bytes = new TextEncoder().encode(text)
          const meter = openaiResponsesMeter()
          const edges = [0, ...cuts.map((cut) => cut % bytes.length).sort((a, b) => a - b), bytes.length]
          for (const [index, to] of edges.slice(1).entries()) meter.push(bytes.slice(edges[index] ?? 0, to))
          expect(meter.end()).toMatchObject({ complete: true, ...(usage && { usage }) })
        }),
        { numRuns: 30 },
      )
    })
  }
})

describe('failures inside a 200', () => {
  const event = (type: string, members: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`
  const codeOf = (text: string) => {
    try {
      decoded(text)
      return 'none'
    } catch (error) {
      return error instanceof GatewayError ? error.code : error
    }
  }
  const failed = (code: string) =>
    event('response.failed', { response: { id: 'r', status: 'failed', error: { code, message: 'No.' } } })
  const answer = (more: object) => () => dialect.decodeAnswer({ id: 'r', output: [], ...more })

  test('response.failed and error events are the errors they name, for decoder and meter', () => {
    for (const [text, code] of [
      [failed('rate_limit_exceeded'), 'upstream_rate_limited'],
      [failed('server_error'), 'upstream_error'],
      [event('error', { code: 'rate_limit_exceeded', message: 'Slow down.', param: null }), 'upstream_rate_limited'],
    ] as const) {
      expect(codeOf(text)).toBe(code)
      const meter = openaiResponsesMeter()
      meter.push(new TextEncoder().encode(text))
      expect(meter.end()).toMatchObject({ complete: false, error: { code } })
    }
  })
  test('a whole response that failed, or is not finished, is an error', () => {
    expect(answer({ status: 'failed', error: { code: 'server_error', message: 'No.' } })).toThrow('upstream_error')
    expect(answer({ status: 'in_progress' })).toThrow('upstream_invalid')
    expect(answer({ status: 'completed', output: undefined })).toThrow('upstream_invalid')
  })
  test('truncated JSON and HTML are not an answer', () => {
    expect(codeOf('data: {"type":"resp\n\n')).toBe('upstream_invalid')
    expect(codeOf('data: <html>\n\n')).toBe('upstream_invalid')
  })
})

test('a masked delta is rewritten, without the log probabilities that would repeat it', () => {
  const raw =
    'event: x\ndata: {"type":"response.output_text.delta","delta":"abc","logprobs":[{"token":"abc"}],"n":1.0}\n\n'
  expect(dialect.rewriteFrame(raw, ['***'])).toBe(
    'event: x\ndata: {"type":"response.output_text.delta","delta":"***","logprobs":[],"n":1.0}\n\n',
  )
  expect(dialect.rewriteFrame(raw, ['abc'])).toBe(raw)
})
