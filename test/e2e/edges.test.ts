import { afterAll, beforeEach, describe, expect, test } from 'bun:test'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fakeUpstream } from './fake-upstream.ts'
import { mintKey, startGateway } from './harness.ts'
import { whole } from './scripts.ts'
import { PROBES, type SurfaceProbe } from './surfaces.ts'
import { until } from './until.ts'
import { openaiFake } from './wires/openai.ts'

const MAX_BODY_BYTES = 1_048_576

const expired = mintKey('expired', 'expires: 2020-01-01')
const disabled = mintKey('disabled', 'disabled: true')
const revoked = mintKey('revoked')
const narrowed = mintKey('narrowed', "narrowTo: ['model:other']")
const stranger = mintKey('stranger')
const unknown = mintKey('unknown')

const upstream = await fakeUpstream(openaiFake.say({ text: ['Hello.'] }))
const grant = (name: string, app: string, rest: string) => `kind: Grant
metadata: {name: ${name}}
spec: {to: ['app:${app}'], actions: [use], ${rest}}`
const model = (name: string, target: string) => `kind: Model
metadata: {name: ${name}}
spec: {targets: [{provider: up, model: ${target}}], retry: {attempts: 1}}`

const gateway = await startGateway({
  documents: [
    openaiFake.provider('up', upstream.url),
    model('m', 'gpt-4o-mini'),
    model('other', 'gpt-4o-mini'),
    model('secret', 'gpt-4o-mini'),
    model('embedder', 'text-embedding-3-small'),
    model('unpriced', 'nobody-knows-its-price').replace('retry:', 'unpriced: refuse, retry:'),
    ...[expired, disabled, revoked, narrowed, stranger].map(({ documents }) => documents),
    grant('revoked-may', 'revoked', "effect: allow, on: ['model:*']"),
    grant('narrowed-may', 'narrowed', "effect: allow, on: ['model:*']"),
    grant('nobody-secret', 'tester', "effect: deny, on: ['model:secret']"),
  ].join('\n---\n'),
  environment: { GATEHOUSE_MAX_BODY_BYTES: String(MAX_BODY_BYTES) },
})
afterAll(async () => {
  await gateway.stop()
  await upstream.stop()
})
beforeEach(() => upstream.clear())

const known = (probe: SurfaceProbe) => (probe.name === 'openai-embeddings' ? 'embedder' : 'm')

interface Refusal {
  readonly status: number
  readonly code: string
  readonly outcome: string
  /** How many requests reached the upstream. */
  readonly attempts?: number
}

/** Everything that must be true of a refusal: its shape, its headers, its one record, and the upstream's peace. */
async function expectRefusal(probe: SurfaceProbe, response: Response, refusal: Refusal): Promise<string> {
  const { attempts = 0 } = refusal
  const body: unknown = await response.json()
  expect({ status: response.status, code: response.headers.get('x-gatehouse-error'), body }).toMatchObject({
    status: refusal.status,
    code: refusal.code,
  })
  const sentence = probe.errorIn(body, refusal.status)
  expect(response.headers.get('content-type')).toContain('application/json')
  const id = response.headers.get('x-request-id')
  expect(id).toMatch(/^req_/)
  expect(response.headers.get('x-gatehouse-decision')).toMatch(/^dec_/)
  expect(response.headers.get('x-gatehouse-revision')).toMatch(/^[0-9a-f]{64}$/)
  expect(response.headers.get('x-gatehouse-attempts')).toBe(String(attempts))
  expect(response.headers.get('x-gatehouse-cache')).toBe('off')
  expect(Number(response.headers.get('x-gatehouse-cost-usd') ?? Number.NaN)).toBe(0)
  expect(Number(response.headers.get('x-gatehouse-overhead-ms'))).toBeGreaterThanOrEqual(0)
  expect(await gateway.record(id)).toMatchObject({
    outcome: refusal.outcome,
    status: refusal.status,
    surface: probe.name,
    error: { code: refusal.code },
    costNanoUsd: 0,
    tokens: { input: 0, output: 0 },
  })
  expect(upstream.heard).toHaveLength(attempts)
  return sentence
}

for (const probe of PROBES) {
  const path = probe.path(known(probe), false)
  const body = (turns = 1) => JSON.stringify(probe.body(known(probe), { turns }))
  const post = (text: string | ReadableStream, options: { key?: string; headers?: Record<string, string> } = {}) =>
    fetch(gateway.url + path, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${options.key ?? gateway.key}`,
        'content-type': 'application/json',
        ...options.headers,
      },
      body: text,
    })

  describe(`${probe.name}: a body that cannot be read`, () => {
    test('too large, as its length says: 413', async () => {
      const response = await post(`${' '.repeat(MAX_BODY_BYTES)}${body()}`)
      const sentence = await expectRefusal(probe, response, {
        status: 413,
        code: 'payload_too_large',
        outcome: 'rejected',
      })
      expect(sentence).toContain(String(MAX_BODY_BYTES))
    })
    test('too large, and its length not said: 413', async () => {
      let sent = 0
      const endless = new ReadableStream({
        pull: (controller) => {
          if (sent > MAX_BODY_BYTES) return controller.close()
          sent += 65_536
          controller.enqueue(new Uint8Array(65_536).fill(32))
        },
      })
      await expectRefusal(probe, await post(endless), { status: 413, code: 'payload_too_large', outcome: 'rejected' })
    })
    test('packed: 415', async () => {
      const response = await post(body(), { headers: { 'content-encoding': 'gzip' } })
      await expectRefusal(probe, response, { status: 415, code: 'unsupported_media_type', outcome: 'rejected' })
    })
    for (const [what, text] of [
      ['cut off', '{"model": "m", "mess'],
      ['empty', ''],
      ['with something behind it', `${body()} {}`],
      ['HTML', '<html></html>'],
    ] as const) {
      test(`${what}: 400`, async () => {
        await expectRefusal(probe, await post(text), { status: 400, code: 'invalid_json', outcome: 'rejected' })
      })
    }
    for (const [what, text] of [
      ['a list', '[]'],
      ['null', 'null'],
      ['nested 200 deep', body().replace(/}$/, `, "x": ${'['.repeat(200)}${']'.repeat(200)}}`)],
      ['of the wrong types', '{"model": "m", "messages": 7, "prompt": {}, "input": {}, "contents": 7}'],
      ...(probe.modelInBody
        ? [['with two models', body().replace(/}$/, ', "model": "secret"}')] as const]
        : ([['with two lists of turns', body().replace(/}$/, ', "contents": []}')]] as const)),
    ] as const) {
      test(`${what}: 400, with a sentence that says why`, async () => {
        const refusal = { status: 400, code: 'invalid_request', outcome: 'rejected' }
        expect((await expectRefusal(probe, await post(text), refusal)).length).toBeGreaterThan(10)
      })
    }
    if (probe.name !== 'openai-completions') {
      test('10,001 turns: 400', async () => {
        await expectRefusal(probe, await post(body(10_001)), {
          status: 400,
          code: 'invalid_request',
          outcome: 'rejected',
        })
      })
    }
  })

  describe(`${probe.name}: whoever may not`, () => {
    for (const [what, key, code] of [
      ['no key', '', 'unauthenticated'],
      ['something else than a key', 'sk-proj-1234567890', 'unauthenticated'],
      ['a misspelt key', `${gateway.key.slice(0, -1)}${gateway.key.endsWith('0') ? '1' : '0'}`, 'unauthenticated'],
      ['a key that nobody knows', unknown.key, 'key_revoked'],
      ['a disabled key', disabled.key, 'key_revoked'],
      ['an expired key', expired.key, 'key_expired'],
    ] as const) {
      test(`${what}: 401`, async () => {
        await expectRefusal(probe, await post(body(), { key }), { status: 401, code, outcome: 'denied' })
      })
    }
    test('a wrong key is told so before anything is said of the body', async () => {
      const response = await post('{', { key: unknown.key })
      await expectRefusal(probe, response, { status: 401, code: 'key_revoked', outcome: 'denied' })
    })
    for (const [what, name, key] of [
      ['nobody granted it', known(probe), stranger.key],
      ['a grant denies it', 'secret', gateway.key],
      ['the key is narrowed to another', known(probe), narrowed.key],
    ] as const) {
      test(`a model that ${what}: 403 with the decision`, async () => {
        const options = { key }
        const response = await gateway.post(probe.path(name, false), probe.body(name), options)
        const sentence = await expectRefusal(probe, response, {
          status: 403,
          code: 'access_denied',
          outcome: 'denied',
        })
        expect(sentence).toContain(response.headers.get('x-gatehouse-decision') ?? '-')
      })
    }
    test('a model that there is not: 404', async () => {
      const response = await gateway.post(probe.path('nothing', false), probe.body('nothing'))
      await expectRefusal(probe, response, { status: 404, code: 'model_not_found', outcome: 'rejected' })
    })
    test('a model without a price, where the policy refuses such: 403', async () => {
      const response = await gateway.post(probe.path('unpriced', false), probe.body('unpriced'))
      await expectRefusal(probe, response, { status: 403, code: 'price_unknown', outcome: 'denied' })
    })
  })

  describe(`${probe.name}: addresses`, () => {
    test('the wrong method is a 405 that names the right one', async () => {
      const response = await fetch(gateway.url + path, { method: 'DELETE' })
      expect(response.status).toBe(405)
      expect(response.headers.get('allow')).toContain('POST')
      probe.errorIn(await response.json(), 405)
    })
    test('an unknown address under it is a 404 in its shape', async () => {
      const address = probe.name === 'gemini' ? '/v1beta/nothing' : `${path}/nothing/here`
      const response = await fetch(gateway.url + address, { method: 'POST' })
      expect(response.status).toBe(404)
      expect(response.headers.get('x-request-id')).toMatch(/^req_/)
      probe.errorIn(await response.json(), 404)
    })
  })

  for (const status of [401, 403]) {
    test(`${probe.name}: the provider's ${status} is a 502, and its words stand neither in the answer nor in the ledger`, async () => {
      upstream.play(whole(status, openaiFake.refusal(status, 'Incorrect API key provided: upstream-secret')))
      const response = await post(body())
      const failed = { status: 502, code: 'upstream_auth', outcome: 'failed', attempts: 1 }
      const sentence = await expectRefusal(probe, response, failed)
      expect(sentence).not.toContain('Incorrect')
      const recorded = JSON.stringify(await gateway.record(response.headers.get('x-request-id')))
      expect(recorded).not.toContain('Incorrect')
      expect(recorded).not.toContain('upstream-secret')
      expect(recorded).toContain(String(status))
      upstream.play(openaiFake.say({ text: ['Hello.'] }))
    })
  }
}

test('an address of no surface is a 404 as RFC 9457 says it', async () => {
  const response = await fetch(`${gateway.url}/nothing`)
  expect(response.status).toBe(404)
  expect(response.headers.get('content-type')).toContain('application/problem+json')
  expect(await response.json()).toMatchObject({ status: 404, code: 'not_found', requestId: expect.any(String) })
})

describe('the list of models', () => {
  const names = async (key: string) => {
    const response = await fetch(`${gateway.url}/v1/models`, { headers: { authorization: `Bearer ${key}` } })
    const { data } = (await response.json()) as { readonly data: readonly { readonly id: string }[] }
    return data.map(({ id }) => id)
  }
  test('shows what the key may use, and nothing else', async () => {
    expect(await names(gateway.key)).toEqual(['embedder', 'm', 'other', 'sandbox', 'unpriced'])
    expect(await names(narrowed.key)).toEqual(['other'])
    expect(await names(stranger.key)).toEqual([])
  })
  test('does not tell one that may not be used from one that is not there', async () => {
    const ask = (name: string) =>
      fetch(`${gateway.url}/v1/models/${name}`, { headers: { authorization: `Bearer ${gateway.key}` } })
    expect((await ask('m')).status).toBe(200)
    expect([(await ask('secret')).status, (await ask('nothing')).status]).toEqual([404, 404])
  })
})

test('a key is taken wherever the vendors put it', async () => {
  const probe = PROBES[0]
  const ask = (headers: Record<string, string>, query = '') =>
    fetch(`${gateway.url}${probe.path('m', false)}${query}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(probe.body('m')),
    })
  upstream.play(openaiFake.say({ text: ['Hello.'] }))
  for (const name of ['x-api-key', 'x-goog-api-key', 'api-key']) {
    expect((await ask({ [name]: gateway.key })).status).toBe(200)
  }
  expect((await ask({}, `?key=${gateway.key}`)).status).toBe(200)
  expect(upstream.heard.some(({ path, headers }) => `${path}${JSON.stringify(headers)}`.includes('gth_'))).toBe(false)
})

test('a key that is revoked in the policy directory is refused within one second', async () => {
  const probe = PROBES[0]
  const ask = () => gateway.post(probe.path('m', false), probe.body('m'), { key: revoked.key })
  expect((await ask()).status).toBe(200)
  const file = join(gateway.policy, 'policy.yaml')
  const text = await readFile(file, 'utf8')
  const at = performance.now()
  await writeFile(
    file,
    text.replace(
      revoked.documents,
      revoked.documents.replace("spec: {for: 'app:revoked'", "spec: {disabled: true, for: 'app:revoked'"),
    ),
  )
  const refused = await until('the refusal', async () => {
    const response = await ask()
    return response.status !== 200 && response
  })
  expect(performance.now() - at).toBeLessThan(1_000)
  upstream.clear()
  await expectRefusal(probe, refused, { status: 401, code: 'key_revoked', outcome: 'denied' })
})
