import { afterAll, describe, expect, test } from 'bun:test'
import { brotliCompressSync, constants, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { manualClock, systemClock } from '../../lib/clock.ts'
import { type ErrorCode, GatewayError } from '../../lib/errors.ts'
import { GOOD_EXAMPLE } from './certificate.fixture.ts'
import { createEgress, type EgressRequest } from './egress.ts'

const BIG = 32 * 1_048_576
const BOMB = brotliCompressSync(new Uint8Array(BIG), { params: { [constants.BROTLI_PARAM_QUALITY]: 2 } })
let seenAborts = 0
let onAbort: () => void = () => undefined

const upstream = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  idleTimeout: 0,
  fetch: async (request) => {
    const { pathname } = new URL(request.url)
    const coded = (coding: string, body: Uint8Array<ArrayBuffer>) =>
      new Response(body, { headers: { 'content-encoding': coding } })
    const text = new TextEncoder().encode('hello '.repeat(100))
    switch (pathname) {
      case '/echo':
        return Response.json({
          headers: Object.fromEntries(request.headers),
          body: await request.text(),
          method: request.method,
        })
      case '/redirect':
        return new Response(null, { status: 302, headers: { location: 'http://169.254.169.254/' } })
      case '/gzip':
        return coded('gzip', gzipSync(text))
      case '/deflate':
        return coded('deflate', deflateSync(text))
      case '/br':
        return coded('br', brotliCompressSync(text))
      case '/zstd':
        return coded('zstd', zstdCompressSync(text))
      case '/twice':
        return coded('gzip, br', brotliCompressSync(gzipSync(text)))
      case '/bomb':
        return coded('br', BOMB)
      case '/broken':
        return coded('gzip', text)
      case '/unknown':
        return coded('compress', text)
      case '/empty':
        return new Response(null, { status: 204 })
      case '/secret-error':
        return new Response('the secret of the upstream', { status: 500 })
    }
    request.signal.addEventListener('abort', () => {
      seenAborts++
      onAbort()
    })
    if (pathname === '/never') return new Promise<Response>(() => undefined)
    const body = new ReadableStream({
      pull: (controller) => Bun.sleep(5).then(() => controller.enqueue('data: x\n\n')),
    })
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  },
})
const tlsServer = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  tls: GOOD_EXAMPLE,
  fetch: (request) => new Response(request.headers.get('host')),
})
afterAll(() => Promise.all([upstream.stop(true), tlsServer.stop(true)]))

const egress = createEgress({ clock: systemClock })
const call = (path: string, more: Partial<EgressRequest> = {}): EgressRequest => ({
  url: `http://127.0.0.1:${upstream.port}${path}`,
  method: 'GET',
  headers: {},
  network: 'private',
  ...more,
})

async function codeOf(promise: Promise<unknown>): Promise<ErrorCode | unknown> {
  try {
    await promise
    return 'taken'
  } catch (error) {
    return error instanceof GatewayError ? error.code : error
  }
}

describe('a call', () => {
  test('carries method, headers and body', async () => {
    const request = call('/echo', { method: 'POST', headers: { 'x-a': '1', 'user-agent': 'me' }, body: '{"é":1}' })
    const answer = JSON.parse(await (await egress.send(request)).text(10_000))
    expect([answer.method, answer.body]).toEqual(['POST', '{"é":1}'])
    expect(answer.headers).toMatchObject({ 'x-a': '1', 'user-agent': 'me', 'accept-encoding': 'identity' })
    const bytes = call('/echo', {
      method: 'POST',
      headers: new Headers({ 'x-a': '2' }),
      body: new TextEncoder().encode('b'),
    })
    const second = JSON.parse(await (await egress.send(bytes)).text(10_000))
    expect([second.body, second.headers['x-a']]).toEqual(['b', '2'])
  })

  test('to a loopback address is refused on the public network, and no connection is made', async () => {
    expect(await codeOf(egress.send(call('/echo', { network: 'public' })))).toBe('access_denied')
    expect(
      await codeOf(egress.send(call('/echo', { network: 'public', url: `https://127.0.0.1:${tlsServer.port}/` }))),
    ).toBe('access_denied')
  })

  test('that is answered with a redirect is refused', async () => {
    expect(await codeOf(egress.send(call('/redirect')))).toBe('upstream_invalid')
  })

  test('to a closed port is upstream_unreachable, to an unknown name too', async () => {
    expect(await codeOf(egress.send(call('/', { url: 'http://127.0.0.1:1/' })))).toBe('upstream_unreachable')
    const nameless = createEgress({ clock: systemClock, resolve: () => Promise.reject(new Error('ENOTFOUND')) })
    expect(await codeOf(nameless.send(call('/', { url: 'http://no.example/' })))).toBe('upstream_unreachable')
  })

  test('answered without a body has none', async () => {
    const response = await egress.send(call('/empty'))
    expect([response.status, response.body, await response.text(10)]).toEqual([204, null, ''])
  })
})

describe('names and addresses', () => {
  test('the connection goes to the checked address, under the name', async () => {
    const resolve = async () => ['127.0.0.1']
    const named = createEgress({ clock: systemClock, resolve })
    const url = `http://model.internal:${upstream.port}/echo`
    const answer = JSON.parse(await (await named.send(call('', { url }))).text(10_000))
    expect(answer.headers.host).toBe(`model.internal:${upstream.port}`)
  })

  test('a certificate must carry the name that was asked for', async () => {
    const named = createEgress({ clock: systemClock, resolve: async () => ['127.0.0.1'], extraCa: GOOD_EXAMPLE.cert })
    const good = await named.send(call('', { url: `https://good.example:${tlsServer.port}/` }))
    expect(await good.text(100)).toBe(`good.example:${tlsServer.port}`)
    expect(await codeOf(named.send(call('', { url: `https://evil.example:${tlsServer.port}/` })))).toBe(
      'upstream_unreachable',
    )
    const untrusting = createEgress({ clock: systemClock, resolve: async () => ['127.0.0.1'] })
    expect(await codeOf(untrusting.send(call('', { url: `https://good.example:${tlsServer.port}/` })))).toBe(
      'upstream_unreachable',
    )
  })

  test('a name that is rebound to a forbidden address is not followed there', async () => {
    const clock = manualClock()
    let answer = '127.0.0.1'
    let lookUps = 0
    const resolve = async () => {
      lookUps++
      return [answer]
    }
    const rebound = createEgress({ clock, resolve })
    const request = call('', { url: `http://model.internal:${upstream.port}/empty` })
    expect(await codeOf(rebound.send(request))).toBe('taken')
    answer = '169.254.169.254'
    expect(await codeOf(rebound.send(request))).toBe('taken')
    expect(lookUps).toBe(1)
    await clock.advance(31_000)
    await codeOf(rebound.send(request))
    await clock.advance(0)
    expect(await codeOf(rebound.send(request))).toBe('access_denied')
  })

  test('a resolver that is away is borne while a checked address is known', async () => {
    const clock = manualClock()
    let isAway = false
    const resolve = () => (isAway ? Promise.reject(new Error('away')) : Promise.resolve(['127.0.0.1']))
    const patient = createEgress({ clock, resolve })
    const request = call('', { url: `http://model.internal:${upstream.port}/empty` })
    expect(await codeOf(patient.send(request))).toBe('taken')
    isAway = true
    await clock.advance(60_000)
    expect(await codeOf(patient.send(request))).toBe('taken')
    await clock.advance(300_000)
    expect(await codeOf(patient.send(request))).toBe('upstream_unreachable')
  })

  test('of two addresses the one that answers is dialled', async () => {
    const twin = createEgress({ clock: systemClock, resolve: async () => ['127.0.0.99', '127.0.0.1'] })
    const response = await twin.send(call('', { url: `http://model.internal:${upstream.port}/empty` }))
    expect(response.status).toBe(204)
  })
})

describe('decompression', () => {
  for (const coding of ['gzip', 'deflate', 'br', 'zstd', 'twice']) {
    test(`${coding} is undone, and no stale header is handed on`, async () => {
      const response = await egress.send(call(`/${coding}`))
      expect(await response.text(10_000)).toBe('hello '.repeat(100))
      expect([response.headers.get('content-encoding'), response.headers.get('content-length')]).toEqual([null, null])
    })
  }

  test('a few bytes that become many are cut off', async () => {
    const wary = createEgress({ clock: systemClock, maxDecodedBytes: 100_000 })
    const before = process.memoryUsage().rss
    expect(await codeOf((await wary.send(call('/bomb'))).text(Number.MAX_SAFE_INTEGER))).toBe('upstream_invalid')
    expect(process.memoryUsage().rss - before).toBeLessThan(BIG)
  })

  test('what does not decode is upstream_invalid', async () => {
    expect(await codeOf((await egress.send(call('/broken'))).text(10_000))).toBe('upstream_invalid')
    expect(await codeOf(egress.send(call('/unknown')))).toBe('upstream_invalid')
  })

  test('a body beyond the bound of its reader is refused', async () => {
    expect(await codeOf((await egress.send(call('/echo'))).text(10))).toBe('upstream_invalid')
  })
})

describe('hanging up', () => {
  const aborted = () =>
    new Promise<number>((resolve) => {
      const startedAt = performance.now()
      onAbort = () => resolve(performance.now() - startedAt)
    })

  test('the abort of a signal closes the upstream within 100 ms, before and during the answer, cold and warm', async () => {
    for (const path of ['/never', '/stream', '/never', '/stream']) {
      const fresh = path === '/never' ? createEgress({ clock: systemClock }) : egress
      const abort = new AbortController()
      const sent = fresh.send(call(path, { signal: abort.signal }))
      sent.catch(() => undefined)
      if (path === '/stream') await (await sent).body?.getReader().read()
      else await Bun.sleep(20)
      const closed = aborted()
      abort.abort(new GatewayError('client_closed'))
      expect(await closed).toBeLessThan(100)
      if (path === '/never') expect(await codeOf(sent)).toBe('client_closed')
    }
    expect(seenAborts).toBe(4)
  })

  test('cancelling the body closes the upstream within 100 ms', async () => {
    const reader = (await egress.send(call('/stream'))).body?.getReader()
    await reader?.read()
    const closed = aborted()
    await reader?.cancel()
    expect(await closed).toBeLessThan(100)
  })

  test('a deadline is upstream_timeout', async () => {
    expect(await codeOf(egress.send(call('/never', { signal: AbortSignal.timeout(20) })))).toBe('upstream_timeout')
  })

  test('an upstream that accepts but is slow to answer outlives the connect timeout', async () => {
    const fresh = createEgress({ clock: systemClock })
    const abort = new AbortController()
    const sent = codeOf(fresh.send(call('/never', { connectTimeoutMs: 20, signal: abort.signal })))
    const winner = await Promise.race([sent, Bun.sleep(80).then(() => 'still waiting')])
    expect(winner).toBe('still waiting')
    abort.abort()
    expect(await sent).toBe('client_closed')
  })
})
