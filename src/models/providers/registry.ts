import { anthropicProvider } from './anthropic.ts'
import { geminiProvider } from './gemini.ts'
import { openaiProvider } from './openai.ts'
import { openaiCompatibleProvider } from './openai-compatible.ts'
import type { ProviderType } from './provider.ts'
import { sandboxProvider } from './sandbox/index.ts'

/** Every kind of upstream there is. To add one, write its file and name it here. */
export const PROVIDER_TYPES: readonly ProviderType[] = Object.freeze([
  openaiProvider,
  anthropicProvider,
  geminiProvider,
  openaiCompatibleProvider,
  sandboxProvider,
])

const BY_TYPE: ReadonlyMap<string, ProviderType> = new Map(PROVIDER_TYPES.map((provider) => [provider.type, provider]))

/** The provider type of a `spec.type`. */
export function providerType(type: string): ProviderType | undefined {
  return BY_TYPE.get(type)
}
