import { createHmac } from 'node:crypto'
import { sha256Hex } from './crypto.ts'

/** AWS credentials; `sessionToken` for temporary ones. */
export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** A request to be signed. */
export interface SigV4Request {
  readonly method: string
  /** Absolute, with the path and query exactly as they will be sent: a model's `:` and `/` already percent-encoded. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
  /** `bedrock` for `bedrock-runtime` hosts too. */
  readonly service: string
  readonly region: string
  readonly credentials: AwsCredentials
  /** Epoch milliseconds; AWS refuses signatures more than five minutes old. */
  readonly nowMs: number
}

/** Headers that proxies and HTTP clients change on the way: signing them would break the signature. */
const UNSIGNED = new Set([
  'accept-encoding',
  'authorization',
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'traceparent',
  'tracestate',
  'transfer-encoding',
  'user-agent',
  'x-amzn-trace-id',
])

/**
 * AWS Signature Version 4 in headers (AWS General Reference, "Create a signed AWS API request"): gives the headers of the
 * request, in lower case, with `authorization`, `x-amz-date` and, for temporary credentials, `x-amz-security-token`.
 * Every path segment is encoded once more than it is sent, as all services but S3 demand. Dot segments are not resolved.
 */
export function signV4(request: SigV4Request): Record<string, string> {
  const instant = new Date(request.nowMs).toISOString().replace(/[-:]|\.\d{3}/g, '')
  const { host, path, query } = partsOf(request.url)
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers)) headers[name.toLowerCase()] = value
  headers['x-amz-date'] = instant
  if (request.credentials.sessionToken !== undefined) headers['x-amz-security-token'] = request.credentials.sessionToken
  const signed = [['host', host] as const, ...Object.entries(headers).filter(([name]) => !UNSIGNED.has(name))].sort(
    byName,
  )
  const names = signed.map(([name]) => name).join(';')
  const canonical = [
    request.method.toUpperCase(),
    path.split('/').map(encode).join('/'),
    canonicalQuery(query),
    ...signed.map(([name, value]) => `${name}:${value.trim().replace(/ +/g, ' ')}`),
    '',
    names,
    sha256Hex(request.body),
  ].join('\n')
  const scope = `${instant.slice(0, 8)}/${request.region}/${request.service}/aws4_request`
  const toSign = `AWS4-HMAC-SHA256\n${instant}\n${scope}\n${sha256Hex(canonical)}`
  const signature = hmac(signingKey(request, instant.slice(0, 8)), toSign).toString('hex')
  const credential = `${request.credentials.accessKeyId}/${scope}`
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`,
  }
}

/** By hand, because `URL` would encode and normalise the path before it could be signed as it is sent. */
function partsOf(url: string): { readonly host: string; readonly path: string; readonly query: string } {
  const start = url.indexOf('//') + 2
  const slash = url.slice(start).search(/[/?#]/)
  const host = slash === -1 ? url.slice(start) : url.slice(start, start + slash)
  const target = (slash === -1 ? '' : url.slice(start + slash)).replace(/#.*$/, '')
  const mark = target.indexOf('?')
  const path = mark === -1 ? target : target.slice(0, mark)
  return {
    host: host.toLowerCase().replace(/:(?:443|80)$/, ''),
    path: path === '' ? '/' : path,
    query: mark === -1 ? '' : target.slice(mark + 1),
  }
}

function canonicalQuery(query: string): string {
  if (query === '') return ''
  const pairs = query.split('&').map((pair) => {
    const mark = pair.indexOf('=')
    const [name, value] = mark === -1 ? [pair, ''] : [pair.slice(0, mark), pair.slice(mark + 1)]
    return [encode(decode(name)), encode(decode(value))] as const
  })
  return pairs
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

/** RFC 3986: everything but unreserved characters. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return compare(a, b)
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

function signingKey({ credentials, region, service }: SigV4Request, date: string): Buffer {
  return hmac(hmac(hmac(hmac(`AWS4${credentials.secretAccessKey}`, date), region), service), 'aws4_request')
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest()
}
