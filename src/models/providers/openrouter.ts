import { compatible } from './openai-compatible.ts'

/** OpenRouter (openrouter.ai/docs, reasoning tokens and prompt caching, 2026-11): signed thoughts survive both ways. */
export const openrouterProvider = compatible({
  type: 'openrouter',
  title: 'OpenRouter',
  baseUrl: 'https://openrouter.ai/api/v1',
  catalog: 'openrouter',
  environment: 'OPENROUTER_API_KEY',
  traits: () => ({
    fetchesUrls: true,
    compatibility: {
      reasoningField: 'reasoning',
      reasoningDetails: true,
      reasoningRequest: 'reasoning',
      cacheControl: true,
      topK: true,
      // Each of these lets the caller be served by another model or host than the one that policy allowed.
      refuses: ['models', 'route', 'provider', 'plugins'],
    },
  }),
})
