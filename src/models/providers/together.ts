import { compatible, openModelEffort } from './openai-compatible.ts'

/** Together AI (docs.together.ai, chat completions, 2026-11). */
export const togetherProvider = compatible({
  type: 'together',
  title: 'Together AI',
  baseUrl: 'https://api.together.xyz/v1',
  catalog: 'together',
  environment: 'TOGETHER_API_KEY',
  traits: (model) => ({
    fetchesUrls: true,
    compatibility: { reasoningField: 'reasoning', topK: true, ...openModelEffort(model) },
  }),
})
