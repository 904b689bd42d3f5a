import { describe, expect, test } from 'bun:test'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SURFACES } from '../../src/gate/index.ts'
import { ERROR_CODES, type ErrorCode, GatewayError } from '../../src/lib/errors.ts'
import {
  anthropicMessages,
  type ChatDialect,
  gemini,
  openaiChat,
  openaiCompletions,
  openaiResponses,
} from '../../src/models/dialects/index.ts'
import { problem } from '../../src/server/listener.ts'

/** Run with `UPDATE_GOLDEN=1` to write the files anew; read the difference before you keep it. */
const UPDATES = process.env.UPDATE_GOLDEN === '1'
const FOLDER = join(import.meta.dir, 'errors')
const CODES = Object.keys(ERROR_CODES) as ErrorCode[]
const REQUEST = 'req_0190a1b2c3d4e5f60718293a4b5c6d7e'

/** An error with all that one can say. */
const told = (code: ErrorCode) =>
  new GatewayError(code, {
    message: `Said better: ${code}.`,
    internalDetail: 'never told',
    retryAfterMs: 1_500,
    param: 'messages.2.content',
    facts: { limit: 'claims-rpm', scope: 'team:claims', count: 60, soft: false },
  })

function expectGolden(name: string, value: unknown): void {
  const file = join(FOLDER, `${name}.json`)
  if (UPDATES) {
    mkdirSync(FOLDER, { recursive: true })
    writeFileSync(file, `${JSON.stringify(value, undefined, 2)}\n`)
  }
  expect(existsSync(file)).toBe(true)
  expect(JSON.parse(JSON.stringify(value))).toEqual(JSON.parse(readFileSync(file, 'utf8')))
  expect(JSON.stringify(value)).not.toContain('never told')
}

const byCode = (write: (code: ErrorCode) => unknown) => Object.fromEntries(CODES.map((code) => [code, write(code)]))

describe('every error code in every shape, as it was when somebody last looked', () => {
  const shapes = { openai: openaiChat, anthropic: anthropicMessages, gemini } as const
  for (const [name, { encodeError }] of Object.entries(shapes)) {
    test(name, () => {
      expectGolden(
        name,
        byCode((code) => encodeError(new GatewayError(code), REQUEST)),
      )
      expectGolden(
        `${name}.told`,
        byCode((code) => encodeError(told(code), REQUEST)),
      )
    })
  }
  test('an address of no surface', () => {
    expectGolden(
      'problem',
      byCode((code) => problem(new GatewayError(code), REQUEST)),
    )
  })
  const calls: Readonly<Record<string, readonly [ChatDialect, Readonly<Record<string, unknown>>]>> = {
    'openai-chat': [openaiChat, { messages: [{ role: 'user', content: 'Hello' }] }],
    'openai-completions': [openaiCompletions, { prompt: 'Hello' }],
    'openai-responses': [openaiResponses, { input: 'Hello' }],
    anthropic: [anthropicMessages, { max_tokens: 10, messages: [{ role: 'user', content: 'Hello' }] }],
    gemini: [gemini, { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] }],
  }
  for (const [name, [dialect, body]] of Object.entries(calls)) {
    test(`${name}, as the last event of a stream`, () => {
      const call = dialect.decodeCall({ model: 'm', stream: true, ...body })
      const fail = (code: ErrorCode) => {
        const encoder = dialect.encodeStream({ call, id: 'id-1', createdAt: 1_750_000_000_000 })
        return encoder.fail(new GatewayError(code))
      }
      expectGolden(`${name}.stream`, byCode(fail))
    })
  }
})

test('no code is missing and none is there that the table does not know', () => {
  for (const name of ['openai', 'anthropic', 'gemini', 'problem']) {
    const known: object = JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8'))
    expect(Object.keys(known)).toEqual(CODES)
  }
})

test('every surface answers in one of these shapes', () => {
  const shapes = [openaiChat, anthropicMessages, gemini].map(({ encodeError }) => encodeError)
  for (const { encodeError } of SURFACES) {
    const error = told('rate_limited')
    const body = JSON.stringify(encodeError(error, REQUEST))
    expect(shapes.map((shape) => JSON.stringify(shape(error, REQUEST)))).toContain(body)
  }
})
