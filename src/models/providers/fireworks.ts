import { compatible, openModelEffort } from './openai-compatible.ts'

/** Fireworks AI (docs.fireworks.ai, chat completions, 2026-11). */
export const fireworksProvider = compatible({
  type: 'fireworks',
  title: 'Fireworks AI',
  baseUrl: 'https://api.fireworks.ai/inference/v1',
  catalog: 'fireworks',
  environment: 'FIREWORKS_API_KEY',
  traits: (model) => ({
    fetchesUrls: true,
    compatibility: { reasoningField: 'reasoning_content', topK: true, ...openModelEffort(model) },
  }),
})
