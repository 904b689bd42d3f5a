import { compatible, openModelEffort } from './openai-compatible.ts'

/** Groq (console.groq.com/docs/openai and /docs/reasoning, 2026-11). Only gpt-oss takes OpenAI's efforts. */
export const groqProvider = compatible({
  type: 'groq',
  title: 'Groq',
  baseUrl: 'https://api.groq.com/openai/v1',
  catalog: 'groq',
  environment: 'GROQ_API_KEY',
  embeds: false,
  traits: (model) => ({
    maxTokensField: 'max_completion_tokens',
    fetchesUrls: true,
    compatibility: {
      developerRole: false,
      reasoningField: 'reasoning',
      ...openModelEffort(model),
      refuses: ['logit_bias', 'logprobs', 'top_logprobs', 'messages.name'],
    },
  }),
})
