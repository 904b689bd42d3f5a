import { cohereChat, cohereEmbeddings } from '../dialects/index.ts'
import { bearer, type ProviderType, wireAt } from './provider.ts'

const CHAT = [wireAt(cohereChat, '/v2/chat')]
const EMBEDDINGS = wireAt(cohereEmbeddings, '/v2/embed')

/** Cohere, by its own API (docs.cohere.com/reference/chat, 2026-11). */
export const cohereProvider: ProviderType = {
  type: 'cohere',
  title: 'Cohere',
  baseUrl: 'https://api.cohere.com',
  catalog: 'cohere',
  environment: 'COHERE_API_KEY',
  needsCredential: true,
  chat: () => CHAT,
  embed: () => EMBEDDINGS,
  authorize: bearer,
  traits: () => ({ fetchesUrls: true }),
}
