import { anthropicProvider } from './anthropic.ts'
import { azureOpenaiProvider } from './azure-openai.ts'
import { bedrockProvider } from './bedrock.ts'
import { cohereProvider } from './cohere.ts'
import { deepseekProvider } from './deepseek.ts'
import { fireworksProvider } from './fireworks.ts'
import { geminiProvider } from './gemini.ts'
import { groqProvider } from './groq.ts'
import { huggingfaceProvider } from './huggingface.ts'
import { mistralProvider } from './mistral.ts'
import { nvidiaProvider } from './nvidia.ts'
import { ollamaProvider } from './ollama.ts'
import { openaiProvider } from './openai.ts'
import { openaiCompatibleProvider } from './openai-compatible.ts'
import { openrouterProvider } from './openrouter.ts'
import { perplexityProvider } from './perplexity.ts'
import type { ProviderType } from './provider.ts'
import { sandboxProvider } from './sandbox/index.ts'
import { togetherProvider } from './together.ts'
import { vertexProvider } from './vertex.ts'
import { vllmProvider } from './vllm.ts'
import { xaiProvider } from './xai.ts'

/** Every kind of upstream there is. To add one, write its file and name it here. */
export const PROVIDER_TYPES: readonly ProviderType[] = Object.freeze([
  openaiProvider,
  anthropicProvider,
  geminiProvider,
  vertexProvider,
  azureOpenaiProvider,
  bedrockProvider,
  mistralProvider,
  cohereProvider,
  groqProvider,
  deepseekProvider,
  xaiProvider,
  togetherProvider,
  fireworksProvider,
  openrouterProvider,
  perplexityProvider,
  nvidiaProvider,
  huggingfaceProvider,
  ollamaProvider,
  vllmProvider,
  openaiCompatibleProvider,
  sandboxProvider,
])

const BY_TYPE: ReadonlyMap<string, ProviderType> = new Map(PROVIDER_TYPES.map((provider) => [provider.type, provider]))

/** The provider type of a `spec.type`. */
export function providerType(type: string): ProviderType | undefined {
  return BY_TYPE.get(type)
}
