import { afterAll, beforeEach, describe, expect, test } from 'bun:test'
import { type FakeUpstream, fakeUpstream, type Script } from './fake-upstream.ts'
import { startGateway } from './harness.ts'
import { cutAtOnce, hang, stream, whole } from './scripts.ts'
import { CHAT_PROBES } from './surfaces.ts'
import { anthropicFake } from './wires/anthropic.ts'
import { geminiFake } from './wires/gemini.ts'
import { openaiFake } from './wires/openai.ts'
import type { WireFake } from './wires/wire.ts'

/** Every test has providers of its own, so that one's cool-down is not another's. */
const upstreams: Record<'first' | 'second' | 'third', FakeUpstream> = {
  first: await fakeUpstream(),
  second: await fakeUpstream(),
  third: await fakeUpstream(),
}
const { first, second, third } = upstreams

const documents: string[] = []
let models = 0

interface Routed {
  /** The providers' dialects, in the order of `first`, `second`, `third`. */
  readonly wires: readonly WireFake[]
  /** The model's spec; `T0`, `T1`, `T2` stand for its targets. */
  readonly spec: string
  /** A second model, `$BACKUP` in the spec. */
  readonly backup?: string
}

/** Declares a model before the gateway starts; gives its name. */
function model({ wires, spec, backup }: Routed): string {
  const number = models++
  const places = [first, second, third]
  const targets = wires.map((wire, index) => {
    documents.push(wire.provider(`p${number}-${index}`, places[index]?.url ?? ''))
    return `provider: p${number}-${index}, model: ${wire.model}`
  })
  const filled = (text: string) =>
    text.replace(/T(\d)/g, (_, index) => targets[Number(index)] ?? '').replaceAll('$BACKUP', `backup${number}`)
  documents.push(`kind: Model\nmetadata: {name: m${number}}\nspec: {${filled(spec)}}`)
  if (backup) documents.push(`kind: Model\nmetadata: {name: backup${number}}\nspec: {${filled(backup)}}`)
  return `m${number}`
}

/** A stream in which the model says nothing but that it will not. */
function filteredEvents(wire: WireFake): readonly string[] {
  const reasons = {
    openai: '"finish_reason":"content_filter"',
    anthropic: '"stop_reason":"refusal"',
    gemini: '"finishReason":"SAFETY"',
  }
  return wire
    .events({ text: wire.name === 'anthropic' ? undefined : [] })
    .map((event) => event.replace(/"(?:finish_reason|stop_reason|finishReason)":"[a-zA-Z_]+"/, reasons[wire.name]))
}

const hello = (wire: WireFake, text: string) => wire.say({ text: [text] })
const fails =
  (wire: WireFake, status: number, headers: Record<string, string> = {}): Script =>
  (heard, out) =>
    whole(status, wire.refusal(status, 'No'), headers)(heard, out)

const [probe] = CHAT_PROBES
const ask = (name: string, options: { readonly stream?: boolean; readonly prompt?: string } = {}) =>
  gateway.post(probe.path(name, options.stream === true), probe.body(name, options))
const recordOf = (response: Response) => gateway.record(response.headers.get('x-request-id'))

const wires = [openaiFake, anthropicFake]
const two = '{T0}, {T1}'
const names = {
  ordered: model({ wires, spec: `targets: [${two}]` }),
  limited: model({ wires, spec: `targets: [${two}]` }),
  alone: model({ wires: [openaiFake], spec: 'targets: [{T0}], retry: {attempts: 3}' }),
  picky: model({ wires, spec: `targets: [${two}], retry: {attempts: 3, on: [429]}` }),
  hasty: model({ wires, spec: `targets: [${two}], timeout: {firstToken: 60ms}` }),
  total: model({ wires: [openaiFake], spec: 'targets: [{T0}], retry: {attempts: 1}, timeout: {total: 120ms}' }),
  weighted: model({
    wires,
    spec: 'targets: [{T0, weight: 80}, {T1, weight: 20}], strategy: weighted, retry: {attempts: 1}',
  }),
  unweighted: model({ wires, spec: 'targets: [{T0, weight: 0}, {T1, weight: 1}], strategy: weighted' }),
  ruled: model({
    wires: [openaiFake, anthropicFake, geminiFake],
    spec: `targets: [{T0, name: small}, {T1, name: large}, {T2, name: tools}], strategy: rules,
  rules: [{when: request.tools, target: tools}, {when: request.tokens > 5000, target: large}]`,
  }),
  cheapest: model({ wires: [anthropicFake, openaiFake], spec: `targets: [${two}], strategy: least-cost` }),
  circuit: model({ wires, spec: `targets: [${two}], retry: {attempts: 1}` }),
  fallback: model({
    wires,
    spec: 'targets: [{T0}], retry: {attempts: 1}, fallback: {to: [$BACKUP]}',
    backup: 'targets: [{T1}], retry: {attempts: 1}',
  }),
  onlyContext: model({
    wires,
    spec: 'targets: [{T0}], retry: {attempts: 1}, fallback: {on: [context-length], to: [$BACKUP]}',
    backup: 'targets: [{T1}], retry: {attempts: 1}',
  }),
}
const across = [openaiFake, anthropicFake, geminiFake].map((from) => ({
  from,
  name: model({
    wires: [from, openaiFake],
    spec: 'targets: [{T0}], retry: {attempts: 1}, fallback: {to: [$BACKUP]}',
    backup: 'targets: [{T1}], retry: {attempts: 1}',
  }),
}))

const gateway = await startGateway({ documents: documents.join('\n---\n') })
afterAll(async () => {
  await gateway.stop()
  for (const upstream of Object.values(upstreams)) await upstream.stop()
})
beforeEach(() => {
  for (const upstream of Object.values(upstreams)) upstream.clear()
  first.play(hello(openaiFake, 'first'))
  second.play(hello(anthropicFake, 'second'))
  third.play(hello(geminiFake, 'third'))
})

async function expectAnswer(response: Response, text: string): Promise<void> {
  const body = await response.text()
  expect({ status: response.status, body }).toMatchObject({ status: 200, body: expect.stringContaining(text) })
}

describe('retries', () => {
  for (const [what, script] of [
    ['500', fails(openaiFake, 500)],
    ['503', fails(openaiFake, 503)],
    ['529', fails(openaiFake, 529)],
    ['401 (our key, not the caller)', fails(openaiFake, 401)],
    ['a broken connection', cutAtOnce],
    ['HTML', whole(200, '<html>')],
  ] as const) {
    test(`${what} from the first target: the second answers, and both attempts are recorded`, async () => {
      first.play(script)
      const response = await ask(names.ordered)
      expect(response.headers.get('x-gatehouse-attempts')).toBe('2')
      expect(response.headers.get('x-gatehouse-model')).toBe(anthropicFake.model)
      await expectAnswer(response, 'second')
      const record = await recordOf(response)
      expect(record).toMatchObject({ outcome: 'succeeded', modelServed: anthropicFake.model })
      expect(record.attempts).toMatchObject([{ error: expect.stringMatching(/^upstream_/) }, { status: 200 }])
      first.play(hello(openaiFake, 'first'))
      await expectAnswer(await ask(names.ordered), 'first')
    })
  }
  test('the same target is asked again when there is no other', async () => {
    first.once(fails(openaiFake, 500), fails(openaiFake, 503))
    const response = await ask(names.alone)
    await expectAnswer(response, 'first')
    expect(first.heard).toHaveLength(3)
  })
  test('no more attempts than the policy says, and the last error is told', async () => {
    first.play(fails(openaiFake, 500))
    const response = await ask(names.alone)
    expect(response.status).toBe(502)
    expect(first.heard).toHaveLength(3)
    expect((await recordOf(response)).attempts).toHaveLength(3)
  })
  test('what the policy does not retry is not retried', async () => {
    first.play(fails(openaiFake, 500))
    expect((await ask(names.picky)).status).toBe(502)
    expect(second.heard).toHaveLength(0)
  })
  test("a caller's mistake is not retried", async () => {
    first.play(fails(openaiFake, 400))
    expect((await ask(names.ordered)).status).toBe(400)
    expect(second.heard).toHaveLength(0)
  })
  test('nothing is retried once text has been sent', async () => {
    const events = openaiFake.events({ text: ['One', ' two'] })
    first.play(
      stream(events, { after: 3, ending: 'cut', pace: () => new Promise((resolve) => setTimeout(resolve, 5)) }),
    )
    const response = await ask(names.ordered, { stream: true })
    const text = await response.text()
    expect(probe.textIn(text)).toStartWith('One')
    expect(probe.endsCleanly(text)).toBe(false)
    expect(second.heard).toHaveLength(0)
  })
})

describe('rate limits of a provider', () => {
  test('429 with Retry-After: another answers at once, and the limited one rests that long', async () => {
    first.play(fails(openaiFake, 429, { 'retry-after': '30' }))
    await expectAnswer(await ask(names.limited), 'second')
    first.play(hello(openaiFake, 'first'))
    await expectAnswer(await ask(names.limited), 'second')
    expect(first.heard).toHaveLength(1)
  })
  test('alone, the 429 is told with its Retry-After', async () => {
    first.play(fails(openaiFake, 429, { 'retry-after': '1' }))
    const response = await ask(names.circuit, {})
    expect(response.status).toBe(429)
    expect(response.headers.get('retry-after')).toBe('1')
    expect(Number(response.headers.get('retry-after-ms'))).toBe(1_000)
    expect(await recordOf(response)).toMatchObject({ outcome: 'failed', error: { code: 'upstream_rate_limited' } })
  })
})

describe('fallbacks', () => {
  for (const [what, script] of [
    ['an error', fails(openaiFake, 500)],
    ['a time-out', fails(openaiFake, 504)],
    ['a rate limit', fails(openaiFake, 429)],
    ['a context that is too long', openaiFake.tooLong],
    ['a content filter', openaiFake.filtered],
  ] as const) {
    for (const streamed of [false, true]) {
      test(`${what}: the other model answers${streamed ? ', streamed' : ''}`, async () => {
        first.play(script)
        const response = await ask(names.fallback, { stream: streamed })
        expect(response.headers.get('x-gatehouse-model')).toBe(anthropicFake.model)
        await expectAnswer(response, 'second')
      })
    }
  }
  test('only for the reasons that the policy names', async () => {
    first.play(fails(openaiFake, 500))
    expect((await ask(names.onlyContext)).status).toBe(502)
    expect(second.heard).toHaveLength(0)
    first.play(openaiFake.tooLong)
    await expectAnswer(await ask(names.onlyContext), 'second')
  })
  for (const { from, name } of across) {
    test(`an error event before the first text of ${from.name}, although it said 200: the other model answers`, async () => {
      const events = from.events({ text: ['never seen'] })
      first.play(stream([...events.slice(0, from.name === 'gemini' ? 0 : 1), from.errorEvent]))
      second.play(hello(openaiFake, 'second'))
      const response = await ask(name, { stream: true })
      const text = await response.text()
      expect(probe.textIn(text)).toBe('second')
      expect(probe.endsCleanly(text)).toBe(true)
      expect((await recordOf(response)).attempts).toMatchObject([{ error: expect.any(String) }, { status: 200 }])
    })
    test(`a cut before the first text of ${from.name}: the other model answers`, async () => {
      first.play(
        stream(from.events({ text: ['never seen'] }), { after: from.name === 'gemini' ? 0 : 1, ending: 'cut' }),
      )
      second.play(hello(openaiFake, 'second'))
      expect(probe.textIn(await (await ask(name, { stream: true })).text())).toBe('second')
    })
    test(`filtered by ${from.name}, in its own words: the other model answers`, async () => {
      first.play(from.filtered)
      second.play(hello(openaiFake, 'second'))
      await expectAnswer(await ask(name), 'second')
    })
    test(`filtered by ${from.name} within its stream, before any text: the other model answers`, async () => {
      first.play(stream(filteredEvents(from)))
      second.play(hello(openaiFake, 'second'))
      expect(probe.textIn(await (await ask(name, { stream: true })).text())).toBe('second')
    })
    test(`too long for ${from.name}, in its own words: the other model answers`, async () => {
      first.play(from.tooLong)
      second.play(hello(openaiFake, 'second'))
      await expectAnswer(await ask(name), 'second')
    })
  }
})

describe('time-outs', () => {
  test('no first text in time: another target answers', async () => {
    first.play(hang)
    await expectAnswer(await ask(names.hasty, { stream: true }), 'second')
    expect((await (await first.request()).over).whole).toBe(false)
  })
  test('the total deadline ends a stream that goes on and on', async () => {
    const events = openaiFake.events({ text: Array.from({ length: 100 }, () => 'word ') })
    first.play(stream(events, { pace: () => new Promise((resolve) => setTimeout(resolve, 10)) }))
    const response = await ask(names.total, { stream: true })
    const text = await response.text()
    expect(probe.endsCleanly(text)).toBe(false)
    expect(await recordOf(response)).toMatchObject({ outcome: 'interrupted', error: { code: 'upstream_timeout' } })
    expect((await (await first.request()).over).whole).toBe(false)
  })
})

describe('choosing', () => {
  test('by weight: the shares come out as written', async () => {
    const calls = Array.from({ length: 200 }, async () => (await ask(names.weighted)).text())
    await Promise.all(calls)
    expect(first.heard.length + second.heard.length).toBe(200)
    // 80 %, give or take five standard deviations.
    expect(first.heard.length).toBeGreaterThan(160 - 29)
    expect(first.heard.length).toBeLessThan(160 + 29)
  })
  test('a weight of 0 is never chosen', async () => {
    for (let count = 0; count < 20; count++) await (await ask(names.unweighted)).text()
    expect(first.heard).toHaveLength(0)
  })
  test('by rules: the first that holds decides, else the first target', async () => {
    await expectAnswer(await ask(names.ruled), 'first')
    await expectAnswer(await ask(names.ruled, { prompt: 'long '.repeat(8_000) }), 'second')
    const tools = [{ type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } }]
    const body = { ...probe.body(names.ruled), tools }
    await expectAnswer(await gateway.post(probe.path(names.ruled, false), body), 'third')
  })
  test('by cost: the cheapest is asked first', async () => {
    first.play(hello(anthropicFake, 'dear'))
    second.play(hello(openaiFake, 'cheap'))
    await expectAnswer(await ask(names.cheapest), 'cheap')
  })
})

test('five failures in a row open the circuit: the next call goes to the other target first', async () => {
  first.play(fails(openaiFake, 500))
  for (let count = 0; count < 5; count++) await (await ask(names.circuit)).text()
  first.clear()
  await expectAnswer(await ask(names.circuit), 'second')
  expect(first.heard).toHaveLength(0)
})
