import { compatible, openModelEffort } from './openai-compatible.ts'

/** vLLM's OpenAI-compatible server (docs.vllm.ai, 2026-11), on one's own machines. It could open URLs, from inside the
 * organisation's network: the gate does it instead, behind its guard. */
export const vllmProvider = compatible({
  type: 'vllm',
  title: 'vLLM',
  baseUrl: 'http://localhost:8000/v1',
  network: 'private',
  needsCredential: false,
  free: true,
  traits: (model) => ({
    fetchesUrls: false,
    compatibility: { reasoningField: 'reasoning', topK: true, ...openModelEffort(model) },
  }),
})
