import { describe, expect, test } from 'bun:test'
import { crc32 } from '../../lib/crypto.ts'
import type { GatewayError } from '../../lib/errors.ts'
import type { AnswerEvent } from '../dialects/index.ts'
import { answered, rehearse } from './asking.fixture.ts'

const KEYS = 'AKIDEXAMPLE0000001:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
const CALL = '{"model":"asked","messages":[{"role":"user","content":"Hello"}]}'
const STREAMED = '{"model":"asked","stream":true,"messages":[{"role":"user","content":"Hello"}]}'
const ANSWER = {
  output: { message: { role: 'assistant', content: [{ text: 'Hi.' }] } },
  stopReason: 'end_turn',
  usage: { inputTokens: 3, outputTokens: 2, totalTokens: 5 },
}

function bedrock(
  answer: () => ReturnType<typeof answered>,
  secret = KEYS,
  model = 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0',
) {
  return rehearse({ provider: 'type: bedrock, options: {region: eu-central-1}', model, secret, answer })
}

/** A message of AWS's event stream: text headers only. */
function eventMessage(headers: Readonly<Record<string, string>>, payload: object): Buffer {
  const written = Buffer.concat(
    Object.entries(headers).map(([name, value]) => {
      const head = Buffer.from([name.length, ...Buffer.from(name), 7, value.length >> 8, value.length & 255])
      return Buffer.concat([head, Buffer.from(value)])
    }),
  )
  const body = Buffer.from(JSON.stringify(payload))
  const bytes = Buffer.alloc(16 + written.length + body.length)
  bytes.writeUInt32BE(bytes.length, 0)
  bytes.writeUInt32BE(written.length, 4)
  bytes.writeUInt32BE(crc32(bytes.subarray(0, 8)), 8)
  written.copy(bytes, 12)
  body.copy(bytes, 12 + written.length)
  bytes.writeUInt32BE(crc32(bytes.subarray(0, -4)), bytes.length - 4)
  return bytes
}

const event = (type: string, payload: object) =>
  eventMessage({ ':message-type': 'event', ':event-type': type, ':content-type': 'application/json' }, payload)

const STREAM = Buffer.concat([
  event('messageStart', { role: 'assistant' }),
  event('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'Hi.' } }),
  event('contentBlockStop', { contentBlockIndex: 0 }),
  event('messageStop', { stopReason: 'end_turn' }),
  event('metadata', { usage: { inputTokens: 3, outputTokens: 2, totalTokens: 5 }, metrics: { latencyMs: 1 } }),
])

describe('Bedrock', () => {
  test('is asked by Converse, signed with keys; the model’s colon is encoded in the address', async () => {
    const there = bedrock(() => answered(200, JSON.stringify(ANSWER)))
    const served = await there.chat(CALL)
    const [request] = there.sent
    expect(request?.url).toBe(
      'https://bedrock-runtime.eu-central-1.amazonaws.com/model/eu.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse',
    )
    expect(JSON.parse(request?.body ?? '')).toEqual({
      messages: [{ role: 'user', content: [{ text: 'Hello' }] }],
      inferenceConfig: { maxTokens: 64_000 },
    })
    expect(request?.headers['x-amz-date']).toBe('20261122T120000Z')
    expect(request?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE0000001\/20261122\/eu-central-1\/bedrock\/aws4_request, SignedHeaders=accept;content-type;host;x-amz-date, Signature=[0-9a-f]{64}$/,
    )
    expect(JSON.stringify(request)).not.toContain('wJalr')
    if (served.kind !== 'whole') throw new Error('a whole answer was expected')
    expect(served.answer.choices[0]?.blocks).toMatchObject([{ kind: 'text', text: 'Hi.' }])
  })

  test('takes temporary keys as text or as the JSON that AWS prints, and API keys as bearer tokens', async () => {
    const authorization = async (secret: string) => {
      const there = bedrock(() => answered(200, JSON.stringify(ANSWER)), secret)
      await there.chat(CALL)
      return there.sent[0]?.headers ?? {}
    }
    const asText = await authorization(`${KEYS}:a/session+token==`)
    expect(asText['x-amz-security-token']).toBe('a/session+token==')
    const [accessKeyId, secretAccessKey] = KEYS.split(':')
    const json = {
      Credentials: { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: 'a/session+token==' },
    }
    expect(await authorization(JSON.stringify(json))).toEqual(asText)
    const bearer = await authorization('ABSKQmVkcm9ja0FQSUtleQ==')
    expect(bearer.authorization).toBe('Bearer ABSKQmVkcm9ja0FQSUtleQ==')
    expect(bearer['x-amz-date']).toBeUndefined()
  })

  test('a credential that cannot be read is our fault, and stands in no error', async () => {
    const there = bedrock(() => answered(200, JSON.stringify(ANSWER)), '{"secretAccessKey":"hidden-value"}')
    const error = await there.chat(CALL).catch((thrown: GatewayError) => thrown)
    expect(error).toMatchObject({ code: 'upstream_auth', status: 502 })
    expect(String(error)).not.toContain('hidden-value')
    expect(there.sent).toEqual([])
  })

  test('streams by its binary event stream, wherever its bytes are cut', async () => {
    for (const size of [1, 7, 64, STREAM.length]) {
      const there = bedrock(() => {
        const whole = answered(200, '', 'application/vnd.amazon.eventstream')
        return { ...whole, body: cut(STREAM, size) }
      })
      const served = await there.chat(STREAMED)
      if (served.kind !== 'stream') throw new Error('a stream was expected')
      expect(there.sent[0]?.url).toEndWith('/converse-stream')
      expect(there.sent[0]?.headers.accept).toBe('application/vnd.amazon.eventstream')
      const decoder = served.stream.dialect.decodeStream()
      const events: AnswerEvent[] = []
      const push = (chunk: Uint8Array) => {
        for (const frame of decoder.push(chunk)) events.push(...frame.events)
      }
      for (const chunk of served.stream.head) push(chunk)
      for (let chunk = await served.stream.next(); chunk; chunk = await served.stream.next()) push(chunk)
      expect(decoder.end().complete).toBe(true)
      expect(events.filter(({ kind }) => kind === 'block-delta')).toMatchObject([
        { delta: { kind: 'text', text: 'Hi.' } },
      ])
      expect(events.findLast(({ kind }) => kind === 'usage')).toMatchObject({
        usage: { inputTokens: 3, outputTokens: 2 },
      })
    }
  })

  test('an exception in the stream before any content is an error that can be retried elsewhere', async () => {
    const refused = eventMessage(
      { ':message-type': 'exception', ':exception-type': 'throttlingException' },
      { message: 'Too many requests' },
    )
    const there = bedrock(() => answered(200, Buffer.concat([event('messageStart', { role: 'assistant' }), refused])))
    expect(await there.chat(STREAMED).catch((thrown: GatewayError) => thrown.code)).toBe('upstream_rate_limited')
  })

  test('its refusals have their meaning', async () => {
    const codeOf = async (status: number, body: object) => {
      const there = bedrock(() => answered(status, JSON.stringify(body)))
      return there.chat(CALL).catch((thrown: GatewayError) => thrown.code)
    }
    expect(await codeOf(403, { message: 'The security token included in the request is invalid.' })).toBe(
      'upstream_auth',
    )
    expect(await codeOf(429, { message: 'Too many requests' })).toBe('upstream_rate_limited')
    expect(await codeOf(400, { message: 'Input is too long for requested model.' })).toBe('context_length_exceeded')
  })

  test('Titan embeds one text a call, in order, and the tokens are summed', async () => {
    const there = rehearse({
      provider: 'type: bedrock, options: {region: eu-central-1}',
      model: 'amazon.titan-embed-text-v2:0',
      secret: KEYS,
      answer: (request) => {
        const { inputText } = JSON.parse(request.body)
        return answered(200, JSON.stringify({ embedding: [inputText.length, 0], inputTextTokenCount: 2 }))
      },
    })
    const texts = Array.from({ length: 19 }, (_, index) => 'x'.repeat(index + 1))
    const { answer } = await there.embed(texts)
    expect(answer.vectors).toEqual(texts.map((text) => [text.length, 0]))
    expect(answer.usage?.inputTokens).toBe(38)
    expect(there.sent[0]?.url).toEndWith('/model/amazon.titan-embed-text-v2%3A0/invoke')
  })

  test('Cohere on Bedrock embeds a list in one call, without the model in the body', async () => {
    const answer = {
      id: 'e',
      embeddings: { float: [[1], [2]] },
      texts: ['a', 'b'],
      response_type: 'embeddings_by_type',
    }
    const there = bedrock(() => answered(200, JSON.stringify(answer)), KEYS, 'cohere.embed-v4:0')
    expect((await there.embed(['a', 'b'])).answer.vectors).toEqual([[1], [2]])
    expect(JSON.parse(there.sent[0]?.body ?? '')).toEqual({
      texts: ['a', 'b'],
      input_type: 'search_document',
      embedding_types: ['float'],
    })
  })
})

function cut(bytes: Uint8Array, size: number): ReadableStream<Uint8Array> {
  let at = 0
  return new ReadableStream({
    pull: (controller) => {
      if (at >= bytes.length) return controller.close()
      controller.enqueue(Uint8Array.from(bytes.subarray(at, at + size)))
      at += size
    },
  })
}
