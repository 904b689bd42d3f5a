import { expect, test } from 'bun:test'
import { ERROR_CODES, type ErrorCode, GatewayError } from '../../lib/errors.ts'
import { openaiError } from './openai-error.ts'

test("every code has OpenAI's four fields, its own status, and our code beside them", () => {
  for (const code of Object.keys(ERROR_CODES) as ErrorCode[]) {
    const { status, body } = openaiError(new GatewayError(code, { param: 'messages.0' }), 'req_1')
    expect(status).toBe(ERROR_CODES[code].status)
    expect(body).toEqual({
      error: {
        message: ERROR_CODES[code].message,
        type: expect.any(String),
        param: 'messages.0',
        code: expect.any(String),
        gatehouse: { code, request_id: 'req_1' },
      },
    })
  }
})

test("OpenAI's own words are used where it has them", () => {
  const seen = (code: ErrorCode) => {
    const error = openaiError(new GatewayError(code), 'r').body.error as { type: string; code: string }
    return [error.type, error.code]
  }
  expect(seen('unauthenticated')).toEqual(['authentication_error', 'invalid_api_key'])
  expect(seen('rate_limited')).toEqual(['rate_limit_error', 'rate_limit_exceeded'])
  expect(seen('budget_exceeded')).toEqual(['insufficient_quota', 'insufficient_quota'])
  expect(seen('model_not_found')).toEqual(['invalid_request_error', 'model_not_found'])
  expect(seen('context_length_exceeded')).toEqual(['invalid_request_error', 'context_length_exceeded'])
  expect(seen('access_denied')).toEqual(['permission_error', 'access_denied'])
  expect(seen('upstream_error')).toEqual(['server_error', 'upstream_error'])
})

test('facts and the wait stand in the body, the internal detail does not', () => {
  const error = new GatewayError('rate_limited', {
    facts: { limit: 'claims-rpm', scope: 'team:claims' },
    retryAfterMs: 1500,
    internalDetail: 'secret',
  })
  const { body } = openaiError(error, 'r')
  expect(JSON.stringify(body)).toContain('"limit":"claims-rpm"')
  expect(JSON.stringify(body)).toContain('"retry_after_ms":1500')
  expect(JSON.stringify(body)).not.toContain('secret')
})
