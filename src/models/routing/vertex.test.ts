import { describe, expect, test } from 'bun:test'
import { createVerify, generateKeyPairSync } from 'node:crypto'
import type { GatewayError } from '../../lib/errors.ts'
import { anthropicMessages } from '../dialects/index.ts'
import type { UpstreamRequest } from '../providers/index.ts'
import { answered, NOW, rehearse, silent } from './asking.fixture.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const ACCOUNT = {
  type: 'service_account',
  project_id: 'acme-ai',
  private_key_id: 'key-1',
  private_key: privateKey,
  client_email: 'gate@acme-ai.iam.gserviceaccount.com',
  token_uri: 'https://oauth2.googleapis.com/token',
}
const CALL = '{"model":"asked","messages":[{"role":"user","content":"Hello"}]}'
const ANSWER = JSON.stringify({
  candidates: [{ content: { role: 'model', parts: [{ text: 'Hi.' }] }, finishReason: 'STOP', index: 0 }],
  usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 },
})

interface Setting {
  readonly secret?: string
  readonly spec?: string
  readonly model?: string
  readonly token?: (signal: AbortSignal) => ReturnType<typeof answered> | Promise<ReturnType<typeof answered>>
  readonly answer?: string
}

function vertex(setting: Setting = {}) {
  let minted = 0
  const token = setting.token ?? (() => answered(200, `{"access_token":"ya29.${++minted}","expires_in":3599}`))
  return rehearse({
    provider: setting.spec ?? 'type: vertex, options: {location: europe-west4}',
    model: setting.model ?? 'gemini-2.5-pro',
    secret: setting.secret ?? JSON.stringify(ACCOUNT),
    answer: (request, signal) => (isTrade(request) ? token(signal) : answered(200, setting.answer ?? ANSWER)),
  })
}

const isTrade = (request: UpstreamRequest) => request.url.startsWith('https://oauth2.')

describe('a service account', () => {
  test('is traded by a signed assertion; its own project stands in the address', async () => {
    const there = vertex()
    await there.chat(CALL)
    const [trade, call] = there.sent
    const form = new URLSearchParams(trade?.body)
    expect(trade).toMatchObject({ method: 'POST', url: 'https://oauth2.googleapis.com/token', network: 'public' })
    expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer')
    const [header = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.')
    const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString())
    expect(read(header)).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'key-1' })
    expect(read(claims)).toEqual({
      iss: ACCOUNT.client_email,
      scope: 'https://www.googleapis.com/auth/cloud-platform',
      aud: ACCOUNT.token_uri,
      iat: NOW / 1_000,
      exp: NOW / 1_000 + 3_600,
    })
    const verify = createVerify('RSA-SHA256').update(`${header}.${claims}`)
    expect(verify.verify(publicKey, signature, 'base64url')).toBe(true)
    expect(call?.url).toBe(
      'https://europe-west4-aiplatform.googleapis.com/v1/projects/acme-ai/locations/europe-west4/publishers/google/models/gemini-2.5-pro:generateContent',
    )
    expect(call?.headers.authorization).toBe('Bearer ya29.1')
    expect(JSON.stringify(there.sent)).not.toContain('PRIVATE KEY')
  })

  test('its token is used until shortly before it expires, then renewed', async () => {
    const there = vertex()
    const trades = () => there.sent.filter(isTrade).length
    await there.chat(CALL)
    await there.clock.advance(3_200_000)
    await there.chat(CALL)
    expect(trades()).toBe(1)
    await there.clock.advance(120_000)
    await there.chat(CALL)
    expect(trades()).toBe(2)
    expect(there.sent.at(-1)?.headers.authorization).toBe('Bearer ya29.2')
  })

  test('calls at the same time share one trade', async () => {
    const there = vertex()
    await Promise.all([there.chat(CALL), there.chat(CALL), there.chat(CALL)])
    expect(there.sent.filter(isTrade)).toHaveLength(1)
  })

  test('a refused trade is our fault, is not remembered, and tells no secret', async () => {
    let refusals = 0
    const there = vertex({
      token: () =>
        ++refusals === 1
          ? answered(400, '{"error":"invalid_grant","error_description":"Invalid JWT Signature."}')
          : answered(200, '{"access_token":"ya29.x","expires_in":3599}'),
    })
    const error = await there.chat(CALL).catch((thrown: GatewayError) => thrown)
    expect(error).toMatchObject({ code: 'upstream_auth', status: 502 })
    expect(String(error)).not.toContain('PRIVATE')
    expect((await there.chat(CALL)).kind).toBe('whole')
  })

  test('a caller who leaves stops waiting for a trade at once', async () => {
    const there = vertex({ token: silent })
    const client = new AbortController()
    const left = there.chat(CALL, { signal: client.signal }).catch((thrown: GatewayError) => thrown.code)
    client.abort()
    expect(await left).toBe('client_closed')
  })

  test('a trade that hangs is given up after ten seconds', async () => {
    const there = vertex({ token: silent })
    const late = there.chat(CALL).catch((thrown: GatewayError) => thrown.code)
    await there.clock.advance(10_001)
    expect(await late).toBe('upstream_timeout')
  })

  test('one that names a stranger for its trade is refused before anything leaves', async () => {
    const there = vertex({ secret: JSON.stringify({ ...ACCOUNT, token_uri: 'https://evil.example/token' }) })
    expect(await there.chat(CALL).catch((thrown: GatewayError) => thrown.code)).toBe('upstream_auth')
    expect(there.sent).toEqual([])
  })
})

test('an access token goes as it is; an API key goes in its own header, to the address of express mode', async () => {
  const token = vertex({ secret: 'ya29.from-elsewhere', spec: 'type: vertex, options: {project: acme, location: eu}' })
  await token.chat(CALL)
  expect(token.sent[0]?.headers.authorization).toBe('Bearer ya29.from-elsewhere')
  expect(token.sent[0]?.url).toStartWith('https://aiplatform.eu.rep.googleapis.com/v1/projects/acme/locations/eu/')
  const key = vertex({ secret: 'AIzaSyExample', spec: 'type: vertex' })
  await key.chat(CALL)
  expect(key.sent[0]?.headers['x-goog-api-key']).toBe('AIzaSyExample')
  expect(key.sent[0]?.url).toBe(
    'https://aiplatform.googleapis.com/v1/publishers/google/models/gemini-2.5-pro:generateContent',
  )
})

test('an Anthropic caller’s own bytes pass to Claude on Vertex, but for the model and the version', async () => {
  const answer = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-4-5',
    content: [{ type: 'text', text: 'Hi.' }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 3, output_tokens: 2 },
  }
  const there = vertex({ model: 'claude-sonnet-4-5@20250929', answer: JSON.stringify(answer) })
  const text =
    '{"model":"asked", "max_tokens":10, "new_field":{"x":1.0},  "messages":[{"role":"user","content":"Hello"}]}'
  const served = await there.chat(text, { dialect: anthropicMessages })
  expect(there.sent.at(-1)?.body).toBe(
    '{"max_tokens":10, "new_field":{"x":1.0},  "messages":[{"role":"user","content":"Hello"}],"anthropic_version":"vertex-2023-10-16"}',
  )
  expect(served.served.passThrough).toBe(true)
})

test('texts are embedded by predict, one a call', async () => {
  const there = vertex({
    model: 'gemini-embedding-001',
    answer: '{"predictions":[{"embeddings":{"values":[1,2],"statistics":{"token_count":4,"truncated":false}}}]}',
  })
  const { answer } = await there.embed(['a', 'b'])
  expect(answer).toMatchObject({
    vectors: [
      [1, 2],
      [1, 2],
    ],
    usage: { inputTokens: 8 },
  })
  expect(there.sent.at(-1)?.url).toEndWith('/publishers/google/models/gemini-embedding-001:predict')
  expect(JSON.parse(there.sent.at(-1)?.body ?? '')).toEqual({ instances: [{ content: 'b' }] })
})
