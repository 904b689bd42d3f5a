import { openaiChat, openaiEmbeddings, type TargetTraits } from '../dialects/index.ts'
import { bearer, type ProviderType, wireAt } from './provider.ts'

/** What sets one OpenAI-compatible service apart from another. */
export interface CompatibleService {
  readonly type: string
  readonly title: string
  readonly baseUrl?: string
  readonly catalog?: string
  readonly environment?: string
  readonly needsCredential?: boolean
  readonly embeds?: boolean
  readonly free?: boolean
  readonly traits?: (model: string) => Partial<TargetTraits>
}

const CHAT = [wireAt(openaiChat, '/chat/completions')]
const EMBED = wireAt(openaiEmbeddings, '/embeddings')

/** A provider that speaks OpenAI's chat completions under its own address; most providers are this and ten lines. */
export function compatible(service: CompatibleService): ProviderType {
  return {
    type: service.type,
    title: service.title,
    baseUrl: service.baseUrl,
    catalog: service.catalog,
    environment: service.environment,
    needsCredential: service.needsCredential ?? true,
    chat: () => CHAT,
    embed: service.embeds === false ? undefined : EMBED,
    authorize: bearer,
    traits: (model) => ({ maxTokensField: 'max_tokens', ...service.traits?.(model) }),
    free: service.free,
  }
}

/** Any server that speaks OpenAI's chat completions. */
export const openaiCompatibleProvider = compatible({
  type: 'openai-compatible',
  title: 'OpenAI-compatible server',
  needsCredential: false,
})
