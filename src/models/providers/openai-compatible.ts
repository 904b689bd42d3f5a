import { type Compatibility, openaiChat, openaiEmbeddings, type TargetTraits } from '../dialects/index.ts'
import { bearer, type ProviderType, wireAt } from './provider.ts'

/** What sets one OpenAI-compatible service apart from another; what is absent is as for {@link ProviderType}. */
export interface CompatibleService
  extends Pick<ProviderType, 'type' | 'title' | 'baseUrl' | 'catalog' | 'environment' | 'network' | 'free'> {
  /** True when absent. */
  readonly needsCredential?: boolean
  /** True when absent. */
  readonly embeds?: boolean
  readonly traits?: (model: string) => Partial<TargetTraits>
}

/**
 * How hosts of open models take an effort: the families that have one know three; other models are not asked, for many
 * servers refuse a parameter that a model has no use for.
 */
export function openModelEffort(model: string): Pick<Compatibility, 'reasoningRequest' | 'efforts'> {
  return /gpt-(?:oss|[5-9])|(?:^|\/)o[1-9]/i.test(model)
    ? { reasoningRequest: 'reasoning_effort', efforts: ['low', 'medium', 'high'] }
    : { reasoningRequest: 'none' }
}

const CHAT = [wireAt(openaiChat, '/chat/completions')]
const EMBED = wireAt(openaiEmbeddings, '/embeddings')

/** A provider that speaks OpenAI's chat completions under its own address; most providers are this and ten lines. */
export function compatible(service: CompatibleService): ProviderType {
  const { embeds, needsCredential, traits, ...rest } = service
  return {
    ...rest,
    needsCredential: needsCredential ?? true,
    chat: () => CHAT,
    embed: embeds === false ? undefined : () => EMBED,
    authorize: bearer,
    traits: (model) => ({ maxTokensField: 'max_tokens', ...traits?.(model) }),
  }
}

/** Any server that speaks OpenAI's chat completions. Which name it has for the output bound is not known: both pass. */
export const openaiCompatibleProvider = compatible({
  type: 'openai-compatible',
  title: 'OpenAI-compatible server',
  needsCredential: false,
  traits: (model) => ({ maxTokensField: undefined, compatibility: openModelEffort(model) }),
})
