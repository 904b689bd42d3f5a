import { GatewayError } from '../../lib/errors.ts'
import { anthropicMessages, gemini, type UpstreamDialect, type UpstreamEmbedDialect } from '../dialects/index.ts'
import { accessToken, readServiceAccount } from './google-token.ts'
import { type Authorizer, bearer, headerKey, type ProviderSettings, type ProviderType, type Wire } from './provider.ts'
import { vertexEmbeddings } from './vertex-embeddings.ts'

/** Regions have hosts of their own; `global` and the multi-regions `us` and `eu` have others (Google Cloud, 2026-11). */
const originOf = ({ baseUrl }: ProviderSettings): string =>
  baseUrl
    .replace('//global-aiplatform.', '//aiplatform.')
    .replace(/\/\/(us|eu)-aiplatform\.googleapis\.com/, '//aiplatform.$1.rep.googleapis.com')

/** Without a project: the address of express mode, which API keys are for. */
const address = (settings: ProviderSettings, publisher: string, method: string): string => {
  const { project, location } = settings.options
  const scope = project ? `projects/${encodeURIComponent(project)}/locations/${location}/` : ''
  return `${originOf(settings)}/v1/${scope}publishers/${publisher}/models/${method}`
}

const GEMINI: Wire<UpstreamDialect> = {
  dialect: gemini,
  url: (settings, { model, stream }) =>
    address(
      settings,
      'google',
      `${encodeURIComponent(model)}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    ),
  passThrough: true,
}

/** Anthropic's format, but for the model, which stands in the address, and the version, which stands in the body. */
const CLAUDE: Wire<UpstreamDialect> = {
  dialect: anthropicMessages,
  url: (settings, { model, stream }) =>
    address(
      settings,
      'anthropic',
      `${encodeURIComponent(model).replace('%40', '@')}:${stream ? 'streamRawPredict' : 'rawPredict'}`,
    ),
  edits: [
    { at: ['model'], literal: undefined },
    { at: ['anthropic_version'], literal: '"vertex-2023-10-16"' },
  ],
  passThrough: true,
}

const EMBEDDINGS: Wire<UpstreamEmbedDialect> = {
  dialect: vertexEmbeddings,
  url: (settings, { model }) => address(settings, 'google', `${encodeURIComponent(model)}:predict`),
  passThrough: false,
  oneAtATime: true,
}

const withKey = headerKey('x-goog-api-key')

const authorize: Authorizer = (request, secret, context) => {
  const account = readServiceAccount(secret)
  if (!account) return (/^AIza|^AQ\./.test(secret) ? withKey : bearer)(request, secret.trim(), context)
  const scoped = context.settings.options.project ? request : withProject(request, account.projectId, context.settings)
  const token = accessToken(account, context)
  return typeof token === 'string'
    ? bearer(scoped, token, context)
    : token.then((fresh) => bearer(scoped, fresh, context))
}

/** A service account says which project it is of. */
function withProject<R extends { readonly url: string }>(
  request: R,
  project: string | undefined,
  settings: ProviderSettings,
): R {
  if (!project)
    throw new GatewayError('upstream_auth', { internalDetail: `provider ${settings.name} names no project` })
  const scope = `/v1/projects/${encodeURIComponent(project)}/locations/${settings.options.location}/publishers/`
  return { ...request, url: request.url.replace('/v1/publishers/', scope) }
}

/**
 * Google's Vertex AI: Gemini models and Claude models. The credential is a service account (its JSON), an access token,
 * or an API key.
 */
export const vertexProvider: ProviderType = {
  type: 'vertex',
  title: 'Google Vertex AI',
  baseUrl: 'https://{location}-aiplatform.googleapis.com',
  catalog: 'google',
  environment: 'GOOGLE_APPLICATION_CREDENTIALS_JSON',
  needsCredential: true,
  options: {
    project: { required: false, about: "The Google Cloud project; the service account's own when absent." },
    location: { required: false, about: 'A region such as europe-west4, or global.', fallback: 'global' },
  },
  chat: (model) => [model.startsWith('claude') ? CLAUDE : GEMINI],
  embed: () => EMBEDDINGS,
  authorize,
  traits: (model) => (model.startsWith('claude') ? { fetchesUrls: false } : {}),
}
