import { openaiChat, openaiCompletions, openaiEmbeddings, openaiResponses } from '../dialects/index.ts'
import { bearer, type ProviderType, wireAt } from './provider.ts'

const CHAT = wireAt(openaiChat, '/chat/completions')
const RESPONSES = wireAt(openaiResponses, '/responses')
const COMPLETIONS = wireAt(openaiCompletions, '/completions')
const EMBEDDINGS = wireAt(openaiEmbeddings, '/embeddings')
const LEGACY = /^(gpt-3\.5-turbo-instruct|davinci-002|babbage-002)/
/** Models that OpenAI serves by responses alone (model pages, 2026-11). */
const RESPONSES_ONLY = /^(?:o\d+|gpt-\d+(?:\.\d+)?)-pro\b|codex|deep-research|^computer-use/

/**
 * OpenAI. Chat completions are spoken with it unless the caller speaks responses, or the model knows nothing else. Models that
 * only complete text are reached at the legacy address.
 */
export const openaiProvider: ProviderType = {
  type: 'openai',
  title: 'OpenAI',
  baseUrl: 'https://api.openai.com/v1',
  catalog: 'openai',
  environment: 'OPENAI_API_KEY',
  needsCredential: true,
  chat: (model) => {
    if (LEGACY.test(model)) return [COMPLETIONS]
    return RESPONSES_ONLY.test(model) ? [RESPONSES] : [CHAT, RESPONSES]
  },
  embed: () => EMBEDDINGS,
  authorize: bearer,
  traits: () => ({ maxTokensField: 'max_completion_tokens', fetchesUrls: true, reasoningStyle: 'effort' }),
}
