import { afterAll, beforeEach, describe, expect, test } from 'bun:test'
import { createOpenAI } from '@ai-sdk/openai'
import { jsonSchema, stepCountIs, streamText, tool } from 'ai'
import OpenAI from 'openai'
import { bodyOf, fakeUpstream, type Script } from './fake-upstream.ts'
import { mintKey, startGateway } from './harness.ts'
import { openaiFake } from './wires/openai.ts'

const other = mintKey('other')
const upstream = await fakeUpstream()
const gateway = await startGateway({
  documents: `kind: Provider
metadata: {name: rehearsal}
spec: {type: sandbox}
---
${openaiFake.provider('up', upstream.url)}
---
kind: Model
metadata: {name: rehearse}
spec: {targets: [{provider: rehearsal, model: sandbox}]}
---
kind: Model
metadata: {name: real}
spec: {targets: [{provider: up, model: gpt-5-mini}], retry: {attempts: 1}}
---
${other.documents}
---
kind: Grant
metadata: {name: other-may}
spec: {to: ['app:other'], effect: allow, actions: [use], on: ['model:*']}
---
kind: Model
metadata: {name: guarded}
spec: {targets: [{provider: rehearsal, model: sandbox}]}
---
kind: Model
metadata: {name: guarded-real}
spec: {targets: [{provider: up, model: gpt-5-mini}], retry: {attempts: 1}}
---
kind: Model
metadata: {name: pro}
spec: {targets: [{provider: up, model: o3-pro}], retry: {attempts: 1}}
---
kind: Guardrail
metadata: {name: content}
spec:
  appliesTo: ['model:guarded', 'model:guarded-real']
  phases: [input, output, tool-arguments, tool-result]
  checks:
    - {detector: words, words: [kestrel], action: mask}
    - {detector: words, words: [forbidden], action: block}`,
})
afterAll(async () => {
  await gateway.stop()
  await upstream.stop()
})
beforeEach(() => upstream.clear())

const sdk = (apiKey = gateway.key) => new OpenAI({ apiKey, baseURL: `${gateway.url}/v1`, maxRetries: 0 })
const client = sdk()
const stranger = sdk(other.key)

/** How a call was refused. */
async function refusalOf(asked: PromiseLike<unknown>): Promise<{ status?: number; param?: unknown }> {
  try {
    await asked
  } catch (error) {
    if (error instanceof OpenAI.APIError) return { status: error.status, param: error.param }
    throw error
  }
  throw new Error('the call was answered')
}

describe('a provider that knows no state (sandbox)', () => {
  test('a response is made, found, listed with its input, and deleted', async () => {
    const made = await client.responses.create({ model: 'rehearse', instructions: 'Be kind.', input: 'Good day' })
    expect(made.output_text).toContain('Good day')
    expect(made).toMatchObject({ object: 'response', status: 'completed', instructions: 'Be kind.', store: true })
    expect(made.id).toMatch(/^resp_/)
    expect(made.usage?.total_tokens).toBeGreaterThan(0)
    const { output_text: _, ...found } = await client.responses.retrieve(made.id)
    expect(found).toMatchObject({ id: made.id, output: JSON.parse(JSON.stringify(made.output)) })
    const items = await client.responses.inputItems.list(made.id)
    expect(items.data).toMatchObject([{ role: 'user', content: [{ type: 'input_text', text: 'Good day' }] }])
    await client.responses.delete(made.id)
    expect(await refusalOf(client.responses.retrieve(made.id))).toMatchObject({ status: 404 })
    expect(await refusalOf(client.responses.delete(made.id))).toMatchObject({ status: 404 })
  })

  test('previous_response_id goes on from an earlier turn, streamed too, without its instructions', async () => {
    const tools = [
      { type: 'function' as const, name: 'weather', parameters: { type: 'object', properties: {} }, strict: false },
    ]
    const first = await client.responses.create({
      model: 'rehearse',
      instructions: 'Be kind.',
      input: 'sandbox:tool=weather what is it like?',
      tools,
    })
    const call = first.output.find((item) => item.type === 'function_call')
    expect(call).toMatchObject({ name: 'weather', status: 'completed' })
    const runner = client.responses.stream({
      model: 'rehearse',
      previous_response_id: first.id,
      input: [{ type: 'function_call_output', call_id: call?.call_id ?? '', output: 'It rains.' }],
      tools,
    })
    const numbers: number[] = []
    for await (const event of runner) numbers.push(event.sequence_number)
    const second = await runner.finalResponse()
    expect(second.output_text).toContain('It rains.')
    expect(second.previous_response_id).toBe(first.id)
    expect(numbers).toEqual(numbers.map((_, index) => index))
    const items = await client.responses.inputItems.list(second.id, { order: 'asc' })
    expect(items.data.map((item) => item.type)).toEqual(['message', 'function_call', 'function_call_output'])
    const page = await client.responses.inputItems.list(second.id, { order: 'asc', limit: 1 })
    const listed: unknown[] = []
    for await (const item of page) listed.push(item.type)
    expect(listed).toEqual(['message', 'function_call', 'function_call_output'])
  })

  test('items are referred to by id, as the AI SDK does', async () => {
    const first = await client.responses.create({ model: 'rehearse', input: 'sandbox:say="one two"' })
    const input = [
      { role: 'user' as const, content: 'before' },
      { type: 'item_reference' as const, id: first.output[0]?.id ?? '' },
      { role: 'user' as const, content: 'after' },
    ]
    const second = await client.responses.create({ model: 'rehearse', input })
    const items = await client.responses.inputItems.list(second.id, { order: 'asc' })
    expect(items.data[1]).toMatchObject({ type: 'message', role: 'assistant', content: [{ text: 'one two' }] })
    expect(await refusalOf(stranger.responses.create({ model: 'rehearse', input }))).toMatchObject({ status: 404 })
  })

  test("another principal's response is exactly as unknown as one that never was", async () => {
    const { id } = await client.responses.create({ model: 'rehearse', input: 'mine' })
    const tries = (known: string) => [
      stranger.responses.retrieve(known),
      stranger.responses.delete(known),
      stranger.responses.inputItems.list(known),
      stranger.responses.create({ model: 'rehearse', input: 'x', previous_response_id: known }),
    ]
    const bodies = async (known: string) =>
      Promise.all(
        tries(known).map((asked) =>
          Promise.resolve(asked).then(
            () => 'answered',
            (error: unknown) =>
              error instanceof OpenAI.APIError
                ? JSON.stringify([error.status, error.message.replaceAll(known, 'ID'), error.param])
                : 'broken',
          ),
        ),
      )
    expect(await bodies(id)).toEqual(await bodies('resp_unknown'))
    expect(await bodies(id)).toEqual(Array.from({ length: 4 }, () => expect.stringContaining('404')))
    expect((await client.responses.retrieve(id)).id).toBe(id)
  })

  test('store: false keeps nothing', async () => {
    const { id } = await client.responses.create({ model: 'rehearse', input: 'x', store: false })
    expect(await refusalOf(client.responses.retrieve(id))).toMatchObject({ status: 404 })
    const again = client.responses.create({ model: 'rehearse', input: 'y', previous_response_id: id })
    expect(await refusalOf(again)).toMatchObject({ status: 404, param: 'previous_response_id' })
  })

  test('what lives at OpenAI alone is refused, saying what to do', async () => {
    const ask = (extra: object) => client.responses.create({ model: 'rehearse', input: 'x', ...extra })
    for (const [extra, param] of [
      [{ background: true }, 'background'],
      [{ conversation: 'conv_1' }, 'conversation'],
      [{ prompt: { id: 'pmpt_1' } }, 'prompt'],
    ] as const)
      expect(await refusalOf(ask(extra))).toMatchObject({ status: 400, param })
    expect(await refusalOf(client.responses.cancel('resp_1'))).toMatchObject({ status: 400 })
    expect(await refusalOf(client.responses.create({ model: 'rehearse' }))).toMatchObject({
      status: 400,
      param: 'input',
    })
  })

  test('a structured output streams and is parsed; a bounded one ends incomplete, with usage', async () => {
    const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
    const parsed = await client.responses
      .stream({
        model: 'rehearse',
        input: 'where?',
        text: { format: { type: 'json_schema', name: 'place', schema, strict: true } },
      })
      .finalResponse()
    expect(JSON.parse(parsed.output_text)).toHaveProperty('city')
    const stream = await client.responses.create({
      model: 'rehearse',
      input: 'sandbox:words=50',
      max_output_tokens: 16,
      stream: true,
    })
    const events = []
    for await (const event of stream) events.push(event)
    expect(events.at(-1)).toMatchObject({
      type: 'response.incomplete',
      response: {
        status: 'incomplete',
        incomplete_details: { reason: 'max_output_tokens' },
        usage: { output_tokens: expect.any(Number) },
      },
    })
  })

  test('a stream that is cut ends with response.failed, and is kept as such', async () => {
    const stream = await client.responses.create({
      model: 'rehearse',
      input: 'sandbox:words=40 sandbox:cut',
      stream: true,
    })
    const events = []
    for await (const event of stream) events.push(event)
    const last = events.at(-1)
    expect(last).toMatchObject({
      type: 'response.failed',
      response: { status: 'failed', error: { code: 'server_error' } },
    })
    const id = last?.type === 'response.failed' ? last.response.id : ''
    expect((await client.responses.retrieve(id)).status).toBe('failed')
    const next = client.responses.create({ model: 'rehearse', input: 'x', previous_response_id: id })
    expect(await refusalOf(next)).toMatchObject({ status: 400 })
  })
})

describe('guardrails', () => {
  const ask = (extra: object) => client.responses.create({ model: 'guarded', input: 'x', ...extra })

  test('look at instructions, texts, tool results, arguments, thoughts and references alike', async () => {
    const called = { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' }
    const result = (output: unknown) => ({ input: [called, { type: 'function_call_output', call_id: 'c', output }] })
    const part = { type: 'input_text', text: 'forbidden' }
    for (const extra of [
      { instructions: 'forbidden' },
      { input: 'forbidden' },
      { input: [{ role: 'user', content: 'forbidden' }] },
      { input: [{ role: 'user', content: [part] }] },
      result('forbidden'),
      result([part]),
      { input: [{ ...called, arguments: '{"a":"forbidden"}' }] },
      { input: [{ type: 'custom_tool_call', call_id: 'c', name: 'f', input: 'forbidden' }] },
      { input: [{ type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'forbidden' }] }] },
      { input: [{ type: 'web_search_call', id: 'ws_1', action: { query: 'forbidden' } }] },
      { input: 'x', stream: true, instructions: 'forbidden' },
    ])
      expect([extra, (await refusalOf(ask(extra))).status]).toEqual([extra, 400])
  })

  test('what they masked is not kept either, and the model never sees it', async () => {
    const made = await ask({ instructions: 'Use kestrel', input: 'Tell me of kestrel' })
    const items = await client.responses.inputItems.list(made.id)
    expect(JSON.stringify([made.output, items.data, await client.responses.retrieve(made.id)])).not.toContain('kestrel')
    expect(items.data).toHaveLength(1)
  })

  test('a masked word stands nowhere in a stream, though R says every text again as it ends', async () => {
    upstream.play(tell(events('resp_masked', 'The kestrel flies.')))
    const answer = await gateway.post('/v1/responses', { model: 'guarded-real', input: 'x', stream: true })
    const text = await answer.text()
    expect(text).not.toContain('kestrel')
    expect(text).toContain('flies.')
    expect(text).toContain('event: response.completed')
    expect(JSON.stringify(await client.responses.retrieve('resp_masked'))).not.toContain('kestrel')
  })

  test('a blocked stream ends as a content filter ends it, without the word', async () => {
    upstream.play(tell(events('resp_blocked', 'This is forbidden.')))
    const answer = await gateway.post('/v1/responses', { model: 'guarded-real', input: 'x', stream: true })
    const text = await answer.text()
    expect(text).not.toContain('forbidden')
    expect(text).toContain('"incomplete_details":{"reason":"content_filter"}')
    expect(await gateway.record(answer.headers.get('x-request-id'))).toMatchObject({ outcome: 'blocked' })
  })

  test('a blocked whole answer is an error, as on every surface', async () => {
    upstream.once(say('resp_whole', 'This is forbidden.'))
    expect((await refusalOf(ask({ model: 'guarded-real' }))).status).toBe(400)
    expect((await refusalOf(client.responses.retrieve('resp_whole'))).status).toBe(404)
  })
})

describe('the AI SDK', () => {
  test('calls a tool and goes on, with references to stored items', async () => {
    const provider = createOpenAI({ apiKey: gateway.key, baseURL: `${gateway.url}/v1` })
    const weather = tool({
      inputSchema: jsonSchema({ type: 'object', properties: {} }),
      execute: async () => 'It rains.',
    })
    const result = streamText({
      model: provider.responses('rehearse'),
      prompt: 'sandbox:tool=weather what is it like?',
      tools: { weather },
      stopWhen: stepCountIs(3),
    })
    expect(await result.text).toContain('It rains.')
    expect(await result.steps).toHaveLength(2)
  })
})

const usage = {
  input_tokens: 11,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 7,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 18,
}
const item = (text: string) => ({
  id: 'msg_up',
  type: 'message',
  status: 'completed',
  role: 'assistant',
  content: [{ type: 'output_text', text, annotations: [], logprobs: [] }],
})
const thought = { id: 'rs_up', type: 'reasoning', summary: [], encrypted_content: 'sealed' }
const response = (id: string, text: string, more: object = {}) => ({
  id,
  object: 'response',
  created_at: 1_750_000_000,
  status: 'completed',
  error: null,
  incomplete_details: null,
  model: 'gpt-5-mini-2025-08-07',
  output: [thought, item(text)],
  parallel_tool_calls: true,
  previous_response_id: null,
  store: false,
  a_new_field: 1.0,
  usage,
  ...more,
})
const say =
  (id: string, text: string): Script =>
  (_, out) => {
    out.head(200, { 'content-type': 'application/json' })
    out.end(JSON.stringify(response(id, text)).replace('"a_new_field":1', '"a_new_field":1.0'))
  }
const events = (id: string, text: string) => {
  let number = 0
  const event = (type: string, members: object) =>
    `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: number++, ...members })}\n\n`
  const place = { item_id: 'msg_up', output_index: 0, content_index: 0 }
  const part = { type: 'output_text', text: '', annotations: [], logprobs: [] }
  const started = response(id, text, { status: 'in_progress', output: [], usage: null })
  return [
    event('response.created', { response: started }),
    event('response.in_progress', { response: started }),
    event('response.output_item.added', { output_index: 0, item: { ...item(''), content: [], status: 'in_progress' } }),
    event('response.content_part.added', { ...place, part }),
    event('response.output_text.delta', { ...place, delta: text, logprobs: [], obfuscation: 'x7' }),
    event('response.output_text.done', { ...place, text, logprobs: [] }),
    event('response.content_part.done', { ...place, part: { ...part, text } }),
    event('response.output_item.done', { output_index: 0, item: item(text) }),
    event('response.completed', { response: response(id, text, { output: [item(text)] }) }),
  ]
}
const tell =
  (pieces: readonly string[], cutAfter?: Promise<unknown>): Script =>
  async (_, out) => {
    out.head(200, { 'content-type': 'text/event-stream' })
    for (const piece of pieces) await out.write(piece)
    if (cutAfter === undefined) return out.end()
    await cutAfter
    out.cut()
  }

describe('an OpenAI upstream', () => {
  test('is asked for nothing but the answer, and sees the whole conversation and none of our ids', async () => {
    upstream.once(say('resp_up1', 'First.'), say('resp_up2', 'Second.'))
    const first = await client.responses.create({ model: 'real', input: 'One', metadata: { a: 'b' } })
    const second = await client.responses.create({ model: 'real', input: 'Two', previous_response_id: first.id })
    expect(first).toMatchObject({ id: 'resp_up1', store: true, previous_response_id: null, output_text: 'First.' })
    expect(second).toMatchObject({ id: 'resp_up2', store: true, previous_response_id: 'resp_up1' })
    const [one, two] = upstream.heard
    expect(one?.path).toBe('/v1/responses')
    expect(bodyOf(one ?? never())).toEqual({
      model: 'gpt-5-mini',
      input: 'One',
      metadata: { a: 'b' },
      store: false,
      include: ['reasoning.encrypted_content'],
    })
    const asked = bodyOf<{ input: readonly { type: string }[] }>(two ?? never())
    expect(asked).toMatchObject({
      store: false,
      input: [
        { role: 'user', content: 'One' },
        { type: 'reasoning', encrypted_content: 'sealed' },
        { type: 'message', role: 'assistant', content: [{ text: 'First.' }] },
        { role: 'user', content: 'Two' },
      ],
    })
    expect(asked).not.toHaveProperty('previous_response_id')
    expect((await client.responses.retrieve('resp_up2')).output_text).toBe('Second.')
  })

  test('passes as it is, but for what the gate itself knows', async () => {
    upstream.once(say('resp_up3', 'Hm.'), say('resp_up4', 'Hm.'))
    const kept = await gateway.post('/v1/responses', { model: 'real', input: 'x' })
    const text = await kept.text()
    expect(text).toContain('"a_new_field":1.0')
    expect(text).toContain('"store":true')
    const unkept = await gateway.post('/v1/responses', '{"model": "real","input":"x","store" :false,"new":1.0}')
    expect(await unkept.text()).toContain('"store":false')
    expect(upstream.heard[1]?.text).toBe(
      '{"model": "gpt-5-mini","input":"x","store" :false,"new":1.0,"include":["reasoning.encrypted_content"]}',
    )
  })

  test('a stream passes as it is, is metered and kept', async () => {
    upstream.play(tell(events('resp_up5', 'Streamed.')))
    const answer = await gateway.post('/v1/responses', { model: 'real', input: 'x', stream: true })
    const text = await answer.text()
    expect(text.replaceAll('"store":true', '"store":false')).toBe(events('resp_up5', 'Streamed.').join(''))
    expect((await client.responses.retrieve('resp_up5')).output_text).toBe('Streamed.')
    const record = await gateway.record(answer.headers.get('x-request-id'))
    expect(record).toMatchObject({ outcome: 'succeeded', tokens: { input: 11, output: 7, partial: false } })
  })

  test('a stream that is cut goes on from there: the same response, the next number, failed', async () => {
    const seen = Promise.withResolvers<void>()
    upstream.play(tell(events('resp_up6', 'Half').slice(0, 5), seen.promise))
    const stream = await client.responses.create({ model: 'real', input: 'x', stream: true })
    const heard = []
    for await (const event of stream) {
      heard.push(event)
      if (event.type === 'response.output_text.delta') seen.resolve()
    }
    expect(heard.map((event) => event.sequence_number)).toEqual([0, 1, 2, 3, 4, 5])
    expect(heard.at(-1)).toMatchObject({ type: 'response.failed', response: { id: 'resp_up6', status: 'failed' } })
  })

  test('a failure inside a 200 is an error while nothing was said, and told once afterwards', async () => {
    const failed = (number: number) =>
      `event: response.failed\ndata: ${JSON.stringify({
        type: 'response.failed',
        sequence_number: number,
        response: response('resp_up7', '', {
          status: 'failed',
          output: [],
          error: { code: 'rate_limit_exceeded', message: 'Slow down.' },
        }),
      })}\n\n`
    upstream.play(tell([...events('resp_up7', '').slice(0, 2), failed(2)]))
    const early = await gateway.post('/v1/responses', { model: 'real', input: 'x', stream: true })
    expect(early.status).toBe(429)
    upstream.play(tell([...events('resp_up7', 'Hm').slice(0, 5), failed(5)]))
    const late = await gateway.post('/v1/responses', { model: 'real', input: 'x', stream: true })
    const text = await late.text()
    expect(text.match(/event: response\.failed/g)).toHaveLength(1)
    const record = await gateway.record(late.headers.get('x-request-id'))
    expect(record).toMatchObject({ outcome: 'interrupted' })
  })

  test('a caller of chat completions reaches a model that OpenAI serves by responses alone', async () => {
    const messages = [
      { role: 'system' as const, content: 'Be kind.' },
      { role: 'user' as const, content: 'Hello' },
    ]
    upstream.once(say('resp_up8', 'Hm.'), tell(events('resp_up9', 'Streamed.')))
    const whole = await client.chat.completions.create({ model: 'pro', messages })
    expect(whole.choices[0]?.message.content).toBe('Hm.')
    expect(whole.usage).toMatchObject({ prompt_tokens: 11, completion_tokens: 7 })
    const stream = await client.chat.completions.create({ model: 'pro', messages, stream: true })
    let text = ''
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
    expect(text).toBe('Streamed.')
    expect(bodyOf(upstream.heard[0] ?? never())).toMatchObject({
      instructions: 'Be kind.',
      input: [{ role: 'user', content: 'Hello' }],
      store: false,
    })
  })

  test("what another provider's model signed never reaches OpenAI", async () => {
    const foreign = `gatehouse1.${Buffer.from('{"origin":"anthropic-messages","signature":"s"}').toString('base64url')}`
    upstream.once(say('resp_up10', 'Hm.'))
    await client.responses.create({
      model: 'real',
      input: [
        { role: 'user', content: 'One' },
        { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'hm' }], encrypted_content: foreign },
        { role: 'user', content: 'Two' },
      ],
    })
    const asked = bodyOf<{ input: readonly object[] }>(upstream.heard[0] ?? never())
    expect(asked.input).toMatchObject([{ content: 'One' }, { content: 'Two' }])
  })
})

function never(): never {
  throw new Error('the upstream heard nothing')
}
