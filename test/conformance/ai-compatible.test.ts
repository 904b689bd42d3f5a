import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { aiSdk } from './ai-sdk.ts'
import { conformance } from './matrix.ts'

await conformance(({ gateway }) =>
  aiSdk({ name: 'ai with @ai-sdk/openai-compatible' }, (model, apiKey = gateway.key) => {
    const name = 'gatehouse'
    const baseURL = `${gateway.url}/v1`
    const provider = createOpenAICompatible({
      name,
      apiKey,
      baseURL,
      includeUsage: true,
      supportsStructuredOutputs: true,
    })
    return provider(model)
  }),
)
