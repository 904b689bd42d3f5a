import { createSign } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { SecretError } from '../secret.ts'
import { askStore, type ExternalStore, fieldOf, keptToken, member, needed, refusal, type StoreTools } from './store.ts'

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform'
const LIFETIME_S = 3_600

/**
 * Google Secret Manager: `secret://gcp/<project>/<name>[/<version>]#<field>`. `GOOGLE_APPLICATION_CREDENTIALS` names the file
 * of a service account's key.
 * Source: cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions/access, RFC 7523, 2026-11.
 */
export function gcpStore(tools: StoreTools): ExternalStore {
  const token = keptToken(tools.clock, async (ref) => {
    const account = await readAccount(ref, needed(tools, ref, 'GOOGLE_APPLICATION_CREDENTIALS'))
    const grant = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
    const { status, body } = await askStore(tools, ref, {
      url: account.tokenUri,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: grant,
        assertion: assertion(ref, account, tools.clock.now()),
      }).toString(),
      network: 'public',
    })
    const text = member(body, 'access_token')
    if (status !== 200 || typeof text !== 'string') throw refusal(ref, status === 400 ? 401 : status)
    const seconds = Number(member(body, 'expires_in')) || LIFETIME_S
    return { text, endsAt: tools.clock.now() + seconds * 1_000 }
  })
  return {
    read: async (wanted) => {
      const { ref, path } = wanted
      const [project, name, version = 'latest', ...more] = path.split('/').map(encodeURIComponent)
      if (!project || !name || more.length > 0)
        throw new SecretError(ref, 'a secret is written secret://gcp/<project>/<name>, with /<version> if need be')
      const { status, body } = await askStore(tools, ref, {
        url: `https://secretmanager.googleapis.com/v1/projects/${project}/secrets/${name}/versions/${version}:access`,
        method: 'GET',
        headers: { authorization: `Bearer ${await token.get(ref)}` },
        network: 'public',
      })
      if (status === 401) token.forget()
      const payload = member(body, 'payload', 'data')
      if (status !== 200 || typeof payload !== 'string') throw refusal(ref, status)
      return fieldOf(Buffer.from(payload, 'base64').toString(), wanted)
    },
  }
}

interface Account {
  readonly email: string
  readonly privateKey: string
  readonly keyId: string
  readonly tokenUri: string
}

async function readAccount(ref: string, path: string): Promise<Account> {
  let key: unknown
  try {
    key = JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw new SecretError(ref, 'the file that GOOGLE_APPLICATION_CREDENTIALS names cannot be read', { cause })
  }
  const text = (name: string) => String(member(key, name) ?? '')
  const tokenUri = text('token_uri') || 'https://oauth2.googleapis.com/token'
  if (text('client_email') === '' || text('private_key') === '')
    throw new SecretError(ref, 'GOOGLE_APPLICATION_CREDENTIALS names no key of a service account')
  // A key that names another host would have the gateway hand a signed assertion to it.
  if (!/^https:\/\/[a-z0-9.-]+\.googleapis\.com\//.test(tokenUri))
    throw new SecretError(ref, 'token_uri is no address of Google')
  return { email: text('client_email'), privateKey: text('private_key'), keyId: text('private_key_id'), tokenUri }
}

function assertion(ref: string, { email, privateKey, keyId, tokenUri }: Account, nowMs: number): string {
  const iat = Math.floor(nowMs / 1_000)
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const header = { alg: 'RS256', typ: 'JWT', ...(keyId && { kid: keyId }) }
  const claims = { iss: email, scope: SCOPE, aud: tokenUri, iat, exp: iat + LIFETIME_S }
  const signed = `${encoded(header)}.${encoded(claims)}`
  try {
    return `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')}`
  } catch {
    // Without the cause: the library may quote the key.
    throw new SecretError(ref, 'the private key of the service account cannot be read')
  }
}
