import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { connect } from 'node:net'
import { routerOf, SURFACES } from '../gate/index.ts'
import { BENCH_KEY, chatBody, gateBench } from '../gate/testing.ts'
import { systemClock } from '../lib/clock.ts'
import { idMaker } from '../lib/ids.ts'
import { seededRandom } from '../lib/random.ts'
import { type Admission, admissionControl } from './admission.ts'
import { type Listener, listen } from './listener.ts'

const MAX_BODY = 20_000
const bench = gateBench()
const bounds = { maxOpen: 3, maxResidentBytes: Number.MAX_SAFE_INTEGER, maxLagMs: 60_000, isRecording: () => true }
let listener: Listener
let admission: Admission

beforeAll(() => {
  admission = admissionControl(systemClock, bounds)
  listener = listen({
    host: '127.0.0.1',
    port: 0,
    clock: bench.clock,
    ids: idMaker(systemClock, seededRandom(2)),
    gate: bench.gate,
    router: routerOf(SURFACES),
    own: (_request, path) => (path === '/healthz' ? new Response('ok') : undefined),
    admission,
    maxBodyBytes: MAX_BODY,
  })
})
afterAll(() => listener.stop(true))

const KEYED = { authorization: `Bearer ${BENCH_KEY}`, 'content-type': 'application/json' }
const HELLO = JSON.stringify(chatBody(false, { model: 'rehearsal' }))

function post(path: string, body: BodyInit, headers: Record<string, string> = KEYED): Promise<Response> {
  return fetch(`http://127.0.0.1:${listener.port}${path}`, { method: 'POST', body, headers })
}

/** Speaks HTTP/1.1 by hand; gives what came back until the server or `until` ended it. */
function raw(text: string, until = /\r\n\r\n[\s\S]*\}/): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(listener.port, '127.0.0.1', () => socket.write(text))
    let got = ''
    socket.on('data', (piece) => {
      got += piece
      if (until.test(got)) socket.destroy()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(got))
  })
}

const head = (path: string, more: string) =>
  `POST ${path} HTTP/1.1\r\nhost: gate\r\nauthorization: Bearer ${BENCH_KEY}\r\n${more}\r\n\r\n`

describe('the listener', () => {
  test('answers a call, and every operation leaves its place', async () => {
    expect((await post('/v1/chat/completions', HELLO)).status).toBe(200)
    expect(admission.open()).toBe(0)
  })

  for (const size of [MAX_BODY + 1, MAX_BODY + 3_000_000]) {
    test(`a body of ${size} bytes whose length is told gets 413 in the shape of the surface, unread`, async () => {
      const answer = await raw(head('/v1/messages', `content-length: ${size}`))
      expect(answer).toStartWith('HTTP/1.1 413')
      expect(answer).toContain('"type":"error"')
      expect(bench.records.at(-1)).toMatchObject({ outcome: 'rejected', error: { code: 'payload_too_large' } })
      expect(admission.open()).toBe(0)
    })
  }

  test('a body whose length is not told gets 413 as soon as it is too long', async () => {
    const piece = 'x'.repeat(10_000)
    const chunks = `2710\r\n${piece}\r\n`.repeat(3)
    const answer = await raw(head('/v1/chat/completions', 'transfer-encoding: chunked') + chunks)
    expect(answer).toStartWith('HTTP/1.1 413')
    expect(answer).toContain(`at most ${MAX_BODY} bytes`)
  })

  test('a body in pieces without a length is read whole, also when a piece ends inside a character', async () => {
    const bytes = new TextEncoder().encode(
      JSON.stringify({ model: 'rehearsal', messages: [{ role: 'user', content: 'h\u{1f44b}' }] }),
    )
    const at = bytes.indexOf(0xf0) + 2
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        controller.enqueue(bytes.slice(0, at))
        controller.enqueue(bytes.slice(at))
        controller.close()
      },
    })
    expect(await (await post('/v1/chat/completions', stream)).text()).toContain('h\u{1f44b}')
  })

  test('an encoded body gets 415: nothing is unpacked', async () => {
    const response = await post('/v1/chat/completions', HELLO, { ...KEYED, 'content-encoding': 'gzip' })
    expect(response.status).toBe(415)
  })

  test('what is wrong with a body is told to nobody without a key', async () => {
    const response = await post('/v1/chat/completions', 'x'.repeat(MAX_BODY + 1), {})
    expect(response.status).toBe(401)
  })

  test('a slash doubled by a base URL is taken for one', async () => {
    expect((await post('//v1/chat/completions', HELLO)).status).toBe(200)
  })

  test('an unknown address and a wrong method are refused in the shape of their surface, before any operation', async () => {
    const before = bench.records.length
    const unknown = await post('/v1beta/nothing', '{}')
    expect([unknown.status, (await unknown.json()).error.status]).toEqual([404, 'NOT_FOUND'])
    const elsewhere = await post('/elsewhere', '{}')
    expect([elsewhere.status, elsewhere.headers.get('content-type')]).toEqual([404, 'application/problem+json'])
    const method = await fetch(`http://127.0.0.1:${listener.port}/v1/chat/completions`)
    expect([method.status, method.headers.get('allow')]).toEqual([405, 'POST'])
    for (const response of [unknown, elsewhere, method])
      expect(response.headers.get('x-request-id')).toStartWith('req_')
    expect(bench.records).toHaveLength(before)
  })

  test('a GET with a body is a GET', async () => {
    const text = `GET /v1/models HTTP/1.1\r\nhost: gate\r\nauthorization: Bearer ${BENCH_KEY}\r\ncontent-length: 3\r\n\r\nabc`
    expect(await raw(text)).toStartWith('HTTP/1.1 200')
  })

  test('its own addresses are answered when there is no more room', async () => {
    for (let count = 0; count < 3; count++) admission.enter()
    const refused = await post('/v1/chat/completions', HELLO)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
    expect((await refused.json()).error.code).toBe('overloaded')
    expect((await fetch(`http://127.0.0.1:${listener.port}/healthz`)).status).toBe(200)
    for (let count = 0; count < 3; count++) admission.leave()
  })

  test('a client that hangs up in the middle of a stream leaves its place within 100 ms, recorded once', async () => {
    const before = bench.records.length
    const body = JSON.stringify(
      chatBody(true, {
        model: 'rehearsal',
        messages: [{ role: 'user', content: 'sandbox:pace=20ms sandbox:words=5000' }],
      }),
    )
    const text = head('/v1/chat/completions', `content-length: ${body.length}`) + body
    await raw(text, /data: /)
    const from = performance.now()
    while (admission.open() > 0 && performance.now() - from < 2_000) await Bun.sleep(1)
    expect(performance.now() - from).toBeLessThan(100)
    expect(bench.records.slice(before).map(({ outcome }) => outcome)).toEqual(['client_closed'])
  })

  test('a client that hangs up before the answer begins leaves its place too', async () => {
    const before = bench.records.length
    const body = JSON.stringify(
      chatBody(true, { model: 'rehearsal', messages: [{ role: 'user', content: 'sandbox:hang' }] }),
    )
    const socket = connect(listener.port, '127.0.0.1', () =>
      socket.write(head('/v1/chat/completions', `content-length: ${body.length}`) + body),
    )
    while (admission.open() === 0) await Bun.sleep(1)
    socket.destroy()
    const from = performance.now()
    while (admission.open() > 0 && performance.now() - from < 2_000) await Bun.sleep(1)
    expect(admission.open()).toBe(0)
    expect(bench.records.slice(before).map(({ outcome }) => outcome)).toEqual(['client_closed'])
  })

  test('a bug before the story begins answers in the shape of the surface and leaves its place', async () => {
    const broken = listen({
      host: '127.0.0.1',
      port: 0,
      clock: bench.clock,
      ids: idMaker(systemClock, seededRandom(2)),
      gate: {
        ...bench.gate,
        snapshot: () => {
          throw new Error('no policy')
        },
      },
      router: routerOf(SURFACES),
      own: () => undefined,
      admission,
      maxBodyBytes: MAX_BODY,
    })
    const response = await fetch(`http://127.0.0.1:${broken.port}/v1/messages`, { method: 'POST', body: HELLO })
    expect([response.status, (await response.json()).type]).toEqual([500, 'error'])
    expect(admission.open()).toBe(0)
    await broken.stop(true)
  })
})
