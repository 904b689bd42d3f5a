import { compatible } from './openai-compatible.ts'

/** Perplexity's Sonar models (docs.perplexity.ai, chat completions, 2026-11): no tools; usage comes with every chunk. */
export const perplexityProvider = compatible({
  type: 'perplexity',
  title: 'Perplexity',
  baseUrl: 'https://api.perplexity.ai',
  catalog: 'perplexity',
  environment: 'PERPLEXITY_API_KEY',
  embeds: false,
  traits: (model) => ({
    tools: false,
    fetchesUrls: true,
    compatibility: {
      topK: true,
      streamOptions: false,
      efforts: ['low', 'medium', 'high'],
      reasoningRequest: /reasoning|deep-research/.test(model) ? 'reasoning_effort' : 'none',
      refuses: ['logit_bias', 'logprobs', 'top_logprobs', 'n', 'seed', 'parallel_tool_calls'],
    },
  }),
})
