import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { AnswerGuard } from '../governance/guardrails/index.ts'
import { GatewayError } from '../lib/errors.ts'
import {
  anthropicMessages,
  anthropicMeter,
  type ChatCall,
  openaiChat,
  openaiChatMeter,
  withoutUsage,
} from '../models/dialects/index.ts'
import { byteCarrier, type Carrier, frameCarrier, type PassRules } from './carrier.ts'

const RULES: PassRules = { meter: openaiChatMeter, withoutUsage, usageMark: '"prompt_tokens"', terminator: '[DONE]' }
const ANTHROPIC: PassRules = { meter: anthropicMeter, usageMark: '' }
const TEXT = new TextEncoder()

const event = (data: unknown) => `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`
const chunk = (delta: object, finish: string | null = null, more: object = {}) =>
  event({
    id: 'c1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta, finish_reason: finish }],
    ...more,
  })
const USAGE = { prompt_tokens: 11, completion_tokens: 5, total_tokens: 16 }
const HELLO = chunk({ role: 'assistant', content: '' }) + chunk({ content: 'Hé \u{1f44b} wörld' }) + chunk({}, 'stop')
const USAGE_ALONE = event({
  id: 'c1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [],
  usage: USAGE,
})
const DONE = event('[DONE]')

/** Everything that a carrier lets through, as text. */
function carried(carrier: Carrier, chunks: readonly Uint8Array[]): { text: string; complete: boolean } {
  const pieces: (Uint8Array | string | undefined)[] = chunks.map((bytes) => carrier.push(bytes))
  const { last, complete } = carrier.end()
  const decode = (piece: Uint8Array | string | undefined) =>
    piece === undefined || typeof piece === 'string' ? (piece ?? '') : new TextDecoder().decode(piece)
  return { text: [...pieces, last].map(decode).join(''), complete }
}

function cut(text: string, cuts: readonly number[]): Uint8Array[] {
  const bytes = TEXT.encode(text)
  const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
  return [0, ...at].map((from, index) => bytes.slice(from, at[index] ?? bytes.length))
}

const pass = (includeUsage: boolean, choices = 1) => byteCarrier(RULES, { choices, includeUsage })
const whole = (text: string) => [TEXT.encode(text)]

describe('bytes that pass as they are', () => {
  test('are the same whatever the chunks, and the usage is read', () => {
    const text = HELLO + USAGE_ALONE
    fc.assert(
      fc.property(fc.array(fc.nat(2_000), { maxLength: 30 }), (cuts) => {
        const carrier = pass(true)
        expect(carried(carrier, cut(text + DONE, cuts))).toEqual({ text, complete: true })
        expect(carrier.usage()).toEqual({ inputTokens: 11, outputTokens: 5 })
      }),
      { numRuns: 300, seed: 3 },
    )
  })

  test('cut after every single byte are the same', () => {
    const bytes = TEXT.encode(HELLO + USAGE_ALONE + DONE)
    const single = Array.from(bytes, (_, at) => bytes.slice(at, at + 1))
    expect(carried(pass(true), single).text).toBe(HELLO + USAGE_ALONE)
  })

  test('leave only as whole events', () => {
    const carrier = pass(true)
    const first = chunk({ content: 'a' })
    expect(carrier.push(TEXT.encode(first.slice(0, -1)))).toBeUndefined()
    expect(Buffer.from(carrier.push(TEXT.encode('\ndata: ')) ?? '').toString()).toBe(first)
  })

  test('do not keep the memory of a chunk that is handed on whole, nor alias one that waits', () => {
    const carrier = pass(true)
    const half = TEXT.encode('data: {"choices":[]')
    carrier.push(half)
    half.fill(120)
    expect(Buffer.from(carrier.push(TEXT.encode('}\n\n')) ?? '').toString()).toBe('data: {"choices":[]}\n\n')
  })

  for (const [name, ending] of [
    ['CRLF', '\r\n'],
    ['a lone CR', '\r'],
  ] as const) {
    test(`whose lines end in ${name} pass event by event, without the end that the gate writes itself`, () => {
      const text = (HELLO + USAGE_ALONE).replaceAll('\n', ending)
      const done = DONE.replaceAll('\n', ending)
      fc.assert(
        fc.property(fc.array(fc.nat(2_000), { maxLength: 12 }), (cuts) => {
          expect(carried(pass(true), cut(text + done, cuts))).toEqual({ text, complete: true })
        }),
        { numRuns: 100, seed: 4 },
      )
      const carrier = pass(true)
      const one = chunk({ content: 'x' }).replaceAll('\n', ending)
      expect(carrier.push(TEXT.encode(one))).toHaveLength(one.length)
    })
  }

  test('without a blank line at the very end are complete all the same', () => {
    expect(carried(pass(true), whole(HELLO + DONE.trimEnd()))).toEqual({ text: HELLO, complete: true })
  })
})

describe('usage that the client did not ask for', () => {
  test('is taken out as a whole when it comes alone, whatever the chunks', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2_000), { maxLength: 30 }), (cuts) => {
        const carrier = pass(false)
        expect(carried(carrier, cut(HELLO + USAGE_ALONE + DONE, cuts)).text).toBe(HELLO)
        expect(carrier.usage()?.inputTokens).toBe(11)
      }),
      { numRuns: 200, seed: 5 },
    )
  })

  test('is taken out of an event that bears choices too, which stay', () => {
    const both = chunk({}, 'stop', { usage: USAGE })
    const { text } = carried(pass(false), whole(chunk({ content: 'a' }) + both + DONE))
    expect(text).toBe(chunk({ content: 'a' }) + chunk({}, 'stop'))
  })

  test('stays where the client asked for it', () => {
    expect(carried(pass(true), whole(HELLO + USAGE_ALONE + DONE)).text).toContain('"prompt_tokens":11')
  })

  test('is not mistaken for a text that speaks of it', () => {
    const text = chunk({ content: 'the field "prompt_tokens" and [DONE]' }) + chunk({}, 'stop')
    expect(carried(pass(false), whole(text + DONE)).text).toBe(text)
  })
})

describe('the end of a stream', () => {
  test('is left to the gate, whether it came once, twice or not at all', () => {
    expect(carried(pass(true), whole(HELLO)).text).toBe(HELLO)
    expect(carried(pass(true), whole(HELLO + DONE)).text).toBe(HELLO)
    expect(carried(pass(true), whole(HELLO + DONE + DONE)).text).toBe(HELLO)
    expect(carried(pass(true), whole(`${HELLO}data:[DONE]\n\n`)).text).toBe(HELLO)
  })

  test('is clean when every answer asked for has finished, though the terminator is missing', () => {
    expect(carried(pass(true), whole(HELLO)).complete).toBe(true)
    expect(carried(pass(true, 2), whole(HELLO)).complete).toBe(false)
  })

  test('is not clean when the stream was cut', () => {
    expect(carried(pass(true), whole(chunk({ content: 'half' }))).complete).toBe(false)
  })
})

describe('a last event without its blank line', () => {
  test('gets one, so that what the gate writes after it does not run into it', () => {
    expect(carried(pass(true), whole(HELLO.trimEnd()))).toEqual({ text: HELLO, complete: true })
    expect(carried(pass(true), whole(HELLO.slice(0, -1)))).toEqual({ text: HELLO, complete: true })
  })

  test('is dropped when the stream was cut in the middle of it', () => {
    const text = chunk({ content: 'a' })
    expect(carried(pass(true), whole(`${text}data: {"choices":[{"ind`))).toEqual({ text, complete: false })
  })
})

describe('what is wrong inside a stream', () => {
  test('an error event is thrown as soon as it is whole, and never reaches the client in the words of the upstream', () => {
    const failure = event({ error: { message: 'key sk-abc refused', type: 'server_error', code: null } })
    for (let at = 1; at < failure.length; at++) {
      const carrier = pass(true)
      const first = Buffer.from(carrier.push(TEXT.encode(HELLO)) ?? '').toString()
      let told = first
      expect(() => {
        told += Buffer.from(carrier.push(TEXT.encode(failure.slice(0, at))) ?? '').toString()
        told += Buffer.from(carrier.push(TEXT.encode(failure.slice(at))) ?? '').toString()
      }).toThrow(GatewayError)
      expect(told).toBe(HELLO)
    }
  })

  test("Anthropic's error event is thrown too", () => {
    const carrier = byteCarrier(ANTHROPIC, { choices: 1, includeUsage: true })
    const text = 'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n'
    expect(() => carrier.push(TEXT.encode(text))).toThrow('upstream_overloaded')
  })

  test('an event that never ends is given up beyond the bound', () => {
    const carrier = pass(true)
    const megabyte = new Uint8Array(1_048_576).fill(97)
    const endless = () => {
      for (let count = 0; count < 40; count++) carrier.push(megabyte)
    }
    expect(endless).toThrow('upstream_invalid')
  })

  test('an event of several megabytes (an image) passes whole', () => {
    const carrier = byteCarrier({ ...RULES, terminator: undefined }, { choices: 1, includeUsage: true })
    const big = event({ choices: [], image: 'a'.repeat(4_000_000) })
    expect(carried(carrier, cut(big, [9, 70_000, 2_000_000])).text).toBe(big)
  })
})

const CALL: ChatCall = {
  kind: 'chat',
  dialect: 'openai-chat',
  model: 'm',
  messages: [],
  tools: [],
  sampling: {},
  stream: true,
  includeUsage: false,
}

/** Upper case for everything, nothing held back. */
const shouting: AnswerGuard = {
  forBlock: () => ({ push: (text) => text.toUpperCase(), held: () => 0, end: () => '' }),
  verdicts: () => [],
}
/** Holds everything back to the end. */
const patient: AnswerGuard = {
  forBlock: () => {
    let text = ''
    return {
      push: (more) => {
        text += more
        return ''
      },
      held: () => text.length,
      end: () => {
        const all = text
        text = ''
        return all
      },
    }
  },
  verdicts: () => [],
}

function frames(guard?: AnswerGuard, passThrough = true): Carrier {
  const encoder = anthropicMessages.encodeStream({ call: CALL, id: 'msg_1', createdAt: 0 })
  return frameCarrier({ upstream: openaiChat, encoder, guard, passThrough, withoutUsage })
}

describe('frames', () => {
  test('of the same dialect go on byte by byte as they came, less the usage that was not asked for', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2_000), { maxLength: 30 }), (cuts) => {
        const carrier = frames()
        expect(carried(carrier, cut(HELLO + USAGE_ALONE + DONE, cuts))).toEqual({ text: HELLO, complete: true })
        expect(carrier.usage()).toEqual({ inputTokens: 11, outputTokens: 5 })
      }),
      { numRuns: 150, seed: 6 },
    )
  })

  test('are translated to the same events whatever the chunks', () => {
    const once = carried(frames(undefined, false), whole(HELLO + USAGE_ALONE + DONE)).text
    expect(once).toContain('event: message_start')
    expect(once).toContain('text_delta')
    fc.assert(
      fc.property(fc.array(fc.nat(2_000), { maxLength: 30 }), (cuts) => {
        expect(carried(frames(undefined, false), cut(HELLO + USAGE_ALONE + DONE, cuts)).text).toBe(once)
      }),
      { numRuns: 100, seed: 7 },
    )
  })

  test('that a guard changes are written anew, in the upstream dialect or in another', () => {
    expect(carried(frames(shouting), whole(HELLO + DONE)).text).toContain('"HÉ \u{1f44b} WÖRLD"')
    expect(carried(frames(shouting, false), whole(HELLO + DONE)).text).toContain('WÖRLD')
  })

  test('that a guard still holds are let go at a clean end', () => {
    expect(carried(frames(patient), whole(HELLO + DONE)).text).toBe(HELLO)
  })

  test('that a guard still holds of a cut answer are never let go', () => {
    const { text, complete } = carried(frames(patient), whole(chunk({ content: 'not seen to its end' })))
    expect(complete).toBe(false)
    expect(text).not.toContain('not seen')
  })

  test('count the characters that came, for answers whose provider does not count', () => {
    const carrier = frames()
    carried(carrier, whole(chunk({ content: 'twelve chars' }) + chunk({}, 'stop')))
    expect(carrier.characters()).toBe(12)
    expect(carrier.usage()).toBeUndefined()
  })
})
