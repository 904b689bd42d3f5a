import { describe, expect, test } from 'bun:test'
import { ApiError, GoogleGenAI } from '@google/genai'
import { GatewayError } from '../../../lib/errors.ts'
import type { AnswerEvent, ChatAnswer } from '../canonical.ts'
import type { AnswerContext, JsonObject } from '../dialect.ts'
import { gemini, geminiArrayFraming, geminiMeter } from './index.ts'

const call = gemini.decodeCall({ model: 'models/assistant', contents: [{ parts: [{ text: 'Hi' }] }] })
const context: AnswerContext = { call, id: 'op_1', createdAt: 0 }
const place = { choice: 0, block: 0 } as const
const events: readonly AnswerEvent[] = [
  { kind: 'start', id: '', model: 'gpt-x' },
  { kind: 'block-start', ...place, start: { kind: 'text' } },
  { kind: 'block-delta', ...place, delta: { kind: 'text', text: 'Hel' } },
  { kind: 'block-delta', ...place, delta: { kind: 'text', text: 'lo' } },
  { kind: 'block-stop', ...place },
  { kind: 'block-start', choice: 0, block: 1, start: { kind: 'tool-call', id: 'call_1', name: 'a' } },
  { kind: 'block-start', choice: 0, block: 2, start: { kind: 'tool-call', id: 'call_2', name: 'b' } },
  { kind: 'block-delta', choice: 0, block: 1, delta: { kind: 'arguments', json: '{"x":' } },
  { kind: 'block-delta', choice: 0, block: 2, delta: { kind: 'arguments', json: '' } },
  { kind: 'block-delta', choice: 0, block: 1, delta: { kind: 'arguments', json: '1}' } },
  { kind: 'block-stop', choice: 0, block: 1 },
  { kind: 'block-stop', choice: 0, block: 2 },
  { kind: 'finish', choice: 0, finish: 'tool-calls' },
  { kind: 'usage', usage: { inputTokens: 5, outputTokens: 7, reasoningTokens: 3, cacheReadTokens: 2 } },
]
const chunks = (sse: string): JsonObject[] =>
  sse
    .split('\n\n')
    .filter((part) => part.startsWith('data: '))
    .map((part) => JSON.parse(part.slice(6)))

interface Reply {
  readonly status?: number
  readonly type: string
  readonly body: string
}

/** Google's own SDK, every request of which gets the given answer. */
function withSdk<T>(reply: Reply, ask: (sdk: GoogleGenAI) => Promise<T>): Promise<T> {
  const answer = () =>
    new Response(reply.body, { status: reply.status ?? 200, headers: { 'content-type': reply.type } })
  return ask(new GoogleGenAI({ apiKey: 'k', httpOptions: { fetch: async () => answer() } }))
}

describe('streams towards clients', () => {
  test('text flows, parallel calls come whole when they are complete, reason and usage stand in the last chunk', () => {
    const encoder = gemini.encodeStream(context)
    const parts = events.map((event) => encoder.events([event])).flatMap(chunks)
    const said = parts
      .map((chunk) => (chunk['candidates'] as JsonObject[])[0]?.['content'] as JsonObject)
      .flatMap((content) => content['parts'])
    expect(said).toEqual([
      { text: 'Hel' },
      { text: 'lo' },
      { functionCall: { id: 'call_1', name: 'a', args: { x: 1 } } },
      { functionCall: { id: 'call_2', name: 'b', args: {} } },
    ])
    expect(chunks(encoder.end())).toEqual([
      {
        candidates: [{ content: { parts: [{ text: '' }], role: 'model' }, finishReason: 'STOP', index: 0 }],
        usageMetadata: {
          promptTokenCount: 5,
          candidatesTokenCount: 4,
          totalTokenCount: 12,
          cachedContentTokenCount: 2,
          thoughtsTokenCount: 3,
        },
        modelVersion: 'gpt-x',
        responseId: 'op_1',
      },
    ])
  })

  test("Google's own SDK reads the stream, keep-alives between", async () => {
    const encoder = gemini.encodeStream(context)
    const body =
      encoder.ping() +
      encoder.events(events.slice(0, 3)) +
      encoder.ping() +
      encoder.events(events.slice(3)) +
      encoder.end()
    const read = await withSdk({ type: 'text/event-stream', body }, async (sdk) => {
      const stream = await sdk.models.generateContentStream({ model: 'm', contents: 'Hi' })
      let text = ''
      const names: (string | undefined)[] = []
      let last: unknown
      for await (const chunk of stream) {
        for (const part of chunk.candidates?.[0]?.content?.parts ?? []) text += part.text ?? ''
        names.push(...(chunk.functionCalls ?? []).map((functionCall) => functionCall.name))
        last = chunk.usageMetadata?.totalTokenCount
      }
      return { text, names, last }
    })
    expect(read).toEqual({ text: 'Hello', names: ['a', 'b'], last: 12 })
  })

  test("a failure after the start is an error event that Google's SDK throws, with no finish after it", async () => {
    const encoder = gemini.encodeStream(context)
    const body = encoder.events(events.slice(0, 3)) + encoder.fail(new GatewayError('upstream_overloaded'))
    const asked = withSdk({ type: 'text/event-stream', body }, async (sdk) => {
      for await (const _ of await sdk.models.generateContentStream({ model: 'm', contents: 'Hi' }));
    })
    await expect(asked).rejects.toThrow(/overloaded/)
  })

  test('without alt=sse the same stream is one JSON array, comments left out', () => {
    const framing = geminiArrayFraming()
    const encoder = gemini.encodeStream(context)
    const out =
      framing.push(`: hello\n\n${encoder.events(events.slice(0, 4))}`) +
      framing.push(encoder.events(events.slice(4))) +
      framing.push(encoder.end()) +
      framing.end()
    expect(JSON.parse(out)).toHaveLength(3)
  })

  test("another provider's thought and signature survive the turn through a Gemini client", () => {
    const answer: ChatAnswer = {
      kind: 'chat',
      id: '',
      model: 'claude',
      createdAt: 0,
      choices: [
        {
          index: 0,
          finish: 'stop',
          blocks: [
            { kind: 'reasoning', text: 'hm', signature: 'A==', origin: 'anthropic-messages' },
            { kind: 'reasoning', text: '', encrypted: 'R', origin: 'anthropic-messages' },
          ],
        },
      ],
    }
    const content = (gemini.encodeAnswer(answer, context)['candidates'] as JsonObject[])[0]?.['content']
    const replayed = gemini.decodeCall({ contents: [content] }).messages[0]?.blocks ?? []
    expect(replayed.map(({ at: _at, ...block }) => block)).toEqual([...(answer.choices[0]?.blocks ?? [])])
  })
})

describe('answers of an upstream', () => {
  const answer = (candidate: JsonObject) => gemini.decodeAnswer({ candidates: [candidate] }).choices[0]

  test('every reason to stop has its canonical word', () => {
    const finish = (finishReason: string) => answer({ finishReason })?.finish
    for (const reason of ['SAFETY', 'RECITATION', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'SPII', 'IMAGE_SAFETY'])
      expect(finish(reason)).toBe('content-filter')
    expect(finish('MAX_TOKENS')).toBe('length')
    expect(finish('STOP')).toBe('stop')
    for (const reason of ['MALFORMED_FUNCTION_CALL', 'UNEXPECTED_TOOL_CALL', 'OTHER', 'NEW_REASON', 'constructor'])
      expect(finish(reason)).toBe('other')
  })

  test('a candidate without content or parts is an empty answer, not a failure', () => {
    expect(answer({ content: { role: 'model' }, finishReason: 'MAX_TOKENS' })).toEqual({
      index: 0,
      blocks: [],
      finish: 'length',
    })
  })

  test('what is no Gemini answer is upstream_invalid, an error object inside a 200 is that error', () => {
    expect(() => gemini.decodeAnswer({ choices: [] })).toThrow('upstream_invalid')
    expect(() => gemini.decodeAnswer({ candidates: [{ content: { parts: [{ text: 5 }] } }] })).toThrow(
      'upstream_invalid',
    )
    expect(() => gemini.decodeAnswer({ error: { code: 503, message: 'overloaded', status: 'UNAVAILABLE' } })).toThrow(
      'upstream_overloaded',
    )
  })

  test('an error event in a stream throws it; truncated JSON is upstream_invalid', () => {
    const push = (text: string) => gemini.decodeStream().push(new TextEncoder().encode(text))
    expect(() => push('data: {"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"x"}}\n\n')).toThrow(
      'upstream_rate_limited',
    )
    expect(() => push('data: {"candidates":[\n\n')).toThrow('upstream_invalid')
  })

  test('masked text replaces text, thoughts and arguments in order; every other byte of the frame stays', () => {
    const raw =
      'data: {"candidates": [{"content": {"parts": [{"text": "","thought":true},{"text": "Ann"}, {"functionCall": {"name":"f","args":{"a":1.0}}}]},"score":1.0}]}\r\n\r\n'
    expect(gemini.rewriteFrame(raw, ['[NAME]', '{"a":"[X]"}'])).toBe(
      'data: {"candidates": [{"content": {"parts": [{"text": "","thought":true},{"text": "[NAME]"}, {"functionCall": {"name":"f","args":{"a":"[X]"}}}]},"score":1.0}]}\n\n',
    )
  })

  test('the meter finds usage, finish and failure without reading the text', () => {
    const meter = (text: string) => {
      const made = geminiMeter()
      const bytes = new TextEncoder().encode(text)
      for (const at of bytes.keys()) made.push(bytes.subarray(at, at + 1))
      return made.end()
    }
    const whole = gemini.encodeStream(context)
    expect(meter(whole.events(events) + whole.end())).toEqual({
      usage: { inputTokens: 5, outputTokens: 7, cacheReadTokens: 2, reasoningTokens: 3 },
      finish: 'tool-calls',
      complete: true,
    })
    expect(meter('data: {"candidates":[{"content":{"parts":[{"text":"finishReason"}]}}]}\n\n')).toEqual({
      complete: false,
    })
    expect(meter('data: {"error":{"code":503,"message":"x"}}\n\n').error?.code).toBe('upstream_overloaded')
  })
})

describe('errors', () => {
  const refused = (status: number, error: JsonObject, headers = {}) =>
    gemini.decodeError({
      status,
      headers: new Headers(headers),
      text: JSON.stringify({ error: { code: status, ...error } }),
    })

  test('a bad key of ours (a 400 at Google) is upstream_auth', () => {
    expect(
      refused(400, { message: 'API key not valid. Please pass a valid API key.', status: 'INVALID_ARGUMENT' }).code,
    ).toBe('upstream_auth')
    expect(refused(403, { message: 'denied', status: 'PERMISSION_DENIED' }).code).toBe('upstream_auth')
  })

  test("every 429 is a rate with the wait that RetryInfo tells, although Google speaks of a quota's plan", () => {
    const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.07s' }]
    const error = refused(429, {
      message: 'You exceeded your current quota, please check your plan and billing details.',
      details,
    })
    expect([error.code, error.retryAfterMs]).toEqual(['upstream_rate_limited', 34_070])
  })

  test('too long a prompt is context_length_exceeded; another 400 is handed on with its sentence', () => {
    expect(
      refused(400, {
        message: 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
      }).code,
    ).toBe('context_length_exceeded')
    expect(refused(400, { message: 'Invalid value at contents' }).code).toBe('upstream_rejected')
    expect(refused(503, { message: 'The model is overloaded.', status: 'UNAVAILABLE' }).code).toBe(
      'upstream_overloaded',
    )
  })

  test("our own errors are read by Google's SDK with their status and sentence", async () => {
    const { status, body } = gemini.encodeError(new GatewayError('rate_limited', { retryAfterMs: 1_500 }), 'req_1')
    expect(body['error']).toMatchObject({
      code: 429,
      status: 'RESOURCE_EXHAUSTED',
      details: [{ reason: 'RATE_LIMITED' }, { retryDelay: '1.5s' }],
    })
    const cause = await withSdk({ status, type: 'application/json', body: JSON.stringify(body) }, (sdk) =>
      sdk.models.generateContent({ model: 'm', contents: 'Hi' }).then(
        () => undefined,
        (error: unknown) => error,
      ),
    )
    expect(cause).toBeInstanceOf(ApiError)
    expect(cause).toMatchObject({ status: 429 })
  })
})
