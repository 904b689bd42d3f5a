import { describe, expect, test } from 'bun:test'
import OpenAI, { APIError } from 'openai'
import { zodResponseFormat } from 'openai/helpers/zod'
import { bodyOf } from '../e2e/fake-upstream.ts'
import { conformance } from './matrix.ts'
import { CLIENT_HEADERS, type SdkAnswer, type SdkClient, TOOLS, toolSchema, WEATHER, type Wish } from './sdk-client.ts'
import type { Setting } from './setting.ts'

type Messages = OpenAI.Chat.ChatCompletionMessageParam[]

const connect = ({ gateway }: Setting, key = gateway.key) =>
  new OpenAI({ apiKey: key, baseURL: `${gateway.url}/v1`, maxRetries: 0, defaultHeaders: CLIENT_HEADERS })

const TOOL_PARAMS = TOOLS.map(({ name, description, argument }) => ({
  type: 'function' as const,
  function: { name, description, parameters: { ...toolSchema(argument) } },
}))

function messagesOf({ prompt, system, image, called }: Wish): Messages {
  const content = image
    ? [
        { type: 'text' as const, text: prompt },
        { type: 'image_url' as const, image_url: { url: `data:image/png;base64,${image}` } },
      ]
    : prompt
  const messages: Messages = system ? [{ role: 'system', content: system }] : []
  messages.push({ role: 'user', content })
  if (!called) return messages
  const calls = called.map((call) => ({
    id: call.id,
    type: 'function' as const,
    function: { name: call.name, arguments: JSON.stringify(call.arguments) },
  }))
  messages.push({ role: 'assistant', content: null, tool_calls: calls })
  for (const { id, result } of called) messages.push({ role: 'tool', tool_call_id: id, content: result })
  return messages
}

function paramsOf(wish: Wish) {
  return { model: wish.model, messages: messagesOf(wish), ...(wish.tools && { tools: TOOL_PARAMS }) }
}

function answerOf(completion: OpenAI.Chat.ChatCompletion, pieces = 0): SdkAnswer {
  const message = completion.choices[0]?.message
  const calls = (message?.tool_calls ?? []).flatMap((call) =>
    call.type === 'function'
      ? [{ id: call.id, name: call.function.name, arguments: JSON.parse(call.function.arguments) }]
      : [],
  )
  const { prompt_tokens: input = 0, completion_tokens: output = 0 } = completion.usage ?? {}
  return { text: message?.content ?? '', calls, usage: [input, output], pieces }
}

const clientOf = (setting: Setting): SdkClient => ({
  name: 'openai',
  ask: async (wish) =>
    answerOf(await connect(setting, wish.key).chat.completions.create(paramsOf(wish), { signal: wish.signal })),
  stream: async (wish, onText) => {
    const params = { ...paramsOf(wish), stream_options: { include_usage: true } }
    const running = connect(setting, wish.key).chat.completions.stream(params, { signal: wish.signal })
    let pieces = 0
    running.on('content', (delta) => {
      if (delta) pieces++
      onText?.(delta)
    })
    return answerOf(await running.finalChatCompletion(), pieces)
  },
  structured: async (wish) => {
    const format = zodResponseFormat(WEATHER, 'weather')
    const parsed = await connect(setting).chat.completions.parse({ ...paramsOf(wish), response_format: format })
    return parsed.choices[0]?.message.parsed
  },
  failure: (cause) => {
    if (!(cause instanceof APIError)) throw cause
    return { status: cause.status, message: cause.message }
  },
})

const setting = await conformance(clientOf)

describe('openai, beyond the matrix', () => {
  const openai = connect(setting)
  test('the models are those the key may use', async () => {
    const names: string[] = []
    for await (const model of openai.models.list()) names.push(model.id)
    expect(names).toContain('anthropic')
    expect((await openai.models.retrieve('gemini')).id).toBe('gemini')
  })
  for (const name of ['openai', 'gemini', 'sandbox'] as const) {
    test(`embeddings come as numbers and in order from ${name}`, async () => {
      if (name !== 'sandbox') setting.side(name).upstream.play(setting.side(name).wire.say({}))
      const { data } = await openai.embeddings.create({ model: `embed-${name}`, input: ['four', 'sixsix'] })
      expect(data.map(({ index }) => index)).toEqual([0, 1])
      if (name !== 'sandbox') expect(data.map(({ embedding }) => embedding[0])).toEqual([4, 6])
      expect(data[0]?.embedding.every(Number.isFinite)).toBe(true)
    })
  }
  test('legacy completions answer from a chat model, whole and streamed', async () => {
    const { wire, upstream } = setting.side('anthropic')
    upstream.play(wire.say({ text: ['Once', ' upon'] }))
    const whole = await openai.completions.create({ model: 'anthropic', prompt: 'A tale: ', max_tokens: 5 })
    expect(whole.choices[0]?.text).toBe('Once upon')
    let text = ''
    const chunks = await openai.completions.create({ model: 'anthropic', prompt: 'A tale: ', stream: true })
    for await (const chunk of chunks) text += chunk.choices[0]?.text ?? ''
    expect(text).toBe('Once upon')
  })
  test('a field that nobody here knows reaches an upstream of the same dialect', async () => {
    const { wire, upstream } = setting.side('openai')
    upstream.clear()
    upstream.play(wire.say({ text: ['Yes'] }))
    const params = { model: 'openai', messages: [{ role: 'user' as const, content: 'x' }], brand_new: { a: 1 } }
    await openai.chat.completions.create(params)
    expect(bodyOf(await upstream.request())).toMatchObject({ brand_new: { a: 1 } })
  })
  test('who did not ask for usage gets no chunk without choices', async () => {
    const { wire, upstream } = setting.side('openai')
    upstream.play(wire.say({ text: ['Yes'] }))
    const messages = [{ role: 'user' as const, content: 'x' }]
    const chunks = await openai.chat.completions.create({ model: 'openai', messages, stream: true })
    for await (const chunk of chunks) expect(chunk.choices).toHaveLength(1)
  })
})
