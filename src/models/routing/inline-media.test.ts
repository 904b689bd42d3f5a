import { describe, expect, test } from 'bun:test'
import { GatewayError } from '../../lib/errors.ts'
import { createEgress } from '../../platform/egress/index.ts'
import { anthropicMessages } from '../dialects/index.ts'
import type { UpstreamRequest, UpstreamResponse } from '../providers/index.ts'
import { answered, rehearse, silent } from './asking.fixture.ts'

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')
const URL = 'https://pictures.example/cat?x=1'
const ANSWER = JSON.stringify({
  output: { message: { role: 'assistant', content: [{ text: 'A cat.' }] } },
  stopReason: 'end_turn',
  usage: { inputTokens: 3, outputTokens: 2, totalTokens: 5 },
})
const OPENAI_ANSWER = JSON.stringify({
  id: 'c1',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'A cat.' }, finish_reason: 'stop' }],
})

const withImages = (...urls: string[]) =>
  JSON.stringify({
    model: 'asked',
    messages: [
      {
        role: 'user',
        content: [{ type: 'text', text: 'What?' }, ...urls.map((url) => ({ type: 'image_url', image_url: { url } }))],
      },
    ],
  })

/** Bedrock cannot open addresses. `fetched` answers for the pictures. */
function bedrock(
  fetched: (request: UpstreamRequest, signal: AbortSignal) => UpstreamResponse | Promise<UpstreamResponse>,
) {
  return rehearse({
    provider: 'type: bedrock, options: {region: eu-central-1}',
    model: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
    secret: 'an-api-key',
    answer: (request, signal) => (request.method === 'GET' ? fetched(request, signal) : answered(200, ANSWER)),
  })
}

async function refusal(answering: Promise<unknown>): Promise<GatewayError> {
  const thrown = await answering.catch((error: unknown) => error)
  if (thrown instanceof GatewayError) return thrown
  throw new Error(`a refusal was expected, not ${JSON.stringify(thrown)}`)
}

describe('a picture at an https address, for a target that cannot fetch it', () => {
  test('is fetched, over public addresses alone and without anyone’s credential, and sent as bytes', async () => {
    const there = bedrock(() => answered(200, PNG, 'application/octet-stream'))
    await there.chat(withImages(URL))
    const [fetched, call] = there.sent
    expect(fetched).toEqual({ method: 'GET', url: URL, headers: { accept: '*/*' }, body: '', network: 'public' })
    expect(JSON.parse(call?.body ?? '').messages[0].content[1]).toEqual({
      image: { format: 'png', source: { bytes: PNG.toString('base64') } },
    })
  })

  test('is fetched once, however often it stands in the call and however often the model is asked', async () => {
    const there = bedrock(() => answered(200, PNG))
    const media = new Map()
    await there.chat(withImages(URL, URL), { media })
    await there.chat(withImages(URL), { media })
    expect(there.sent.filter(({ method }) => method === 'GET')).toHaveLength(1)
  })

  test('is refused where it is not a picture, whatever the server says it is', async () => {
    const there = bedrock(() => answered(200, '<html>', 'image/png'))
    const error = await refusal(there.chat(withImages(URL)))
    expect(error).toMatchObject({ code: 'unsupported_content', status: 400 })
    expect(error.publicMessage).toBe('What pictures.example gave is not a picture.')
    expect(there.sent).toHaveLength(1)
  })

  test('is refused where it is not there, and the address’s query is not told', async () => {
    const error = await refusal(bedrock(() => answered(404, 'gone')).chat(withImages(URL)))
    expect(error).toMatchObject({ code: 'invalid_request', status: 400 })
    expect(error.publicMessage).toBe('A picture could not be fetched: pictures.example answered 404.')
  })

  test('is refused beyond 20 MiB, without reading on', async () => {
    let given = 0
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        given += 1_048_576
        controller.enqueue(new Uint8Array(1_048_576))
      },
    })
    const error = await refusal(bedrock(() => ({ ...answered(200, ''), body: endless })).chat(withImages(URL)))
    expect(error).toMatchObject({ code: 'invalid_request' })
    expect(error.publicMessage).toContain('20 MiB')
    expect(given).toBeLessThan(24 * 1_048_576)
  })

  test('is given up after ten seconds', async () => {
    const there = bedrock((_, signal) => silent(signal))
    const answering = refusal(there.chat(withImages(URL)))
    await there.clock.advance(10_001)
    expect((await answering).publicMessage).toBe(
      'A picture could not be fetched: pictures.example did not answer in time.',
    )
  })

  test('is refused by http, with a password, and beyond eight', async () => {
    const there = bedrock(() => answered(200, PNG))
    for (const url of ['http://pictures.example/cat', 'https://user:pass@pictures.example/cat']) {
      expect(await refusal(there.chat(withImages(url)))).toMatchObject({ code: 'invalid_request' })
    }
    const nine = Array.from({ length: 9 }, (_, index) => `https://pictures.example/${index}`)
    expect(await refusal(there.chat(withImages(...nine)))).toMatchObject({ code: 'invalid_request' })
    expect(there.sent).toEqual([])
  })

  test('at a private address is refused by the guard of the one way out', async () => {
    const resolved: Readonly<Record<string, string>> = { 'rebound.example': '10.0.0.7' }
    const there = bedrock(async (request) => {
      const egress = createEgress({ clock: there.clock, resolve: async (name) => [resolved[name] ?? '127.0.0.1'] })
      return egress.send(request)
    })
    for (const host of ['127.0.0.1', '169.254.169.254', '[::1]', '192.168.1.1', 'rebound.example']) {
      const error = await refusal(there.chat(withImages(`https://${host}/latest/meta-data`)))
      expect(error).toMatchObject({ code: 'invalid_request', status: 400 })
      expect(error.publicMessage).toBe(`A picture could not be fetched: ${host} is not a public address.`)
    }
  })
})

test('a target that opens addresses itself gets the address', async () => {
  const there = rehearse({
    provider: 'type: openai',
    model: 'gpt-4o',
    secret: 'k',
    answer: () => answered(200, OPENAI_ANSWER),
  })
  const content = [{ type: 'image', source: { type: 'url', url: URL } }]
  const text = JSON.stringify({ model: 'asked', max_tokens: 9, messages: [{ role: 'user', content }] })
  await there.chat(text, { dialect: anthropicMessages })
  expect(there.sent).toHaveLength(1)
  expect(there.sent[0]?.body).toContain(URL)
})

test('a document by its address is fetched for a dialect that has no place for addresses of documents', async () => {
  const there = rehearse({
    provider: 'type: openai',
    model: 'gpt-4o',
    secret: 'k',
    answer: ({ method }) =>
      method === 'GET' ? answered(200, '%PDF-1.7 and so on', 'application/pdf') : answered(200, OPENAI_ANSWER),
  })
  const content = [{ type: 'document', source: { type: 'url', url: 'https://papers.example/a.pdf' } }]
  const text = JSON.stringify({ model: 'asked', max_tokens: 9, messages: [{ role: 'user', content }] })
  await there.chat(text, { dialect: anthropicMessages })
  expect(there.sent[1]?.body).toContain(
    `data:application/pdf;base64,${Buffer.from('%PDF-1.7').toString('base64').slice(0, 8)}`,
  )
})

test('a caller of the same dialect has pictures put in, too, where the target opens no addresses', async () => {
  const there = rehearse({
    provider: 'type: ollama',
    model: 'gemma3',
    answer: ({ method }) => (method === 'GET' ? answered(200, PNG) : answered(200, OPENAI_ANSWER)),
  })
  await there.chat(withImages(URL))
  expect(there.sent[0]?.network).toBe('public')
  expect(JSON.parse(there.sent[1]?.body ?? '').messages[0].content[1].image_url.url).toBe(
    `data:image/png;base64,${PNG.toString('base64')}`,
  )
})
