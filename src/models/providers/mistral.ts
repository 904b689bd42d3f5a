import { compatible } from './openai-compatible.ts'

/** Parameters of OpenAI's that its validation forbids as extra inputs (docs.mistral.ai/api, 2026-11). */
const REFUSED = [
  'logit_bias',
  'logprobs',
  'top_logprobs',
  'user',
  'store',
  'service_tier',
  'verbosity',
  'modalities',
  'audio',
  'prompt_cache_key',
  'safety_identifier',
]

/** Mistral. Streams tell their usage unasked; asking for it is an error. */
export const mistralProvider = compatible({
  type: 'mistral',
  title: 'Mistral',
  baseUrl: 'https://api.mistral.ai/v1',
  catalog: 'mistral',
  environment: 'MISTRAL_API_KEY',
  traits: () => ({
    fetchesUrls: true,
    compatibility: { seedField: 'random_seed', streamOptions: false, reasoningRequest: 'none', refuses: REFUSED },
  }),
})
