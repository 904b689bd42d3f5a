import { afterAll, beforeEach, describe, expect, test } from 'bun:test'
import type { FakeUpstream, Heard } from '../e2e/fake-upstream.ts'
import { stream, whole } from '../e2e/scripts.ts'
import { failureOf, until } from '../e2e/until.ts'
import type { WireFake } from '../e2e/wires/wire.ts'
import { PIXEL, type SdkAnswer, type SdkClient, WEATHER } from './sdk-client.ts'
import { type Setting, startSetting } from './setting.ts'

const CALLS = [
  { name: 'weather', arguments: { city: 'Bern' } },
  { name: 'time', arguments: { zone: 'Europe/Zurich' } },
]
const FORECAST = { city: 'Bern', celsius: 21.5, sunny: true }
const plain = ({ calls }: SdkAnswer) => calls.map(({ name, arguments: given }) => ({ name, arguments: given }))

/** Starts a gateway for a test file and generates the matrix: every feature against every upstream dialect and the sandbox. */
export async function conformance(clientOf: (setting: Setting) => SdkClient): Promise<Setting> {
  const setting = await startSetting()
  afterAll(setting.stop)
  const client = clientOf(setting)
  for (const side of setting.sides) {
    describe(`${client.name} in front of ${side.wire.name}`, () => {
      beforeEach(() => side.upstream.clear())
      const scene = { setting, client, wire: side.wire, upstream: side.upstream, model: side.wire.name }
      answers(scene)
      tools(scene)
      errors(scene)
      aborts(scene)
    })
  }
  describe(`${client.name} in front of the sandbox`, () => sandbox(client))
  return setting
}

interface Scene {
  readonly setting: Setting
  readonly client: SdkClient
  readonly wire: WireFake
  readonly upstream: FakeUpstream
  readonly model: string
}

/** What must be true of every request that reaches a provider. */
function expectClean({ setting, wire }: Scene, heard: Heard): void {
  const [header, value] = wire.credential
  expect(heard.headers[header]).toBe(value)
  const everything = JSON.stringify(heard.headers) + heard.path
  expect(everything).not.toContain(setting.gateway.key)
  expect(everything).not.toContain('client-')
  for (const name of ['cookie', 'x-forwarded-for', 'proxy-authorization', 'te']) {
    expect(heard.headers).not.toHaveProperty(name)
  }
  const others = ['authorization', 'x-api-key', 'x-goog-api-key', 'api-key'].filter((name) => name !== header)
  for (const name of others) expect(heard.headers).not.toHaveProperty(name)
}

function answers(scene: Scene): void {
  const { client, wire, upstream, model } = scene
  test('a chat answers, and the upstream hears it in its own dialect with our credential', async () => {
    upstream.play(wire.say({ text: ['Hello', ' Ann', '.'] }))
    const answer = await client.ask({ model, prompt: 'Greet Ann', system: 'Be brief.' })
    expect(answer).toMatchObject({ text: 'Hello Ann.', usage: [11, 7] })
    expect(upstream.heard).toHaveLength(1)
    const heard = await upstream.request()
    expectClean(scene, heard)
    expect(wire.asked(heard)).toMatchObject({
      model: wire.model,
      stream: false,
      system: 'Be brief.',
      user: 'Greet Ann',
    })
  })
  test('a stream comes piece by piece, with its usage', async () => {
    const text = ['Grüezi', ' Ann ', '👋🏽', ', how', ' are you?']
    upstream.play(wire.say({ text }))
    const answer = await client.stream({ model, prompt: 'Greet Ann' })
    expect(answer).toMatchObject({ text: text.join(''), usage: [11, 7] })
    expect(answer.pieces).toBeGreaterThanOrEqual(text.length)
    const heard = await upstream.request()
    expectClean(scene, heard)
    expect(wire.asked(heard)).toMatchObject({ model: wire.model, stream: true, user: 'Greet Ann' })
  })
  test('a structured answer is parsed, and its schema reached the upstream', async () => {
    const tool = client.structuredTool
    const said = tool ? { calls: [{ name: tool, arguments: FORECAST }] } : { text: [JSON.stringify(FORECAST)] }
    upstream.play(wire.say(said))
    expect(await client.structured({ model, prompt: 'The weather in Bern' })).toEqual(FORECAST)
    const { schema, tools: offered } = wire.asked(await upstream.request())
    if (tool) return expect(offered).toEqual([tool])
    expect(Object.keys((schema as { readonly properties: object }).properties)).toEqual(Object.keys(WEATHER.shape))
  })
  test('an image reaches the upstream as it was sent', async () => {
    upstream.play(wire.say({ text: ['A pixel.'] }))
    const answer = await client.ask({ model, prompt: 'What is this?', image: PIXEL })
    expect(answer.text).toBe('A pixel.')
    expect(wire.asked(await upstream.request())).toMatchObject({
      user: 'What is this?',
      images: [`image/png ${PIXEL}`],
    })
  })
}

function tools(scene: Scene): void {
  const { client, wire, upstream, model } = scene
  for (const way of ['ask', 'stream'] as const) {
    test(`parallel tool calls arrive whole and in order (${way})`, async () => {
      upstream.play(wire.say({ calls: CALLS }))
      const answer = await client[way]({ model, prompt: 'Weather and time?', tools: true })
      expect(plain(answer)).toEqual(CALLS)
      expect(new Set(answer.calls.map(({ id }) => id)).size).toBe(2)
      expect(wire.asked(await upstream.request()).tools).toEqual(['weather', 'time'])
    })
  }
  test('calls and their results go back to the upstream in order', async () => {
    upstream.play(wire.say({ calls: CALLS }))
    const { calls } = await client.ask({ model, prompt: 'Weather and time?', tools: true })
    upstream.play(wire.say({ text: ['Sunny, and noon.'] }))
    const called = calls.map((call) => ({ ...call, result: `result of ${call.name}` }))
    const answer = await client.ask({ model, prompt: 'Weather and time?', tools: true, called })
    expect(answer.text).toBe('Sunny, and noon.')
    const asked = wire.asked(await upstream.request(1))
    expect(asked.calls).toEqual(CALLS)
    expect(asked.results.map((text) => /result of \w+/.exec(text)?.[0])).toEqual([
      'result of weather',
      'result of time',
    ])
  })
}

function errors(scene: Scene): void {
  const { client, wire, upstream, model } = scene
  const failing = async (way: 'ask' | 'stream') =>
    client.failure(await failureOf(client[way]({ model, prompt: 'Hello' })))
  for (const way of ['ask', 'stream'] as const) {
    test(`a rate limit of the provider is the SDK's own 429 (${way})`, async () => {
      upstream.play(whole(429, wire.refusal(429, 'Slow down'), { 'retry-after': '1' }))
      expect(await failing(way)).toMatchObject({ status: 429 })
    })
    test(`a provider that refuses our credential is a 502 and tells nothing of it (${way})`, async () => {
      upstream.play(whole(401, wire.refusal(401, `Incorrect API key: ${wire.credential[1]}`)))
      const failure = await failing(way)
      expect(failure.status).toBe(502)
      expect(failure.message).not.toContain('Incorrect')
      expect(failure.message).not.toContain(wire.credential[1])
    })
  }
  test('what the provider refuses as invalid is a 400 with its sentence', async () => {
    upstream.play(whole(400, wire.refusal(400, 'The frobnication must be positive')))
    const failure = await failing('ask')
    expect(failure.status).toBe(400)
    expect(failure.message).toContain('The frobnication must be positive')
  })
  test('an unknown key is a 401 and reaches no upstream', async () => {
    const wrong = { model, prompt: 'Hello', key: 'sk-of-somebody-else' }
    expect(client.failure(await failureOf(client.ask(wrong))).status).toBe(401)
    expect(upstream.heard).toHaveLength(0)
  })
  test('an error event in a stream that began well is an error to the SDK, not an end', async () => {
    const events = wire.events({ text: ['One', ' two', ' three'] })
    const pieces: string[] = []
    const began = events.slice(0, wire.name === 'gemini' ? 1 : wire.name === 'openai' ? 2 : 3)
    // The error comes once the client has seen that the stream began well.
    const pace = async (index: number) => index < began.length || until('a piece', () => pieces.length > 0)
    upstream.play(stream([...began, wire.errorEvent], { pace }))
    await failureOf(client.stream({ model, prompt: 'Count' }, (text) => pieces.push(text)))
    expect(pieces.join('')).toBe('One')
  })
}

function aborts(scene: Scene): void {
  const { setting, client, wire, upstream, model } = scene
  test("an abort in the SDK closes the provider's connection within 100 ms and is recorded as the client's", async () => {
    upstream.play(stream(wire.events({ text: ['One', ' two', ' three'] }), { after: 3, ending: 'hang' }))
    const controller = new AbortController()
    let abortedAt = 0
    const onText = () => {
      if (abortedAt > 0) return
      abortedAt = performance.now()
      controller.abort()
    }
    await client.stream({ model, prompt: 'Count', signal: controller.signal }, onText).catch(() => undefined)
    const { at, whole: isWhole } = await (await upstream.request()).over
    expect(abortedAt).toBeGreaterThan(0)
    expect(isWhole).toBe(false)
    expect(at - abortedAt).toBeLessThan(100)
    const record = await until('the record', async () => (await setting.gateway.records('limit=1'))[0])
    expect(record).toMatchObject({ outcome: 'client_closed', provider: wire.name })
  })
}

function sandbox(client: SdkClient): void {
  const model = 'sandbox'
  test('a chat answers', async () => {
    const answer = await client.ask({ model, prompt: 'sandbox:say="Hello Ann."' })
    expect(answer.text).toBe('Hello Ann.')
    expect(answer.usage[1]).toBeGreaterThan(0)
  })
  test('a stream comes piece by piece', async () => {
    const answer = await client.stream({ model, prompt: 'sandbox:words=40' })
    expect(answer.text.split(' ')).toHaveLength(40)
    expect(answer.pieces).toBeGreaterThan(10)
  })
  test('tools are called, and their results answered', async () => {
    const wish = { model, prompt: 'sandbox:tool=weather,time', tools: true }
    const { calls } = await client.stream(wish)
    expect(calls.map(({ name, arguments: given }) => [name, given])).toEqual([
      ['weather', { city: 'example' }],
      ['time', { zone: 'example' }],
    ])
    const answer = await client.ask({ ...wish, called: calls.map((call) => ({ ...call, result: 'all is well' })) })
    expect(answer.text).toContain('all is well')
  })
  test('a structured answer follows the schema', async () => {
    const parsed = WEATHER.safeParse(await client.structured({ model, prompt: 'The weather' }))
    expect(parsed.success).toBe(true)
  })
  test('an image is seen', async () => {
    const answer = await client.ask({ model, prompt: 'What is this?', image: PIXEL })
    expect(answer.text).toContain('1 image(s)')
  })
  test('a failure has its status', async () => {
    const failure = client.failure(await failureOf(client.ask({ model, prompt: 'sandbox:fail=503' })))
    expect(failure.status).toBe(503)
  })
  test('an abort ends it', async () => {
    const controller = new AbortController()
    const wish = { model, prompt: 'sandbox:words=5000 sandbox:pace=5ms', signal: controller.signal }
    const pieces: string[] = []
    const onText = (text: string) => {
      pieces.push(text)
      controller.abort()
    }
    await client.stream(wish, onText).catch(() => undefined)
    expect(pieces.length).toBeLessThan(50)
  })
}
