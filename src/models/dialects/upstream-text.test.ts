import { describe, expect, test } from 'bun:test'
import { toGatewayError } from '../../lib/errors.ts'
import type { ChatDialect } from './dialect.ts'
import { decodeErrorBody, decodeRefusal } from './errors.ts'
import { anthropicMessages, cohereChat, gemini, openaiChat, openaiResponses } from './index.ts'

const SECRET = 'zanzibar'
const CHAT: readonly ChatDialect[] = [openaiChat, openaiResponses, anthropicMessages, cohereChat, gemini]

/** All that a log could write of an error, its causes included. */
function written(cause: unknown): string {
  const error = toGatewayError(cause)
  const inner = error.cause === undefined ? '' : String(error.cause)
  return `${error.message} ${error.internalDetail} ${inner}`
}

const refused = (status: number, text: string) => decodeRefusal({ status, headers: new Headers(), text })

describe('what is logged of an upstream', () => {
  test('is the status, the vendor’s names and the length of a refusal, never its text', () => {
    const text = JSON.stringify({
      error: { message: `no ${SECRET}`, code: 'invalid_value', type: 'invalid_request_error' },
    })
    expect(refused(400, text).internalDetail).toBe(
      `HTTP 400 (code invalid_value, type invalid_request_error): ${text.length} characters`,
    )
    expect(refused(500, SECRET).internalDetail).toBe('HTTP 500: 8 characters')
  })
  test('is the fact of a page, not the page', () => {
    expect(refused(502, `<!DOCTYPE html><title>${SECRET}</title>`).internalDetail).toBe(
      'HTTP 502: an HTML page of 38 characters',
    )
  })
  test('is no code that could be a credential or a sentence', () => {
    const text = JSON.stringify({ error: { message: 'x', code: `sk-${SECRET}123`, type: `the ${SECRET} is wrong` } })
    expect(refused(400, text).internalDetail).toBe(`HTTP 400: ${text.length} characters`)
  })
  test('is not the text of an error inside an answer', () => {
    expect(written(decodeErrorBody({ error: { message: SECRET, code: 'server_error' } }))).not.toContain(SECRET)
    for (const dialect of CHAT) {
      expect(written(dialect.decodeError({ status: 429, headers: new Headers(), text: SECRET }))).not.toContain(SECRET)
    }
  })
  test('is not the text of a broken stream event, whichever the dialect', () => {
    for (const dialect of CHAT) {
      for (const line of [`${SECRET}`, `"${SECRET}"`, `{"usage": ${SECRET}}`]) {
        const failure = failureOf(() => {
          const decoder = dialect.decodeStream()
          decoder.push(new TextEncoder().encode(`data: ${line}\n\n`))
          decoder.end()
        })
        expect(toGatewayError(failure).code).toBe('upstream_invalid')
        expect(written(failure)).not.toContain(SECRET)
      }
    }
  })
})

function failureOf(run: () => unknown): unknown {
  try {
    run()
    return undefined
  } catch (cause) {
    return cause
  }
}
