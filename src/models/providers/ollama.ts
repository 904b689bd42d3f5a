import { compatible, openModelEffort } from './openai-compatible.ts'

/** Ollama's OpenAI-compatible API (docs.ollama.com/openai, 2026-11), on one's own machines. */
export const ollamaProvider = compatible({
  type: 'ollama',
  title: 'Ollama',
  baseUrl: 'http://localhost:11434/v1',
  environment: 'OLLAMA_HOST',
  network: 'private',
  needsCredential: false,
  free: true,
  traits: (model) => ({
    fetchesUrls: false,
    compatibility: { reasoningField: 'reasoning', refuses: ['logit_bias', 'n'], ...openModelEffort(model) },
  }),
})
