import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { AnswerGuard, TextGuard } from '../governance/guardrails/index.ts'
import { GatewayError } from '../lib/errors.ts'
import type { AnswerEvent, Frame, UpstreamDialect } from '../models/dialects/index.ts'
import { openaiChat } from '../models/dialects/index.ts'
import { FrameGuard } from './frame-guard.ts'

const SECRETS: Readonly<Record<string, string>> = { 'acme-x': '[gone]', abcdefgh: '*', hush: '####' }
const LONGEST = 8

/** What a whole text must become. */
function masked(text: string): string {
  return text.replace(/acme-x|abcdefgh|hush/g, (found) => SECRETS[found] ?? '')
}

/** Holds back the last `keep` characters (never less than a secret could need), masks what it lets go. */
function maskingGuard(keep = LONGEST - 1, limit = ''): TextGuard {
  let text = ''
  const release = (upTo: number) => {
    const out = masked(text.slice(0, upTo))
    text = text.slice(upTo)
    return out
  }
  /** A cut must not go through a secret. */
  const cutAt = (at: number) => {
    for (const found of text.matchAll(/acme-x|abcdefgh|hush/g)) {
      if (found.index < at && found.index + found[0].length > at) return found.index
    }
    return Math.max(0, at)
  }
  return {
    push: (more) => {
      text += more
      if (limit !== '' && text.includes(limit)) throw new GatewayError('content_blocked')
      return release(cutAt(text.length - keep))
    },
    held: () => text.length,
    end: () => release(text.length),
  }
}

function guardOf(make: () => TextGuard): AnswerGuard {
  return { forBlock: make, verdicts: () => [] }
}

const rewriting: UpstreamDialect = { ...openaiChat, rewriteFrame: (_raw, texts) => `rewritten:${texts.join('|')}` }

function delta(text: string, block = 0, choice = 0): AnswerEvent {
  return { kind: 'block-delta', choice, block, delta: { kind: 'text', text } }
}

function frame(...events: AnswerEvent[]): Frame {
  return { raw: `raw:${JSON.stringify(events)}`, events }
}

/** The text of a block as the client would read it. */
function textOf(frames: readonly Frame[], block = 0, choice = 0): string {
  let text = ''
  for (const { events } of frames) {
    for (const event of events) {
      if (event.kind !== 'block-delta' || event.block !== block || event.choice !== choice) continue
      if (event.delta.kind === 'text') text += event.delta.text
      if (event.delta.kind === 'arguments') text += event.delta.json
    }
  }
  return text
}

const STOP: AnswerEvent = { kind: 'block-stop', choice: 0, block: 0 }
const finish = (choice = 0): AnswerEvent => ({ kind: 'finish', choice, finish: 'stop' })

describe('frames under a guard', () => {
  test('go on exactly as they came, the same objects, when nothing in them is changed', () => {
    const guard = new FrameGuard(
      guardOf(() => maskingGuard()),
      rewriting,
    )
    const frames = ['What ', 'a ', 'fine day', '!'].map((text) => frame(delta(text)))
    const out = [...frames.flatMap((one) => guard.push(one)), ...guard.push(frame(STOP)), ...guard.end()]
    for (const [index, one] of frames.entries()) expect(out[index]).toBe(one)
    expect(out).toHaveLength(5)
  })

  test('keep their order, also those that bear no text and come while others are held', () => {
    const guard = new FrameGuard(
      guardOf(() => maskingGuard()),
      rewriting,
    )
    const held = frame(delta('ab'))
    const ping = frame({ kind: 'ping' })
    const usage = frame({ kind: 'usage', usage: { inputTokens: 1, outputTokens: 2 } })
    expect(guard.push(held)).toEqual([])
    expect(guard.push(ping)).toEqual([])
    expect(guard.push(usage)).toEqual([])
    const end = frame(STOP)
    expect(guard.push(end)).toEqual([held, ping, usage, end])
  })

  test('wait no longer than their own text needs', () => {
    const guard = new FrameGuard(
      guardOf(() => maskingGuard(3)),
      rewriting,
    )
    const first = frame(delta('abc'))
    expect(guard.push(first)).toEqual([])
    expect(guard.push(frame(delta('def')))).toEqual([first])
  })

  test('are let go at the finish of their choice, for a dialect without block ends', () => {
    const guard = new FrameGuard(
      guardOf(() => maskingGuard()),
      rewriting,
    )
    guard.push(frame(delta('hush')))
    const out = guard.push(frame(finish()))
    expect(textOf(out)).toBe('####')
    expect(out).toHaveLength(2)
  })

  test('of another choice stay held when one choice finishes, so that no value escapes over that border', () => {
    const guard = new FrameGuard(
      guardOf(() => maskingGuard()),
      rewriting,
    )
    guard.push(frame(delta('acm', 0, 1)))
    const early = guard.push(frame(finish(0)))
    const late = [...guard.push(frame(delta('e-x', 0, 1))), ...guard.push(frame(finish(1))), ...guard.end()]
    expect(textOf([...early, ...late], 0, 1)).toBe('[gone]')
  })

  test('nothing that is held is let go once the guard has blocked', () => {
    const guard = new FrameGuard(
      guardOf(() => maskingGuard(LONGEST, 'forbidden')),
      rewriting,
    )
    expect(guard.push(frame(delta('for')))).toEqual([])
    expect(() => guard.push(frame(delta('bidden')))).toThrow(GatewayError)
  })

  test('a block in one block stops the frames of all', () => {
    const guard = new FrameGuard(
      guardOf(() => maskingGuard(LONGEST, 'forbidden')),
      rewriting,
    )
    expect(guard.push(frame(delta('fine', 0)))).toEqual([])
    expect(() => guard.push(frame(delta('forbidden', 1)))).toThrow('content_blocked')
  })

  test('several blocks side by side are each inspected as one text, and dealt back to their own deltas', () => {
    const guard = new FrameGuard(
      guardOf(() => maskingGuard()),
      rewriting,
    )
    const out = [
      ...guard.push(frame(delta('my acm', 0), delta('abcd', 1))),
      ...guard.push(frame(delta('efgh or', 1), delta('e-x!', 0))),
      ...guard.push(frame(finish())),
    ]
    expect(textOf(out, 0)).toBe('my [gone]!')
    expect(textOf(out, 1)).toBe('* or')
  })

  test('the raw text of a changed frame is written anew with one text for each governed delta, and only that one', () => {
    const guard = new FrameGuard(
      guardOf(() => maskingGuard()),
      rewriting,
    )
    const plain = frame(delta('to begin with '))
    const out = [
      ...guard.push(plain),
      ...guard.push(frame(delta('hush'), delta(' now'))),
      ...guard.push(frame(finish())),
    ]
    expect(out[0]).toBe(plain)
    expect(out[1]?.raw).toBe('rewritten:####| now')
  })

  test('tool arguments and thoughts are inspected like text, each in a channel of its own', () => {
    const channels: string[] = []
    const guard = new FrameGuard(
      {
        forBlock: (channel) => {
          channels.push(channel)
          return maskingGuard()
        },
        verdicts: () => [],
      },
      rewriting,
    )
    const json: AnswerEvent = {
      kind: 'block-delta',
      choice: 0,
      block: 1,
      delta: { kind: 'arguments', json: '{"a":"hush"}' },
    }
    const thought: AnswerEvent = {
      kind: 'block-delta',
      choice: 0,
      block: 0,
      delta: { kind: 'reasoning', text: 'acme-x' },
    }
    const out = [...guard.push(frame(thought)), ...guard.push(frame(json)), ...guard.push(frame(finish()))]
    expect(channels).toEqual(['assistant', 'tool-arguments'])
    expect(textOf(out, 1)).toBe('{"a":"####"}')
    expect(out[0]?.events[0]).toEqual({ ...thought, delta: { kind: 'reasoning', text: '[gone]' } })
  })
})

const word = fc.constantFrom('acme-x', 'abcdefgh', 'hush', 'acme', 'abc', ' ', 'x', 'plain text', '')

describe('whatever the chunks', () => {
  test('the text that goes on is the whole text, masked; and nothing lags behind the end', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(1), word), { maxLength: 24 }),
        fc.integer({ min: LONGEST - 1, max: 20 }),
        fc.array(fc.nat(5), { maxLength: 60 }),
        (parts, keep, cuts) => {
          const guard = new FrameGuard(
            guardOf(() => maskingGuard(keep)),
            rewriting,
          )
          const out: Frame[] = []
          const whole = ['', '']
          let turn = 0
          for (const [block, text] of parts) {
            whole[block] += text
            for (let at = 0; at < text.length || (text === '' && at === 0); ) {
              const size = 1 + (cuts[turn++ % Math.max(1, cuts.length)] ?? 3)
              out.push(...guard.push(frame(delta(text.slice(at, at + size), block))))
              at += size
            }
          }
          out.push(...guard.push(frame(finish())), ...guard.end())
          expect(textOf(out, 0)).toBe(masked(whole[0] ?? ''))
          expect(textOf(out, 1)).toBe(masked(whole[1] ?? ''))
          for (const one of out) {
            const bears = one.raw?.startsWith('raw:') === true
            if (bears) expect(one.raw).toBe(`raw:${JSON.stringify(one.events)}`)
          }
        },
      ),
      { numRuns: 400, seed: 7 },
    )
  })
})
