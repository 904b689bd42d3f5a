import { describe, expect, test } from 'bun:test'
import { decodeErrorBody, decodeRefusal } from './errors.ts'

const refuse = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  decodeRefusal({ status, headers: new Headers(headers), text: typeof body === 'string' ? body : JSON.stringify(body) })

const openai = (message: string, code: string | null = null, type = 'invalid_request_error') => ({
  error: { message, type, param: null, code },
})

describe('an upstream refusal becomes the error that says whose fault it is', () => {
  const cases: readonly (readonly [string, number, unknown, string, number])[] = [
    ['401 is our key', 401, openai('Incorrect API key provided: sk-abc', 'invalid_api_key'), 'upstream_auth', 502],
    ['403 is our key', 403, openai('no access'), 'upstream_auth', 502],
    ['403 of a moderation', 403, openai('Your input was flagged'), 'content_filtered', 400],
    ['402 is our account', 402, openai('Insufficient Balance'), 'upstream_error', 502],
    ['a spent OpenAI quota', 429, openai('You exceeded', 'insufficient_quota'), 'upstream_error', 502],
    [
      'an empty Anthropic balance',
      400,
      { type: 'error', error: { type: 'invalid_request_error', message: 'Your credit balance is too low to access' } },
      'upstream_error',
      502,
    ],
    ['an unknown model', 404, openai('The model `x` does not exist', 'model_not_found'), 'upstream_error', 502],
    [
      'an unknown stored response',
      404,
      openai("Previous response with id 'resp_1' not found."),
      'upstream_rejected',
      404,
    ],
    ['408', 408, '', 'upstream_timeout', 504],
    ['504', 504, '<html>', 'upstream_timeout', 504],
    ['413', 413, '<html>', 'payload_too_large', 413],
    [
      'a 413 that is a token rate (Groq)',
      413,
      openai('Request too large for model on tokens per minute', 'rate_limit_exceeded', 'tokens'),
      'upstream_rate_limited',
      429,
    ],
    ['429', 429, openai('Rate limit reached', 'rate_limit_exceeded', 'requests'), 'upstream_rate_limited', 429],
    ['429 without JSON', 429, 'slow down', 'upstream_rate_limited', 429],
    [
      'Gemini 429, whose sentence speaks of a quota',
      429,
      {
        error: {
          code: 429,
          status: 'RESOURCE_EXHAUSTED',
          message: 'You exceeded your current quota, please check your plan and billing details.',
        },
      },
      'upstream_rate_limited',
      429,
    ],
    ['503', 503, '', 'upstream_overloaded', 503],
    [
      '529',
      529,
      { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
      'upstream_overloaded',
      503,
    ],
    ['500', 500, openai('The server had an error'), 'upstream_error', 502],
    ['a 302', 302, '', 'upstream_error', 502],
    ['an HTML 400', 400, '<html>nginx</html>', 'upstream_error', 502],
    ['422 with a FastAPI list', 422, { detail: [{ loc: ['body', 'n'], msg: 'too big' }] }, 'upstream_rejected', 422],
    [
      'Azure content filter',
      400,
      {
        error: {
          message: 'The response was filtered',
          code: 'content_filter',
          innererror: { code: 'ResponsibleAIPolicyViolation' },
        },
      },
      'content_filtered',
      400,
    ],
    ['DeepSeek content filter', 400, openai('Content Exists Risk'), 'content_filtered', 400],
    [
      'Anthropic content filter',
      400,
      {
        type: 'error',
        error: { type: 'invalid_request_error', message: 'Output blocked by content filtering policy' },
      },
      'content_filtered',
      400,
    ],
  ]
  for (const [name, status, body, code, answered] of cases) {
    test(name, () => {
      const error = refuse(status, body)
      expect([error.code as string, error.status]).toEqual([code, answered])
    })
  }
})

describe('a prompt that is too long is recognised in the words of every vendor', () => {
  const sentences: readonly unknown[] = [
    openai("This model's maximum context length is 8192 tokens.", 'context_length_exceeded'),
    openai('Your input exceeds the context window of this model.'),
    {
      type: 'error',
      error: { type: 'invalid_request_error', message: 'prompt is too long: 210000 tokens > 200000 maximum' },
    },
    {
      error: {
        type: 'invalid_request_error',
        message: 'input length and `max_tokens` exceed context limit: 199000 + 8192 > 200000',
      },
    },
    {
      error: {
        code: 400,
        status: 'INVALID_ARGUMENT',
        message: 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
      },
    },
    { message: 'Input is too long for requested model.' },
    {
      message: 'Prompt contains 40000 tokens, too large for model with 32768 maximum context length',
      type: 'invalid_request_error',
      code: '3051',
    },
    { message: 'too many tokens: total number of tokens in the prompt cannot exceed 4081' },
    { code: 'invalid', error: "This model's maximum prompt length is 131072 but the request contains 200000 tokens." },
    { error: '`inputs` must have less than 4096 tokens. Given: 5000' },
    {
      error: {
        code: 400,
        message: 'the request exceeds the available context size',
        type: 'exceed_context_size_error',
      },
    },
    { error: 'the input length exceeds the context length' },
    {
      object: 'error',
      message: 'The decoder prompt (length 9000) is longer than the maximum model length of 8192.',
      code: 400,
    },
  ]
  for (const body of sentences) {
    test(JSON.stringify(body).slice(0, 80), () => expect(refuse(400, body).code).toBe('context_length_exceeded'))
  }
})

describe('what a caller reads', () => {
  test('is the vendor sentence, cleaned of control characters and credentials, and bounded', () => {
    const error = refuse(
      400,
      openai(`bad\u0000 value\r\nkey sk-proj-1234567890abcdef ${'x'.repeat(5000)}`, 'invalid_value'),
    )
    expect(error.code).toBe('upstream_rejected')
    expect(error.publicMessage.startsWith('bad value key [redacted] xxx')).toBe(true)
    expect(error.publicMessage.length).toBe(1000)
  })
  test('never holds what the upstream said when it did not speak JSON or refused our key', () => {
    expect(refuse(502, '<html>host 10.0.0.7</html>').publicMessage).not.toContain('10.0.0.7')
    expect(refuse(502, '<html>host 10.0.0.7</html>').internalDetail).not.toContain('10.0.0.7')
    expect(refuse(400, '{"error": {"mess').publicMessage).toBe('The provider failed to answer.')
    expect(refuse(401, openai('Incorrect API key provided: sk-abc')).publicMessage).not.toContain('Incorrect')
  })
  test('names the parameter that the vendor named', () => {
    const body = { error: { message: 'must be <= 2', type: 'invalid_request_error', param: 'temperature', code: null } }
    expect(refuse(400, body).param).toBe('temperature')
  })
})

describe('how long to wait', () => {
  const date = 'Sun, 22 Nov 2026 10:00:00 GMT'
  const cases: readonly (readonly [string, Record<string, string>, number | undefined])[] = [
    ['retry-after as seconds', { 'retry-after': '7' }, 7000],
    [
      'retry-after as a date, against the answer’s own date',
      { date, 'retry-after': 'Sun, 22 Nov 2026 10:01:00 GMT' },
      60_000,
    ],
    ['a date in the past is 0', { date, 'retry-after': 'Sun, 22 Nov 2026 09:00:00 GMT' }, 0],
    ['retry-after-ms wins', { 'retry-after': '7', 'retry-after-ms': '250' }, 250],
    [
      'anthropic-ratelimit reset of the exhausted limit',
      {
        date,
        'anthropic-ratelimit-requests-remaining': '5',
        'anthropic-ratelimit-requests-reset': '2026-11-22T12:00:00Z',
        'anthropic-ratelimit-input-tokens-remaining': '0',
        'anthropic-ratelimit-input-tokens-reset': '2026-11-22T10:00:20Z',
      },
      20_000,
    ],
    [
      'x-ratelimit-reset of the exhausted limit',
      { 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '1m0.5s' },
      60_500,
    ],
    ['an absurd wait is bounded to a day', { 'retry-after': '99999999' }, 86_400_000],
    ['nothing said', {}, undefined],
    ['nonsense', { 'retry-after': 'soon' }, undefined],
  ]
  for (const [name, headers, expected] of cases) {
    test(name, () => expect(refuse(429, '{}', headers).retryAfterMs).toBe(expected))
  }
  test("Google's RetryInfo in the body", () => {
    const body = { error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'x', details: [{ retryDelay: '34s' }] } }
    expect(refuse(429, body).retryAfterMs).toBe(34_000)
  })
})

describe('an error object inside a 200', () => {
  test('keeps its meaning by type or numeric code', () => {
    expect(decodeErrorBody({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }).code).toBe(
      'upstream_overloaded',
    )
    expect(decodeErrorBody({ error: { message: 'x', type: 'rate_limit_error' } }).code).toBe('upstream_rate_limited')
    expect(decodeErrorBody({ error: { message: 'x', code: 503 } }).code).toBe('upstream_overloaded')
    expect(
      decodeErrorBody({ error: { message: 'maximum context length', code: 'context_length_exceeded' } }).code,
    ).toBe('context_length_exceeded')
    expect(decodeErrorBody({ error: 'boom' }).code).toBe('upstream_error')
  })
})
