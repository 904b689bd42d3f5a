import { compatible } from './openai-compatible.ts'

/** DeepSeek (api-docs.deepseek.com, thinking mode and JSON output, 2026-11): JSON mode, but no schemas. */
export const deepseekProvider = compatible({
  type: 'deepseek',
  title: 'DeepSeek',
  baseUrl: 'https://api.deepseek.com',
  catalog: 'deepseek',
  environment: 'DEEPSEEK_API_KEY',
  embeds: false,
  traits: () => ({
    images: false,
    structuredOutput: false,
    compatibility: { reasoningField: 'reasoning_content', reasoningRequest: 'thinking', maxStop: 16 },
  }),
})
