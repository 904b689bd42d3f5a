import { describe, expect, test } from 'bun:test'
import Anthropic, { APIError } from '@anthropic-ai/sdk'
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod'
import { bodyOf } from '../e2e/fake-upstream.ts'
import { conformance } from './matrix.ts'
import { CLIENT_HEADERS, type SdkAnswer, type SdkClient, TOOLS, toolSchema, WEATHER, type Wish } from './sdk-client.ts'
import type { Setting } from './setting.ts'

const connect = ({ gateway }: Setting, key = gateway.key, base = '') =>
  new Anthropic({ apiKey: key, baseURL: gateway.url + base, maxRetries: 0, defaultHeaders: CLIENT_HEADERS })

const TOOL_PARAMS: Anthropic.Tool[] = TOOLS.map(({ name, description, argument }) => {
  const { type, properties, required } = toolSchema(argument)
  return { name, description, input_schema: { type, properties, required: [...required] } }
})

function messagesOf({ prompt, image, called }: Wish): Anthropic.MessageParam[] {
  const content: Anthropic.ContentBlockParam[] = [{ type: 'text', text: prompt }]
  if (image) content.push({ type: 'image', source: { type: 'base64', media_type: 'image/png', data: image } })
  const messages: Anthropic.MessageParam[] = [{ role: 'user', content }]
  if (!called) return messages
  const calls = called.map(({ id, name, arguments: input }) => ({ type: 'tool_use' as const, id, name, input }))
  const results = called.map(({ id, result }) => ({
    type: 'tool_result' as const,
    tool_use_id: id,
    content: result,
  }))
  return [...messages, { role: 'assistant', content: calls }, { role: 'user', content: results }]
}

function paramsOf(wish: Wish) {
  return {
    model: wish.model,
    max_tokens: 100,
    messages: messagesOf(wish),
    ...(wish.system && { system: wish.system }),
    ...(wish.tools && { tools: TOOL_PARAMS }),
  }
}

function answerOf(message: Anthropic.Message, pieces = 0): SdkAnswer {
  const { content, usage } = message
  return {
    text: content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
    calls: content.flatMap((block) =>
      block.type === 'tool_use'
        ? [{ id: block.id, name: block.name, arguments: block.input as Record<string, unknown> }]
        : [],
    ),
    usage: [usage.input_tokens, usage.output_tokens],
    pieces,
  }
}

const clientOf = (setting: Setting): SdkClient => ({
  name: '@anthropic-ai/sdk',
  ask: async (wish) =>
    answerOf(await connect(setting, wish.key).messages.create(paramsOf(wish), { signal: wish.signal })),
  stream: async (wish, onText) => {
    const running = connect(setting, wish.key).messages.stream(paramsOf(wish), { signal: wish.signal })
    let pieces = 0
    running.on('text', (delta) => {
      pieces++
      onText?.(delta)
    })
    return answerOf(await running.finalMessage(), pieces)
  },
  structured: async (wish) => {
    const params = { ...paramsOf(wish), output_config: { format: zodOutputFormat(WEATHER) } }
    return (await connect(setting).messages.parse(params)).parsed_output
  },
  failure: (cause) => {
    if (!(cause instanceof APIError)) throw cause
    return { status: cause.status, message: cause.message }
  },
})

const setting = await conformance(clientOf)

describe('@anthropic-ai/sdk, beyond the matrix', () => {
  const thinking = { text: 'A greeting is wanted.', signature: 'c2lnbmF0dXJl' }
  const asks: Anthropic.MessageCreateParamsNonStreaming = {
    model: 'anthropic',
    max_tokens: 2_000,
    thinking: { type: 'enabled', budget_tokens: 1_024 },
    messages: [{ role: 'user', content: 'Greet' }],
  }
  const blocks = [
    { type: 'thinking', thinking: thinking.text, signature: thinking.signature },
    { type: 'text', text: 'Hello' },
  ]
  test('thinking and its signature come back, whole and streamed, and go back unmodified', async () => {
    const anthropic = connect(setting)
    const { wire, upstream } = setting.side('anthropic')
    upstream.clear()
    upstream.play(wire.say({ thinking, text: ['Hello'] }))
    const { content } = await anthropic.messages.create(asks)
    expect(content as unknown[]).toMatchObject(blocks)
    expect((await anthropic.messages.stream(asks).finalMessage()).content as unknown[]).toMatchObject(blocks)
    expect(bodyOf(await upstream.request())).toMatchObject({ thinking: asks.thinking })
    const messages = [
      ...asks.messages,
      { role: 'assistant' as const, content },
      { role: 'user' as const, content: '?' },
    ]
    await anthropic.messages.create({ ...asks, messages })
    expect(bodyOf<{ messages: unknown[] }>(await upstream.request(2)).messages[1]).toEqual({
      role: 'assistant',
      content: blocks,
    })
  })
  test('a field that nobody here knows reaches an upstream of the same dialect', async () => {
    const { wire, upstream } = setting.side('anthropic')
    upstream.clear()
    upstream.play(wire.say({ text: ['Hello'] }))
    await connect(setting).messages.create({ ...asks, brand_new: { a: 1 } } as typeof asks)
    expect(bodyOf(await upstream.request())).toMatchObject({ brand_new: { a: 1 } })
  })
  for (const model of ['openai', 'anthropic', 'gemini', 'sandbox']) {
    test(`tokens are counted for ${model}, with no upstream asked`, async () => {
      for (const { upstream } of setting.sides) upstream.clear()
      const messages = [{ role: 'user' as const, content: 'How long is this sentence, in tokens?' }]
      const { input_tokens } = await connect(setting).messages.countTokens({ model, messages })
      expect(input_tokens).toBeGreaterThan(5)
      expect(setting.sides.flatMap(({ upstream }) => upstream.heard)).toEqual([])
    })
  }
  test('the same is served under /anthropic, with a bearer token too', async () => {
    const { wire, upstream } = setting.side('openai')
    upstream.play(wire.say({ text: ['Hello'] }))
    const params = { ...asks, model: 'openai', thinking: { type: 'disabled' as const } }
    const answer = await connect(setting, undefined, '/anthropic').messages.create(params)
    expect(answer.content).toMatchObject([{ type: 'text', text: 'Hello' }])
    const { gateway } = setting
    const bearer = new Anthropic({ apiKey: null, authToken: gateway.key, baseURL: gateway.url, maxRetries: 0 })
    expect((await bearer.messages.create(params)).content).toMatchObject([{ type: 'text', text: 'Hello' }])
  })
  test('the models are those the key may use', async () => {
    const names: string[] = []
    for await (const model of connect(setting).models.list()) names.push(model.id)
    expect(names).toContain('openai')
    expect((await connect(setting).models.retrieve('gemini')).id).toBe('gemini')
  })
  test("an error carries Anthropic's own type", async () => {
    const cause: unknown = await connect(setting)
      .messages.create({ ...asks, model: 'nobody-knows-it' })
      .catch((thrown: unknown) => thrown)
    expect(cause).toBeInstanceOf(Anthropic.NotFoundError)
    expect(cause).toMatchObject({ error: { type: 'error', error: { type: 'not_found_error' } } })
  })
})
