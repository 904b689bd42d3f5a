import { openaiChat, openaiCompletions, openaiEmbeddings } from '../dialects/index.ts'
import { bearer, type ProviderType, wireAt } from './provider.ts'

const CHAT = wireAt(openaiChat, '/chat/completions')
const COMPLETIONS = wireAt(openaiCompletions, '/completions')
const LEGACY = /^(gpt-3\.5-turbo-instruct|davinci-002|babbage-002)/

/** OpenAI. Models that only complete text are reached at the legacy address. */
export const openaiProvider: ProviderType = {
  type: 'openai',
  title: 'OpenAI',
  baseUrl: 'https://api.openai.com/v1',
  catalog: 'openai',
  environment: 'OPENAI_API_KEY',
  needsCredential: true,
  chat: (model) => (LEGACY.test(model) ? [COMPLETIONS] : [CHAT]),
  embed: wireAt(openaiEmbeddings, '/embeddings'),
  authorize: bearer,
  traits: () => ({ maxTokensField: 'max_completion_tokens', fetchesUrls: true, reasoningStyle: 'effort' }),
}
