import { GatewayError } from '../../lib/errors.ts'
import { isObject, parseJson } from '../../lib/json.ts'
import type { AwsCredentials } from '../../lib/sigv4.ts'

/** What a Bedrock credential turned out to be. */
export type AwsCredential =
  | { readonly kind: 'keys'; readonly keys: AwsCredentials }
  /** A Bedrock API key: goes as a bearer token, nothing is signed. */
  | { readonly kind: 'bearer'; readonly token: string }

/**
 * Reads `ACCESS:SECRET[:SESSION]`, the JSON that AWS's tools print (`AccessKeyId` or `accessKeyId` and so on, also under
 * `Credentials`), or a Bedrock API key. Throws `upstream_auth` for JSON that holds no keys.
 */
export function readAwsCredential(secret: string): AwsCredential {
  const text = secret.trim()
  if (text.startsWith('{')) return { kind: 'keys', keys: keysOfJson(text) }
  const [accessKeyId, secretAccessKey, ...session] = text.split(':')
  if (accessKeyId && secretAccessKey && /^[A-Z0-9]{16,128}$/.test(accessKeyId)) {
    const sessionToken = session.join(':')
    return { kind: 'keys', keys: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) } }
  }
  return { kind: 'bearer', token: text }
}

function keysOfJson(text: string): AwsCredentials {
  const whole = parsed(text)
  const held = isObject(whole) && isObject(whole.Credentials) ? whole.Credentials : whole
  const field = (name: string): string | undefined => {
    const value = isObject(held) ? (held[name] ?? held[name.charAt(0).toUpperCase() + name.slice(1)]) : undefined
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const accessKeyId = field('accessKeyId')
  const secretAccessKey = field('secretAccessKey')
  const sessionToken = field('sessionToken')
  if (!accessKeyId || !secretAccessKey) {
    throw new GatewayError('upstream_auth', {
      internalDetail: 'the AWS credential names no accessKeyId and secretAccessKey',
    })
  }
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) }
}

/** Without the cause: its text would quote the secret. */
function parsed(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    throw new GatewayError('upstream_auth', { internalDetail: 'the AWS credential begins like JSON, but is none' })
  }
}
