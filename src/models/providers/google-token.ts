import { createSign } from 'node:crypto'
import { GatewayError } from '../../lib/errors.ts'
import { isObject, parseJson } from '../../lib/json.ts'
import type { AuthorizeContext } from './provider.ts'
import type { ShortToken } from './token-cache.ts'

/** What a Google credential says of itself. */
export interface ServiceAccount {
  readonly clientEmail: string
  readonly privateKey: string
  readonly privateKeyId?: string
  readonly projectId?: string
  /** Where a signed assertion is traded for a token. */
  readonly tokenUri: string
}

const TOKEN_URI = 'https://oauth2.googleapis.com/token'
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform'
const LIFETIME_S = 3_600
const MAX_TOKEN_ANSWER = 65_536

/** The service account in a credential; undefined when it is no JSON. Throws `upstream_auth` for JSON of another kind. */
export function readServiceAccount(secret: string): ServiceAccount | undefined {
  if (!secret.trimStart().startsWith('{')) return undefined
  const json = parsed(secret)
  const field = (name: string): string | undefined => {
    const value = isObject(json) ? json[name] : undefined
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const clientEmail = field('client_email')
  const privateKey = field('private_key')
  if (!clientEmail || !privateKey)
    throw refused('the Google credential is no service account: client_email, private_key')
  const tokenUri = field('token_uri') ?? TOKEN_URI
  // A credential that names another host would have the gate hand a signed assertion to it.
  if (!/^https:\/\/[a-z0-9.-]+\.googleapis\.com\//.test(tokenUri))
    throw refused('token_uri is not an address of Google')
  return { clientEmail, privateKey, privateKeyId: field('private_key_id'), projectId: field('project_id'), tokenUri }
}

/**
 * An access token for a service account, from memory while it lives (RFC 7523; Google, "Using OAuth 2.0 for server to
 * server applications", 2026-11). Throws `upstream_auth` when Google refuses, `upstream_error` when it fails.
 */
export function accessToken(account: ServiceAccount, context: AuthorizeContext): Promise<string> | string {
  const { clientEmail, privateKey, tokenUri } = account
  return context.tokens.get(`google ${clientEmail} ${tokenUri} ${privateKey}`, async (signal) => {
    const response = await context.exchange(
      {
        method: 'POST',
        url: tokenUri,
        headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
        body: `grant_type=${encodeURIComponent('urn:ietf:params:oauth:grant-type:jwt-bearer')}&assertion=${assertion(account, context.nowMs)}`,
        network: 'public',
      },
      signal,
    )
    const text = await response.text(MAX_TOKEN_ANSWER)
    if (response.status >= 500 || response.status === 429) {
      throw new GatewayError('upstream_error', { internalDetail: `Google's token service answered ${response.status}` })
    }
    return readToken(response.status, text, context.nowMs)
  })
}

function readToken(status: number, text: string, nowMs: number): ShortToken {
  const body = parsedOr(text)
  const token = isObject(body) ? body.access_token : undefined
  const lifetime = isObject(body) ? body.expires_in : undefined
  if (status !== 200 || typeof token !== 'string' || token === '') {
    const reason = isObject(body) && typeof body.error === 'string' ? body.error.slice(0, 100) : 'no token'
    throw refused(`Google's token service answered ${status}: ${reason}`)
  }
  return { token, expiresAt: nowMs + (typeof lifetime === 'number' ? lifetime : LIFETIME_S) * 1_000 }
}

/** A JWT signed with RS256 (RFC 7515, RFC 7519). */
function assertion(account: ServiceAccount, nowMs: number): string {
  const issuedAt = Math.floor(nowMs / 1_000)
  const header = { alg: 'RS256', typ: 'JWT', ...(account.privateKeyId && { kid: account.privateKeyId }) }
  const claims = {
    iss: account.clientEmail,
    scope: SCOPE,
    aud: account.tokenUri,
    iat: issuedAt,
    exp: issuedAt + LIFETIME_S,
  }
  const signed = `${base64url(header)}.${base64url(claims)}`
  try {
    return `${signed}.${createSign('RSA-SHA256').update(signed).sign(account.privateKey, 'base64url')}`
  } catch {
    // Without the cause: the library may quote the key.
    throw refused('the private key of the Google credential cannot be read')
  }
}

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function parsed(secret: string): unknown {
  try {
    return parseJson(secret)
  } catch {
    throw refused('the Google credential begins like JSON, but is none')
  }
}

function parsedOr(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function refused(internalDetail: string): GatewayError {
  return new GatewayError('upstream_auth', { internalDetail })
}
