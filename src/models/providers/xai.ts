import { compatible } from './openai-compatible.ts'

/** Models whose thinking can be steered, and those that think whatever is asked (docs.x.ai, reasoning, 2026-11). */
const STEERED = /grok-(?:3-mini|4\.[3-9](?!\d)|[5-9]|latest)/
const THINKS = /grok-(?!.*non-reasoning)(?:3-mini|4|[5-9]|code|latest)/

/** xAI. Models that think refuse penalties and stop sequences. */
export const xaiProvider = compatible({
  type: 'xai',
  title: 'xAI',
  baseUrl: 'https://api.x.ai/v1',
  catalog: 'x-ai',
  environment: 'XAI_API_KEY',
  embeds: false,
  traits: (model) => ({
    maxTokensField: 'max_completion_tokens',
    fetchesUrls: true,
    compatibility: {
      developerRole: false,
      reasoningField: 'reasoning_content',
      reasoningRequest: STEERED.test(model) ? 'reasoning_effort' : 'none',
      efforts: model.includes('grok-3-mini') ? ['low', 'high'] : ['low', 'medium', 'high'],
      refuses: THINKS.test(model) ? ['presence_penalty', 'frequency_penalty', 'stop'] : [],
    },
  }),
})
