import { signV4 } from '../../lib/sigv4.ts'
import { bedrockConverse, type UpstreamDialect, type UpstreamEmbedDialect } from '../dialects/index.ts'
import { readAwsCredential } from './aws-credential.ts'
import { cohereOnBedrock, titanEmbeddings } from './bedrock-embeddings.ts'
import { type Authorizer, bearer, type ProviderSettings, type ProviderType, type Wire } from './provider.ts'

const address = (settings: ProviderSettings, model: string, method: string) =>
  `${settings.baseUrl}/model/${encodeURIComponent(model)}/${method}`

const CONVERSE: readonly Wire<UpstreamDialect>[] = [
  {
    dialect: bedrockConverse,
    url: (settings, call) => address(settings, call.model, call.stream ? 'converse-stream' : 'converse'),
    passThrough: false,
    streamType: 'application/vnd.amazon.eventstream',
  },
]

const invoke = (dialect: UpstreamEmbedDialect, oneAtATime: boolean): Wire<UpstreamEmbedDialect> => ({
  dialect,
  url: (settings, call) => address(settings, call.model, 'invoke'),
  passThrough: false,
  oneAtATime,
})
const TITAN = invoke(titanEmbeddings, true)
const COHERE = invoke(cohereOnBedrock, false)

const authorize: Authorizer = (request, secret, context) => {
  const credential = readAwsCredential(secret)
  if (credential.kind === 'bearer') return bearer(request, credential.token, context)
  const headers = signV4({
    ...request,
    service: 'bedrock',
    region: context.settings.options.region ?? '',
    credentials: credential.keys,
    nowMs: context.nowMs,
  })
  return { ...request, headers }
}

/** Amazon Bedrock, by Converse and its event stream; embeddings of Titan and Cohere by InvokeModel (AWS API, 2026-11). */
export const bedrockProvider: ProviderType = {
  type: 'bedrock',
  title: 'Amazon Bedrock',
  baseUrl: 'https://bedrock-runtime.{region}.amazonaws.com',
  catalog: 'aws',
  environment: 'AWS_BEARER_TOKEN_BEDROCK',
  needsCredential: true,
  options: { region: { required: true, about: 'The AWS region, for example eu-central-1.' } },
  chat: () => CONVERSE,
  embed: (model) => (/cohere\./.test(model) ? COHERE : TITAN),
  authorize,
  traits: () => ({ fetchesUrls: false }),
}
