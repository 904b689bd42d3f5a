import { compatible, openModelEffort } from './openai-compatible.ts'

/** Hugging Face's router over inference providers (huggingface.co/docs/inference-providers, 2026-11). */
export const huggingfaceProvider = compatible({
  type: 'huggingface',
  title: 'Hugging Face',
  baseUrl: 'https://router.huggingface.co/v1',
  environment: 'HF_TOKEN',
  embeds: false,
  traits: (model) => ({ compatibility: { reasoningField: 'reasoning_content', ...openModelEffort(model) } }),
})
