import { describe, expect, test } from 'bun:test'
import type { Transport, UpstreamResponse } from '../models/providers/index.ts'
import { pass } from './gate.ts'
import { BENCH_KEY, chatBody, type GateBench, gateBench } from './testing.ts'

const TEXT = new TextEncoder()
const event = (data: unknown) => `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`
const chunk = (content: string, finish: string | null = null) =>
  event({ id: 'c1', created: 1, model: 'm', choices: [{ index: 0, delta: { content }, finish_reason: finish }] })
const USAGE = event({
  id: 'c1',
  choices: [],
  usage: { prompt_tokens: 1_000, completion_tokens: 500, total_tokens: 1_500 },
})
const CLEAN = [chunk('Hel'), chunk('lo'), chunk('', 'stop'), USAGE, event('[DONE]')]

/** An upstream whose stream is written by the test, piece by piece. */
function scripted() {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  let signal: AbortSignal | undefined
  const transport: Transport = async (_request, given): Promise<UpstreamResponse> => {
    signal = given
    const body = new ReadableStream<Uint8Array>({
      start: (made) => {
        controller = made
        given.addEventListener('abort', () => made.error(given.reason))
      },
    })
    return { status: 200, headers: new Headers(), body, text: async () => '' }
  }
  return {
    transport,
    send: (...texts: string[]) => {
      for (const text of texts) controller?.enqueue(TEXT.encode(text))
    },
    end: () => controller?.close(),
    cut: () => controller?.error(new Error('ECONNRESET')),
    isAborted: () => signal?.aborted,
  }
}

/** Asks while the upstream sends these pieces, then ends. */
async function streamed(pieces: readonly string[], request: Parameters<GateBench['ask']>[0] = {}, documents = '') {
  const upstream = scripted()
  const bench = gateBench({ transport: upstream.transport, documents })
  const asked = bench.ask(request)
  await bench.clock.advance(5)
  upstream.send(...pieces)
  upstream.end()
  const response = await asked
  return { bench, upstream, response, text: await response.text() }
}

function only(bench: GateBench) {
  expect(bench.records).toHaveLength(1)
  expect(bench.closed()).toBe(1)
  const [record] = bench.records
  if (!record) throw new Error('no record')
  return record
}

describe('a streamed answer', () => {
  test('that ends cleanly is recorded once, as succeeded, with the usage that the provider told', async () => {
    const { bench, text } = await streamed(CLEAN)
    expect(text).toBe(chunk('Hel') + chunk('lo') + chunk('', 'stop') + event('[DONE]'))
    const record = only(bench)
    expect(record.outcome).toBe('succeeded')
    expect(record.tokens).toMatchObject({ input: 1_000, output: 500, partial: false })
    expect(record.cost).toBe(2_000_000)
    expect(record.stream).toBe(true)
    expect(record.timings.firstToken).toBe(5)
  })

  test('is recorded before its last bytes are handed out', async () => {
    const upstream = scripted()
    const bench = gateBench({ transport: upstream.transport })
    const asked = bench.ask()
    await bench.clock.advance(1)
    upstream.send(CLEAN[0] ?? '')
    const reader = ((await asked).body ?? new ReadableStream()).getReader()
    await reader.read()
    expect(bench.records).toHaveLength(0)
    upstream.send(...CLEAN.slice(1))
    upstream.end()
    for (let seen = ''; !seen.includes('[DONE]'); ) {
      const { value } = await reader.read()
      seen += new TextDecoder().decode(value)
      if (seen.includes('[DONE]')) expect(bench.records).toHaveLength(1)
    }
    expect((await reader.read()).done).toBe(true)
  })

  test('whose provider does not count is counted by the gate, and flagged', async () => {
    const { bench } = await streamed([
      chunk('Hello there, this is long enough to count'),
      chunk('', 'stop'),
      event('[DONE]'),
    ])
    const { tokens, outcome } = only(bench)
    expect(outcome).toBe('succeeded')
    expect(tokens.partial).toBe(true)
    expect(tokens.output).toBeGreaterThan(0)
  })

  test('that is cut ends in the error of the surface without a clean end, and is recorded as interrupted', async () => {
    const { bench, text } = await streamed([chunk('Hel')])
    expect(text).toContain('"error"')
    expect(text).not.toContain('[DONE]')
    const record = only(bench)
    expect(record.outcome).toBe('interrupted')
    expect(record.error?.code).toBe('upstream_error')
    expect(record.tokens.partial).toBe(true)
    expect(record.attempts[0]?.error).toBe('upstream_error')
  })

  test('whose socket breaks is recorded as interrupted', async () => {
    const upstream = scripted()
    const bench = gateBench({ transport: upstream.transport })
    const asked = bench.ask()
    await bench.clock.advance(1)
    upstream.send(chunk('Hel'))
    const reading = (await asked).text()
    await bench.clock.advance(1)
    upstream.cut()
    expect(await reading).toContain('"error"')
    expect(only(bench).outcome).toBe('interrupted')
  })

  test('with an error event inside tells the client once, in the words of the gate', async () => {
    const failure = event({ error: { message: 'quota of sk-secret1234 exceeded', type: 'server_error' } })
    const { bench, text } = await streamed([chunk('Hel'), failure, event('[DONE]')])
    expect(text.match(/"error"/g)).toHaveLength(1)
    expect(text).not.toContain('sk-secret')
    expect(text).not.toContain('[DONE]')
    expect(only(bench).outcome).toBe('interrupted')
  })

  test('that stops coming is ended after the idle time-out', async () => {
    const documents = `---
kind: Model
metadata: {name: hasty}
spec: {targets: [{provider: local, model: m-1}], retry: {attempts: 1}, timeout: {idle: 2s}}
`
    const upstream = scripted()
    const bench = gateBench({ transport: upstream.transport, documents })
    const asked = bench.ask({ body: chatBody(true, { model: 'hasty' }) })
    await bench.clock.advance(1)
    upstream.send(chunk('Hel'))
    const reading = (await asked).text()
    await bench.clock.advance(2_100)
    expect(await reading).toContain('stopped answering')
    expect(only(bench).error?.code).toBe('upstream_timeout')
  })
})

describe('a client that goes away', () => {
  for (const way of ['the stream', 'the request'] as const) {
    test(`in the middle, told by ${way}, closes the upstream and is recorded once as client_closed, what came billed`, async () => {
      const upstream = scripted()
      const bench = gateBench({ transport: upstream.transport })
      const client = new AbortController()
      const asked = bench.ask({ signal: client.signal })
      await bench.clock.advance(1)
      upstream.send(chunk('x'.repeat(400)))
      const reader = ((await asked).body ?? new ReadableStream()).getReader()
      await reader.read()
      const pending = reader.read().catch(() => undefined)
      await bench.clock.advance(1)
      if (way === 'the stream') await reader.cancel()
      else client.abort()
      await pending
      await bench.clock.advance(1)
      expect(upstream.isAborted()).toBe(true)
      const record = only(bench)
      expect(record.outcome).toBe('client_closed')
      expect(record.error?.code).toBe('client_closed')
      expect(record.tokens.partial).toBe(true)
      expect(record.tokens.output).toBeGreaterThan(0)
      expect(record.attempts[0]?.error).toBeUndefined()
      expect(bench.gate.health.report()[0]?.inFlight).toBe(0)
    })
  }

  test('before it has read anything is recorded once, and the upstream is closed', async () => {
    const upstream = scripted()
    const bench = gateBench({ transport: upstream.transport })
    const asked = bench.ask()
    await bench.clock.advance(1)
    upstream.send(chunk('Hel'))
    await (await asked).body?.cancel()
    expect(upstream.isAborted()).toBe(true)
    expect(only(bench).outcome).toBe('client_closed')
  })

  test('while the upstream is waited for is recorded once as client_closed, and no other target is asked', async () => {
    const upstream = scripted()
    const documents = `---
kind: Model
metadata: {name: stubborn}
spec: {targets: [{provider: local, model: m-1}, {provider: local, model: m-2}], retry: {attempts: 4}}
`
    const bench = gateBench({ transport: upstream.transport, documents })
    const client = new AbortController()
    const asked = bench.ask({ signal: client.signal, body: chatBody(true, { model: 'stubborn' }) })
    await bench.clock.advance(50)
    client.abort()
    expect((await asked).status).toBe(499)
    const record = only(bench)
    expect(record.outcome).toBe('client_closed')
    expect(record.attempts).toHaveLength(1)
  })

  test('before the answer is handed out does not leave the exchange open, though nobody ever reads or cancels it', async () => {
    const client = new AbortController()
    const upstream = scripted()
    const bench = gateBench({ transport: upstream.transport })
    const asked = bench.ask({ signal: client.signal })
    await bench.clock.advance(1)
    upstream.send(chunk('Hel'))
    await asked
    client.abort()
    expect(only(bench).outcome).toBe('client_closed')
  })

  test('without a word, reading nothing though there is something, is given up', async () => {
    const upstream = scripted()
    const bench = gateBench({ transport: upstream.transport })
    const asked = bench.ask()
    await bench.clock.advance(1)
    upstream.send(...CLEAN.slice(0, 2), chunk('more'))
    await asked
    await bench.clock.advance(599_000)
    expect(bench.records).toHaveLength(0)
    await bench.clock.advance(60_000)
    expect(only(bench).outcome).toBe('client_closed')
    expect(upstream.isAborted()).toBe(true)
  })
})

describe('what is told besides', () => {
  test('the trailer comes when asked for, as a comment behind the end, with what the stream has cost', async () => {
    const { text } = await streamed(CLEAN, { headers: { 'x-gatehouse-trailer': '1' } })
    expect(
      text.endsWith(`${event('[DONE]')}: gatehouse {"costUsd":"0.002","inputTokens":1000,"outputTokens":500}\n\n`),
    ).toBe(true)
  })

  test('overhead is neither what the upstream took nor what the client did', async () => {
    const upstream = scripted()
    const bench = gateBench({ transport: upstream.transport })
    const asked = bench.ask()
    await bench.clock.advance(40)
    upstream.send(chunk('Hel'))
    const response = await asked
    expect(response.headers.get('x-gatehouse-overhead-ms')).toBe('0.000')
    const reader = (response.body ?? new ReadableStream()).getReader()
    await reader.read()
    await bench.clock.advance(3_000)
    upstream.send(...CLEAN.slice(1))
    upstream.end()
    await bench.clock.advance(1)
    await bench.clock.advance(2_000)
    while (!(await reader.read()).done);
    expect(only(bench).timings.overhead).toBe(0)
    expect(only(bench).durationMs).toBeGreaterThanOrEqual(3_040)
  })

  test('overhead of a stream that the client leaves while the upstream is waited for is still the own time alone', async () => {
    const upstream = scripted()
    const bench = gateBench({ transport: upstream.transport })
    const asked = bench.ask()
    await bench.clock.advance(1)
    upstream.send(chunk('Hel'))
    const reader = ((await asked).body ?? new ReadableStream()).getReader()
    await reader.read()
    const pending = reader.read().catch(() => undefined)
    await bench.clock.advance(9_000)
    await reader.cancel()
    await pending
    expect(only(bench).timings.overhead).toBe(0)
  })

  test('pings keep an idle stream open, and none comes after its end', async () => {
    const upstream = scripted()
    const bench = gateBench({ transport: upstream.transport })
    const asked = bench.ask()
    await bench.clock.advance(1)
    upstream.send(chunk('Hel'))
    const reader = ((await asked).body ?? new ReadableStream()).getReader()
    await reader.read()
    const idle = reader.read()
    await bench.clock.advance(15_000)
    expect(new TextDecoder().decode((await idle).value)).toStartWith(':')
    const next = reader.read()
    await bench.clock.advance(10)
    upstream.send(...CLEAN.slice(1))
    upstream.end()
    let rest = new TextDecoder().decode((await next).value)
    for (let step = await reader.read(); !step.done; step = await reader.read())
      rest += new TextDecoder().decode(step.value)
    await bench.clock.advance(60_000)
    expect(rest.endsWith(event('[DONE]'))).toBe(true)
    expect(rest).not.toContain('\n:')
  })
})

describe('what breaks inside the gate', () => {
  test('an error while the answer is encoded closes the upstream, gives everything back and is recorded once', async () => {
    const upstream = scripted()
    const bench = gateBench({ transport: upstream.transport })
    const operation = bench.operation({})
    const asked = pass(bench.gate, {
      ...operation,
      encode: () => {
        throw new TypeError('a bug')
      },
    })
    await bench.clock.advance(1)
    upstream.send(chunk('Hel'))
    expect((await asked).status).toBe(500)
    expect(upstream.isAborted()).toBe(true)
    expect(only(bench).outcome).toBe('failed')
  })

  test('a reporter that throws still frees the place of the operation', async () => {
    const upstream = scripted()
    const parts = {
      report: () => {
        throw new Error('a bug')
      },
    }
    const bench = gateBench({ transport: upstream.transport, parts })
    const asked = bench.ask()
    await bench.clock.advance(1)
    upstream.send(...CLEAN)
    upstream.end()
    const text = await (await asked).text()
    expect(text).not.toContain('[DONE]')
    expect(bench.closed()).toBe(1)
    expect(bench.records).toHaveLength(1)
  })
})

test('no secret and no content stands in a record or in what is answered', async () => {
  const { bench, response, text } = await streamed(CLEAN)
  const told = JSON.stringify([bench.records, [...response.headers]])
  expect(told).not.toContain(BENCH_KEY)
  expect(told).not.toContain('Good morning')
  expect(told).not.toContain('Hel')
  expect(text).not.toContain(BENCH_KEY)
})
