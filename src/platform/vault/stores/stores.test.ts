import { afterAll, describe, expect, test } from 'bun:test'
import { createVerify, generateKeyPairSync } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manualClock } from '../../../lib/clock.ts'
import { signV4 } from '../../../lib/sigv4.ts'
import { createEgress, type Egress } from '../../egress/index.ts'
import { createVault } from '../vault.ts'
import { storeLoader } from './load.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-stores-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Asked {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}
type Wire = (asked: Asked) => { readonly status?: number; readonly json?: unknown }

/** A vault over a store that answers as its wire says; what was asked is kept. */
function vaultOver(wire: Wire, environment: Readonly<Record<string, string>>) {
  const asked: Asked[] = []
  const egress: Egress = {
    send: async ({ url, method, headers, body }) => {
      const one = { url, method, headers: headers as Record<string, string>, body: String(body ?? '') }
      asked.push(one)
      const { status = 200, json = {} } = wire(one)
      const text = async () => JSON.stringify(json)
      return { status, headers: new Headers(), body: null, text, bytes: async () => Buffer.from(await text()) }
    },
  }
  const clock = manualClock(1_800_000_000_000)
  const variables = (name: string) => environment[name]
  const stores = storeLoader({ egress, clock, environment: variables })
  const vault = createVault({ environment: variables, stores })
  const read = async (ref: string) => (await vault.resolve(ref)).reveal()
  return { asked, clock, vault, read }
}

describe('HashiCorp Vault and OpenBao', () => {
  const ROLE = { VAULT_ADDR: 'http://127.0.0.1:8200/', VAULT_ROLE_ID: 'r', VAULT_SECRET_ID: 's' }
  const kv = (fields: unknown) => ({ json: { data: { data: fields, metadata: { version: 3 } } } })

  test('a field of a key-value secret is read with a token and in a namespace', async () => {
    const environment = { VAULT_ADDR: 'https://vault.example', VAULT_TOKEN: 'hvs.x', VAULT_NAMESPACE: 'ai' }
    const { asked, read } = vaultOver(() => kv({ key: 'sk-1', other: 'x' }), environment)
    expect(await read('secret://hashicorp/kv/ai/openai#key')).toBe('sk-1')
    expect(asked).toMatchObject([
      {
        url: 'https://vault.example/v1/kv/data/ai/openai',
        headers: { 'x-vault-token': 'hvs.x', 'x-vault-namespace': 'ai' },
      },
    ])
    await expect(read('secret://hashicorp/kv/ai/openai')).rejects.toThrow('several fields')
    await expect(read('secret://hashicorp/kv/ai/openai#none')).rejects.toThrow('no field none')
  })

  test('an AppRole signs in once, again when its token has run out or was revoked', async () => {
    const revoked = { is: false }
    const { asked, clock, read } = vaultOver(({ url, headers }) => {
      if (url.endsWith('/v1/auth/approle/login'))
        return { json: { auth: { client_token: `t${asked.length}`, lease_duration: 3_600 } } }
      if (!revoked.is) return kv({ key: headers['x-vault-token'] })
      revoked.is = false
      return { status: 403 }
    }, ROLE)
    const read2 = () => read('secret://hashicorp/kv/a#key')
    expect([await read2(), await read2()]).toEqual(['t1', 't1'])
    await clock.advance(3_600_000)
    const after = await read2()
    expect(after).not.toBe('t1')
    revoked.is = true
    expect(await read2()).not.toBe(after)
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ role_id: 'r', secret_id: 's' })
  })

  test('what is missing or refused is told, and the answer of the store is not', async () => {
    const { read } = vaultOver(() => ({ status: 404, json: { errors: ['inner detail'] } }), {
      ...ROLE,
      VAULT_TOKEN: 't',
    })
    await expect(read('secret://hashicorp/kv/a#key')).rejects.toThrow('there is no such secret')
    const bare = vaultOver(() => ({}), {})
    await expect(bare.read('secret://hashicorp/kv/a#key')).rejects.toThrow('VAULT_ADDR is not set')
  })

  test('over a real connection, and a store that is away leaves what it gave before', async () => {
    const server = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch: (request) =>
        request.headers.get('x-vault-token') === 'root'
          ? Response.json({ data: { data: { key: 'sk-real' } } })
          : Response.json({ errors: [] }, { status: 403 }),
    })
    const clock = manualClock()
    const environment = (name: string) => ({ VAULT_ADDR: `http://127.0.0.1:${server.port}`, VAULT_TOKEN: 'root' })[name]
    const vault = createVault({
      environment,
      stores: storeLoader({ egress: createEgress({ clock }), clock, environment }),
    })
    const ref = 'secret://hashicorp/secret/openai#key'
    expect(await vault.prefetch([ref])).toEqual([])
    await server.stop(true)
    const failures = await vault.prefetch([ref])
    expect(failures.map(({ message }) => message)).toEqual([`${ref}: its store does not answer`])
    expect(vault.cached(ref)).toBe('sk-real')
  })
})

describe('AWS Secrets Manager', () => {
  const KEYS = {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'AKIA1',
    AWS_SECRET_ACCESS_KEY: 'shh',
    AWS_SESSION_TOKEN: 'st',
  }

  test('a secret is read with a signed request; a field of JSON, or bytes', async () => {
    const { asked, read, clock } = vaultOver(({ body }) => {
      if (body.includes('binary')) return { json: { SecretBinary: Buffer.from('raw').toString('base64') } }
      return { json: { SecretString: '{"key":"sk-2"}' } }
    }, KEYS)
    expect(await read('secret://aws/prod/openai#key')).toBe('sk-2')
    expect(await read('secret://aws/binary')).toBe('raw')
    const [first] = asked
    expect(first).toMatchObject({
      url: 'https://secretsmanager.eu-central-1.amazonaws.com/',
      body: '{"SecretId":"prod/openai"}',
      headers: { 'x-amz-target': 'secretsmanager.GetSecretValue', 'x-amz-security-token': 'st' },
    })
    const again = signV4({
      method: 'POST',
      url: 'https://secretsmanager.eu-central-1.amazonaws.com/',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'secretsmanager.GetSecretValue' },
      body: '{"SecretId":"prod/openai"}',
      service: 'secretsmanager',
      region: 'eu-central-1',
      credentials: { accessKeyId: 'AKIA1', secretAccessKey: 'shh', sessionToken: 'st' },
      nowMs: clock.now(),
    })
    expect(first?.headers.authorization).toBe(again.authorization)
  })

  test('its refusals, all of status 400, are told apart', async () => {
    for (const [type, said] of [
      ['ResourceNotFoundException', 'no such secret'],
      ['com.amazonaws#AccessDeniedException', 'refuses the gateway'],
      ['InternalServiceError', 'answered 400'],
    ] as const) {
      const { read } = vaultOver(() => ({ status: 400, json: { __type: type } }), KEYS)
      await expect(read('secret://aws/x')).rejects.toThrow(said)
    }
  })
})

test('Google Secret Manager: a service account signs for a token, which reads the secret and is kept', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const file = join(folder, 'account.json')
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' })
  writeFileSync(
    file,
    JSON.stringify({ type: 'service_account', client_email: 'gate@p.iam', private_key: pem, private_key_id: 'k1' }),
  )
  const { asked, read } = vaultOver(
    ({ url }) => {
      if (url === 'https://oauth2.googleapis.com/token') return { json: { access_token: 'ya29', expires_in: 3_600 } }
      return { json: { payload: { data: Buffer.from('sk-3').toString('base64') } } }
    },
    { GOOGLE_APPLICATION_CREDENTIALS: file },
  )
  expect(await read('secret://gcp/my-project/openai')).toBe('sk-3')
  expect(await read('secret://gcp/my-project/openai/7')).toBe('sk-3')
  const [token, first, second] = asked
  expect(asked).toHaveLength(3)
  expect(first).toMatchObject({
    url: 'https://secretmanager.googleapis.com/v1/projects/my-project/secrets/openai/versions/latest:access',
    headers: { authorization: 'Bearer ya29' },
  })
  expect(second?.url).toContain('/versions/7:access')
  const [header = '', claims = '', signature = ''] = (new URLSearchParams(token?.body).get('assertion') ?? '').split(
    '.',
  )
  expect(createVerify('RSA-SHA256').update(`${header}.${claims}`).verify(publicKey, signature, 'base64url')).toBe(true)
  expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
    iss: 'gate@p.iam',
    iat: 1_800_000_000,
  })
  writeFileSync(file, JSON.stringify({ client_email: 'a', private_key: 'b', token_uri: 'https://evil.example/token' }))
  const other = vaultOver(() => ({}), { GOOGLE_APPLICATION_CREDENTIALS: file })
  await expect(other.read('secret://gcp/p/x')).rejects.toThrow('no address of Google')
  expect(other.asked).toEqual([])
})

test('Azure Key Vault: client credentials give a token, which reads the secret; a name that is none reaches no host', async () => {
  const environment = { AZURE_TENANT_ID: 'tenant', AZURE_CLIENT_ID: 'id', AZURE_CLIENT_SECRET: 'shh' }
  const { asked, read } = vaultOver(({ url }) => {
    if (url.startsWith('https://login.microsoftonline.com/'))
      return { json: { access_token: 'eyJ', expires_in: 3_599 } }
    return { json: { value: '{"key":"sk-4"}' } }
  }, environment)
  expect(await read('secret://azure/my-vault/openai#key')).toBe('sk-4')
  expect(asked.map(({ url }) => url)).toEqual([
    'https://login.microsoftonline.com/tenant/oauth2/v2.0/token',
    'https://my-vault.vault.azure.net/secrets/openai?api-version=7.4',
  ])
  expect(Object.fromEntries(new URLSearchParams(asked[0]?.body))).toEqual({
    grant_type: 'client_credentials',
    client_id: 'id',
    client_secret: 'shh',
    scope: 'https://vault.azure.net/.default',
  })
  await expect(read('secret://azure/evil.example/openai')).rejects.toThrow('is written secret://azure')
  expect(asked).toHaveLength(2)
})

test('Kubernetes: mounted files are read, replaced ones at the next reading, and nothing outside of the directory', async () => {
  mkdirSync(join(folder, 'k8s', 'openai'), { recursive: true })
  writeFileSync(join(folder, 'k8s', 'openai', 'key'), 'sk-5\n')
  const { read } = vaultOver(() => ({}), { GATEHOUSE_KUBERNETES_SECRETS: join(folder, 'k8s') })
  expect(await read('secret://kubernetes/openai/key')).toBe('sk-5')
  writeFileSync(join(folder, 'k8s', 'openai', 'key'), 'sk-6')
  expect(await read('secret://kubernetes/openai/key')).toBe('sk-6')
  await expect(read('secret://kubernetes/../account.json')).rejects.toThrow('plain names')
  await expect(read('secret://kubernetes/none/key')).rejects.toThrow('not mounted')
})
