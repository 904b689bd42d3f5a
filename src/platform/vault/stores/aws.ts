import { type AwsCredentials, signV4 } from '../../../lib/sigv4.ts'
import { SecretError } from '../secret.ts'
import { askStore, type ExternalStore, fieldOf, member, needed, refusal, type StoreTools } from './store.ts'

/**
 * AWS Secrets Manager: `secret://aws/<name>#<field>`. Configured by `AWS_REGION`, `AWS_ACCESS_KEY_ID`,
 * `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, and `AWS_ENDPOINT_URL_SECRETS_MANAGER` for another address.
 * Source: docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html, 2026-11.
 */
export function awsStore(tools: StoreTools): ExternalStore {
  return {
    read: async (wanted) => {
      const { ref, path } = wanted
      const region = tools.environment('AWS_REGION') || needed(tools, ref, 'AWS_DEFAULT_REGION')
      const own = tools.environment('AWS_ENDPOINT_URL_SECRETS_MANAGER')
      const url = own ? `${own.replace(/\/+$/, '')}/` : `https://secretsmanager.${region}.amazonaws.com/`
      const body = JSON.stringify({ SecretId: path })
      const headers = signV4({
        method: 'POST',
        url,
        headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'secretsmanager.GetSecretValue' },
        body,
        service: 'secretsmanager',
        region,
        credentials: credentialsOf(tools, ref),
        nowMs: tools.clock.now(),
      })
      const answer = await askStore(tools, ref, {
        url,
        method: 'POST',
        headers,
        body,
        network: own ? 'private' : 'public',
      })
      if (answer.status !== 200) throw whyNot(ref, answer)
      const text = member(answer.body, 'SecretString')
      const binary = member(answer.body, 'SecretBinary')
      if (typeof text === 'string') return fieldOf(text, wanted)
      if (typeof binary === 'string') return fieldOf(Buffer.from(binary, 'base64').toString(), wanted)
      throw new SecretError(ref, 'its store gave no secret')
    },
  }
}

/** AWS says 400 for most of what it refuses, and names the reason in `__type`. */
function whyNot(ref: string, { status, body }: { readonly status: number; readonly body: unknown }): SecretError {
  const type =
    String(member(body, '__type') ?? '')
      .split('#')
      .at(-1) ?? ''
  if (type === 'ResourceNotFoundException') return refusal(ref, 404)
  if (/AccessDenied|UnrecognizedClient|InvalidSignature|ExpiredToken/.test(type)) return refusal(ref, 403)
  return refusal(ref, status)
}

function credentialsOf(tools: StoreTools, ref: string): AwsCredentials {
  const accessKeyId = needed(tools, ref, 'AWS_ACCESS_KEY_ID')
  const secretAccessKey = needed(tools, ref, 'AWS_SECRET_ACCESS_KEY')
  const sessionToken = tools.environment('AWS_SESSION_TOKEN')
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) }
}
