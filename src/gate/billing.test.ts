import { describe, expect, test } from 'bun:test'
import type { Transport } from '../models/providers/index.ts'
import { chatBody, type GateBench, gateBench } from './testing.ts'

const DOCUMENTS = `---
kind: Provider
metadata: {name: vertical}
spec: {type: gemini, baseUrl: 'http://127.0.0.1:1', network: private, credential: 'secret://env/KEY'}
---
kind: Pricing
metadata: {name: vertical}
spec: {provider: vertical, models: {'m-*': {input: 1 USD, output: 2 USD}}}
---
kind: Model
metadata: {name: g}
spec: {targets: [{provider: vertical, model: m-g}], retry: {attempts: 1}}
`
const CHARACTERS = 20_000
const CONTENT = 'word '.repeat(CHARACTERS / 5)

function wholeAnswer(usage?: object, content = CONTENT): Transport {
  const choices = [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }]
  const body = JSON.stringify({ id: 'x', object: 'chat.completion', model: 'm-1', choices, usage })
  return async () => {
    const response = new Response(body, { headers: { 'content-type': 'application/json' } })
    return { status: 200, headers: response.headers, body: response.body, text: () => response.text() }
  }
}

/** A stream that is fed by hand. */
function fed() {
  let feed: ReadableStreamDefaultController<Uint8Array> | undefined
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      feed = controller
    },
  })
  const transport: Transport = async () => ({ status: 200, headers: new Headers(), body, text: async () => '' })
  return {
    transport,
    send: (data: unknown) => feed?.enqueue(new TextEncoder().encode(`data: ${JSON.stringify(data)}\n\n`)),
    close: () => feed?.close(),
  }
}

const bench = (transport: Transport): GateBench => {
  const made = gateBench({ documents: DOCUMENTS, transport })
  return { ...made, gate: Object.assign(made.gate, { upstream: { ...made.gate.upstream, secret: () => 'key' } }) }
}
const tokensIn = ({ records }: GateBench) => records[0]?.tokens

describe('what a stream is billed', () => {
  test('is what the provider told until then, when the client leaves before the end', async () => {
    const upstream = fed()
    const gate = bench(upstream.transport)
    const body = { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] }
    const asked = gate.ask({ path: '/v1beta/models/g:streamGenerateContent', body })
    await gate.clock.advance(1)
    upstream.send({
      candidates: [{ content: { role: 'model', parts: [{ text: 'short' }] }, index: 0 }],
      usageMetadata: { promptTokenCount: 50_000, candidatesTokenCount: 2_000, totalTokenCount: 52_000 },
    })
    const reader = (await asked).body?.getReader()
    await reader?.read()
    await reader?.cancel()
    expect(gate.records[0]?.outcome).toBe('client_closed')
    expect(tokensIn(gate)).toMatchObject({ input: 50_000, output: 2_000, partial: true })
    expect(gate.records[0]?.cost).toBe((50_000 + 2 * 2_000) * 1_000)
  })

  test('is estimated and flagged, where the provider told nothing but noughts though text came', async () => {
    const upstream = fed()
    const gate = bench(upstream.transport)
    const asked = gate.ask({ body: chatBody(true) })
    await gate.clock.advance(1)
    const chunk = { id: 'x', object: 'chat.completion.chunk', model: 'm-1' }
    upstream.send({ ...chunk, choices: [{ index: 0, delta: { content: CONTENT }, finish_reason: null }] })
    upstream.send({ ...chunk, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })
    upstream.send({ ...chunk, choices: [], usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 } })
    upstream.close()
    await (await asked).text()
    expect(gate.records[0]?.outcome).toBe('succeeded')
    expect(tokensIn(gate)?.partial).toBe(true)
    expect(tokensIn(gate)?.input).toBeGreaterThan(0)
    expect(tokensIn(gate)?.output).toBeGreaterThan(0)
  })
})

describe('what a whole answer is billed', () => {
  const messages = [{ role: 'user', content: 'hi' }]
  for (const [path, body] of [
    ['/v1/chat/completions', chatBody(false)],
    ['/v1/messages', { model: 'assistant', max_tokens: 100, messages }],
  ] as const) {
    test(`${path}: is estimated from its text where the provider told no usage, passed through or translated`, async () => {
      const gate = bench(wholeAnswer())
      expect((await gate.ask({ path, body })).status).toBe(200)
      expect(tokensIn(gate)).toMatchObject({ output: CHARACTERS / 4, partial: true })
    })
  }

  test('is estimated where the provider told noughts, or negative numbers, though text came', async () => {
    for (const count of [0, -5_000]) {
      const gate = bench(wholeAnswer({ prompt_tokens: count, completion_tokens: count }))
      await gate.ask({ body: chatBody(false) })
      expect(tokensIn(gate)).toMatchObject({ output: CHARACTERS / 4, partial: true })
      expect(tokensIn(gate)?.input).toBeGreaterThan(0)
    }
  })

  test('keeps the input that was told where only the output was not', async () => {
    const gate = bench(wholeAnswer({ prompt_tokens: 700 }))
    await gate.ask({ body: chatBody(false) })
    expect(tokensIn(gate)).toMatchObject({ input: 700, output: CHARACTERS / 4, partial: true })
  })

  test('is what was told where no text came: an empty answer may have cost no output', async () => {
    const gate = bench(wholeAnswer({ prompt_tokens: 700, completion_tokens: 0 }, ''))
    await gate.ask({ body: chatBody(false) })
    expect(tokensIn(gate)).toMatchObject({ input: 700, output: 0, partial: false })
  })
})

describe('an answer that a guardrail stops', () => {
  test('is billed all the same: the provider has written it', async () => {
    const documents = `---
kind: Guardrail
metadata: {name: discreet}
spec:
  appliesTo: [org]
  phases: [output]
  checks: [{detector: words, action: block, words: [word]}]
`
    const gate = gateBench({ documents, transport: wholeAnswer({ prompt_tokens: 100, completion_tokens: 50 }) })
    await gate.ask({ body: chatBody(false) })
    expect(gate.records[0]?.outcome).toBe('blocked')
    expect(tokensIn(gate)).toMatchObject({ input: 100, output: 50, partial: false })
    expect(gate.records[0]?.cost).toBe((100 + 2 * 50) * 1_000)
  })
})

describe('an attempt that failed after it told what it used', () => {
  const documents = `---
kind: Model
metadata: {name: guarded}
spec: {targets: [{provider: local, model: m-filtered}], retry: {attempts: 1}, fallback: {on: [content-filter, error], to: [assistant]}}
`
  const usage = { prompt_tokens: 1_000, completion_tokens: 0, total_tokens: 1_000 }
  const whole = (content: string, finish: string, told: object) => ({
    id: 'x',
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: finish }],
    usage: told,
  })

  test('is billed beside the one that answered, and stands with its own cost in the record', async () => {
    const transport: Transport = async ({ body }) => {
      const isFiltered = JSON.parse(String(body)).model === 'm-filtered'
      const answer = isFiltered
        ? whole('', 'content_filter', usage)
        : whole('Yes', 'stop', { prompt_tokens: 10, completion_tokens: 1 })
      const response = Response.json(answer)
      return { status: 200, headers: response.headers, body: response.body, text: () => response.text() }
    }
    const gate = gateBench({ documents, transport })
    expect((await gate.ask({ body: chatBody(false, { model: 'guarded' }) })).status).toBe(200)
    const [record] = gate.records
    expect(record?.attempts.map(({ model, cost }) => [model, cost])).toEqual([
      ['m-filtered', 1_000 * 1_000],
      ['m-1', (10 + 2) * 1_000],
    ])
    expect(record?.cost).toBe((1_000 + 10 + 2) * 1_000)
    expect(record?.tokens).toMatchObject({ input: 1_010, output: 1 })
  })

  test('is billed too where it was a stream that failed before its first content', async () => {
    const event = (data: object) => `data: ${JSON.stringify(data)}\n\n`
    const chunk = { id: 'x', object: 'chat.completion.chunk', model: 'm' }
    const failing =
      event({ ...chunk, choices: [], usage }) + event({ error: { message: 'Overloaded', type: 'server_error' } })
    const fine =
      event({ ...chunk, choices: [{ index: 0, delta: { content: 'Yes' }, finish_reason: 'stop' }] }) +
      event({ ...chunk, choices: [], usage: { prompt_tokens: 10, completion_tokens: 1 } }) +
      'data: [DONE]\n\n'
    const transport: Transport = async ({ body }) => {
      const text = JSON.parse(String(body)).model === 'm-filtered' ? failing : fine
      const response = new Response(text, { headers: { 'content-type': 'text/event-stream' } })
      return { status: 200, headers: response.headers, body: response.body, text: () => response.text() }
    }
    const gate = gateBench({ documents, transport })
    await (await gate.ask({ body: chatBody(true, { model: 'guarded' }) })).text()
    expect(gate.records[0]?.attempts.map(({ cost }) => cost)).toEqual([1_000_000, 12_000])
    expect(gate.records[0]?.cost).toBe(1_012_000)
  })
})
