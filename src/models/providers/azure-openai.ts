import { openaiChat, openaiEmbeddings } from '../dialects/index.ts'
import { bearer, headerKey, type ProviderSettings, type ProviderType, type Wire } from './provider.ts'

/** `/openai/v1`, or with the option `apiVersion` the older address of one deployment (Microsoft Learn, 2026-11). */
const address = (settings: ProviderSettings, deployment: string, method: string): string => {
  const origin = settings.baseUrl.replace(/\/openai(?:\/v1)?$/, '')
  const version = settings.options.apiVersion
  return version === undefined
    ? `${origin}/openai/v1/${method}`
    : `${origin}/openai/deployments/${encodeURIComponent(deployment)}/${method}?api-version=${encodeURIComponent(version)}`
}

const at = <D>(dialect: D, method: string): Wire<D> => ({
  dialect,
  url: (settings, call) => address(settings, call.model, method),
  passThrough: true,
})

const CHAT = [at(openaiChat, 'chat/completions')]
const EMBEDDINGS = at(openaiEmbeddings, 'embeddings')
const withKey = headerKey('api-key')

/** OpenAI's models in Azure; a model is the name of a deployment. The credential is a key or a token of Entra ID. */
export const azureOpenaiProvider: ProviderType = {
  type: 'azure-openai',
  title: 'Azure OpenAI',
  catalog: 'azure',
  environment: 'AZURE_OPENAI_API_KEY',
  needsCredential: true,
  options: {
    apiVersion: { required: false, about: 'Use the older, versioned API: for example 2024-10-21.' },
  },
  chat: () => CHAT,
  embed: () => EMBEDDINGS,
  authorize: (request, secret, context) => (secret.startsWith('eyJ') ? bearer : withKey)(request, secret, context),
  traits: (model) => ({
    maxTokensField: 'max_completion_tokens',
    fetchesUrls: true,
    reasoningStyle: 'effort',
    // A deployment may be called anything: one whose name does not tell of thinking is not asked to.
    compatibility: { reasoningRequest: /gpt-(?:[5-9]|oss)|^o\d/.test(model) ? 'reasoning_effort' : 'none' },
  }),
}
