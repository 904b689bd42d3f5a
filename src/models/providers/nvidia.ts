import { compatible, openModelEffort } from './openai-compatible.ts'

/** NVIDIA's hosted NIM models (docs.api.nvidia.com, 2026-11). A NIM of one's own is reached by its `baseUrl`. */
export const nvidiaProvider = compatible({
  type: 'nvidia',
  title: 'NVIDIA NIM',
  baseUrl: 'https://integrate.api.nvidia.com/v1',
  environment: 'NVIDIA_API_KEY',
  traits: (model) => ({
    fetchesUrls: false,
    compatibility: { reasoningField: 'reasoning_content', ...openModelEffort(model) },
  }),
})
