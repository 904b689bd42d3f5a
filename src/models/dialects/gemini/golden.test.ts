import { describe, expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import type { AnswerEvent } from '../canonical.ts'
import type { EncodeContext, JsonObject } from '../dialect.ts'
import { gemini } from './index.ts'

const FOLDER = join(import.meta.dir, '../../../../test/golden/gemini')
const names = (start: string, end: string) =>
  readdirSync(FOLDER).filter((name) => name.startsWith(start) && name.endsWith(end))
const text = (name: string) => readFileSync(join(FOLDER, name), 'utf8')
const json = (name: string): JsonObject => JSON.parse(text(name))
const expected = (name: string) => json(name.replace(/\.wire\.(?:json|sse)$/, '.canonical.json'))
const plain = (value: unknown) => JSON.parse(JSON.stringify(value))
const lenient: EncodeContext = { target: { model: 'gemini-2.5-flash' }, strict: false, warn: () => {} }

/** Everything a stream means, read in the given pieces. */
function readStream(bytes: Uint8Array, cuts: readonly number[]) {
  const decoder = gemini.decodeStream()
  const frames = [...cuts, bytes.length].flatMap((cut, at, all) =>
    decoder.push(bytes.subarray(at === 0 ? 0 : all[at - 1], cut)),
  )
  const last = decoder.end()
  const all = [...frames, ...last.frames]
  return {
    events: all.flatMap((frame): readonly AnswerEvent[] => frame.events),
    raw: all.map((frame) => frame.raw ?? '').join(''),
    complete: last.complete,
  }
}

describe('golden requests', () => {
  for (const name of names('request-', '.wire.json')) {
    test(`${name} is read as its canonical form`, () => {
      expect(plain(gemini.decodeCall(json(name)))).toEqual(expected(name))
    })
    test(`${name} is written again as it came, but for model and stream, which go into the URL`, () => {
      const { model: _model, stream: _stream, ...body } = json(name)
      expect(plain(gemini.encodeCall(gemini.decodeCall(json(name)), lenient).body)).toEqual(body)
    })
    test(`${name} means the same in snake_case, as REST users send it`, () => {
      const call = gemini.decodeCall(snake(json(name)) as JsonObject)
      expect(unplaced(call)).toEqual(unplaced(gemini.decodeCall(json(name))))
    })
  }
})

describe('golden answers', () => {
  for (const name of names('answer-', '.wire.json')) {
    test(`${name} is read as its canonical form`, () => {
      expect(plain(gemini.decodeAnswer(json(name)))).toEqual(expected(name))
    })
    test(`${name} decodes to the same again after it was written`, () => {
      const answer = gemini.decodeAnswer(json(name))
      const call = gemini.decodeCall(json('request-conversation.wire.json'))
      const again = gemini.decodeAnswer(gemini.encodeAnswer(answer, { call, id: 'x', createdAt: 0 }))
      expect(again).toEqual(answer)
    })
  }
})

describe('golden streams', () => {
  for (const name of names('stream-', '.wire.sse')) {
    const bytes = new TextEncoder().encode(text(name))
    test(`${name} is read as its canonical events`, () => {
      const { events, complete } = readStream(bytes, [])
      expect(plain({ complete, events })).toEqual(expected(name))
    })
    test(`${name} means the same however its bytes are cut, and every byte is handed on`, () => {
      const whole = readStream(bytes, [])
      expect(whole.raw).toBe(text(name))
      const cut = fc.integer({ min: 0, max: bytes.length })
      fc.assert(
        fc.property(fc.array(cut, { maxLength: 30 }), (cuts) => {
          expect(
            readStream(
              bytes,
              [...cuts].sort((a, b) => a - b),
            ),
          ).toEqual(whole)
        }),
        { numRuns: 40 },
      )
    })
    test(`${name} cut after every single byte means the same`, () => {
      expect(readStream(bytes, [...bytes.keys()])).toEqual(readStream(bytes, []))
    })
  }
})

function snake(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((entry) => snake(entry))
  // What the caller's own objects hold is theirs: arguments, responses, unknown members.
  if (typeof value !== 'object' || value === null || OPAQUE.has(key)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const isOwn = UNKNOWN.has(name)
      return [
        isOwn ? name : name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
        isOwn ? inner : snake(inner, name),
      ]
    }),
  )
}
const OPAQUE = new Set(['args', 'response', 'parametersJsonSchema', 'properties'])
const UNKNOWN = new Set([
  'responseModalities',
  'mediaResolution',
  'safetySettings',
  'cachedContent',
  'retrievalConfig',
  'googleSearch',
  'executableCode',
  'codeExecutionResult',
])

/** A copy without the places, which differ by spelling. */
function unplaced(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, inner) => (key === 'at' ? undefined : inner)))
}
