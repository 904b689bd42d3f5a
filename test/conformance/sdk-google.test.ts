import { describe, expect, test } from 'bun:test'
import { ApiError, type Content, type GenerateContentResponse, GoogleGenAI } from '@google/genai'
import { z } from 'zod'
import { bodyOf } from '../e2e/fake-upstream.ts'
import { conformance } from './matrix.ts'
import { CLIENT_HEADERS, type SdkAnswer, type SdkClient, TOOLS, toolSchema, WEATHER, type Wish } from './sdk-client.ts'
import type { Setting } from './setting.ts'

const connect = ({ gateway }: Setting, key = gateway.key) =>
  new GoogleGenAI({
    apiKey: key,
    httpOptions: { baseUrl: gateway.url, headers: { ...CLIENT_HEADERS }, retryOptions: { attempts: 1 } },
  })

const DECLARED = TOOLS.map(({ name, description, argument }) => ({
  name,
  description,
  parametersJsonSchema: toolSchema(argument),
}))

function contentsOf({ prompt, image, called }: Wish): Content[] {
  const parts = [{ text: prompt }, ...(image ? [{ inlineData: { mimeType: 'image/png', data: image } }] : [])]
  const contents: Content[] = [{ role: 'user', parts }]
  if (!called) return contents
  const calls = called.map(({ id, name, arguments: args }) => ({ functionCall: { id, name, args: { ...args } } }))
  const results = called.map(({ id, name, result }) => ({
    functionResponse: { id, name, response: { output: result } },
  }))
  return [...contents, { role: 'model', parts: calls }, { role: 'user', parts: results }]
}

function paramsOf(wish: Wish) {
  return {
    model: wish.model,
    contents: contentsOf(wish),
    config: {
      ...(wish.system && { systemInstruction: wish.system }),
      ...(wish.tools && { tools: [{ functionDeclarations: DECLARED }] }),
      ...(wish.signal && { abortSignal: wish.signal }),
    },
  }
}

/** The SDK gives calls an id only where the server did; a call's place tells it apart as well. */
function callsOf(response: GenerateContentResponse, from: number): SdkAnswer['calls'] {
  return (response.functionCalls ?? []).map(({ id, name = '', args = {} }, index) => ({
    id: id ?? `call-${from + index}`,
    name,
    arguments: args,
  }))
}

function textOf({ candidates }: GenerateContentResponse): string {
  return (candidates?.[0]?.content?.parts ?? []).map(({ text, thought }) => (thought ? '' : (text ?? ''))).join('')
}

const usageOf = ({ usageMetadata }: GenerateContentResponse): readonly [number, number] => [
  usageMetadata?.promptTokenCount ?? 0,
  usageMetadata?.candidatesTokenCount ?? 0,
]

const clientOf = (setting: Setting): SdkClient => ({
  name: '@google/genai',
  ask: async (wish) => {
    const response = await connect(setting, wish.key).models.generateContent(paramsOf(wish))
    return { text: textOf(response), calls: callsOf(response, 0), usage: usageOf(response), pieces: 0 }
  },
  stream: async (wish, onText) => {
    let answer: SdkAnswer = { text: '', calls: [], usage: [0, 0], pieces: 0 }
    for await (const chunk of await connect(setting, wish.key).models.generateContentStream(paramsOf(wish))) {
      const text = textOf(chunk)
      const calls = [...answer.calls, ...callsOf(chunk, answer.calls.length)]
      const usage = chunk.usageMetadata?.candidatesTokenCount ? usageOf(chunk) : answer.usage
      answer = { text: answer.text + text, calls, usage, pieces: answer.pieces + (text ? 1 : 0) }
      if (text) onText?.(text)
    }
    return answer
  },
  structured: async (wish) => {
    const { config, ...params } = paramsOf(wish)
    const schema = z.toJSONSchema(WEATHER)
    const asked = { ...config, responseMimeType: 'application/json', responseJsonSchema: schema }
    const response = await connect(setting).models.generateContent({ ...params, config: asked })
    return JSON.parse(response.text ?? '')
  },
  failure: (cause) => {
    if (!(cause instanceof ApiError)) throw cause
    return { status: cause.status, message: cause.message }
  },
})

const setting = await conformance(clientOf)

describe('@google/genai, beyond the matrix', () => {
  test('a field that nobody here knows reaches an upstream of the same dialect', async () => {
    const { wire, upstream } = setting.side('gemini')
    upstream.clear()
    upstream.play(wire.say({ text: ['Yes'] }))
    const httpOptions = { extraBody: { brandNew: { a: 1 } } }
    await connect(setting).models.generateContent({ model: 'gemini', contents: 'x', config: { httpOptions } })
    expect(bodyOf(await upstream.request())).toMatchObject({ brandNew: { a: 1 } })
  })
  for (const name of ['openai', 'gemini', 'sandbox'] as const) {
    test(`embedContent gives one vector a text from ${name}`, async () => {
      if (name !== 'sandbox') setting.side(name).upstream.play(setting.side(name).wire.say({}))
      const { embeddings } = await connect(setting).models.embedContent({
        model: `embed-${name}`,
        contents: ['four', 'sixsix'],
      })
      expect(embeddings).toHaveLength(2)
      if (name !== 'sandbox') expect(embeddings?.map(({ values }) => values?.[0])).toEqual([4, 6])
    })
  }
  for (const model of ['openai', 'anthropic', 'gemini', 'sandbox']) {
    test(`tokens are counted for ${model}`, async () => {
      const { totalTokens } = await connect(setting).models.countTokens({
        model,
        contents: 'How long is this sentence, in tokens?',
      })
      expect(totalTokens).toBeGreaterThan(5)
    })
  }
  test('the models are those the key may use', async () => {
    const names: string[] = []
    for await (const model of await connect(setting).models.list()) names.push(model.name ?? '')
    expect(names).toContain('models/anthropic')
    expect((await connect(setting).models.get({ model: 'openai' })).name).toBe('models/openai')
  })
  test('the version before is served alike', async () => {
    const { wire, upstream } = setting.side('openai')
    upstream.play(wire.say({ text: ['Yes'] }))
    const { gateway } = setting
    const older = new GoogleGenAI({ apiKey: gateway.key, apiVersion: 'v1beta', httpOptions: { baseUrl: gateway.url } })
    expect((await older.models.generateContent({ model: 'openai', contents: 'x' })).text).toBe('Yes')
  })
  test('a chat keeps its history', async () => {
    const { wire, upstream } = setting.side('anthropic')
    upstream.clear()
    upstream.play(wire.say({ text: ['Hello Ann.'] }))
    const chat = connect(setting).chats.create({ model: 'anthropic' })
    await chat.sendMessage({ message: 'I am Ann.' })
    await chat.sendMessage({ message: 'Who am I?' })
    expect(bodyOf<{ messages: unknown[] }>(await upstream.request(1)).messages).toHaveLength(3)
  })
})
