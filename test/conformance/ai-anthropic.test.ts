import { createAnthropic } from '@ai-sdk/anthropic'
import { aiSdk } from './ai-sdk.ts'
import { conformance } from './matrix.ts'

await conformance(({ gateway }) =>
  aiSdk({ name: 'ai with @ai-sdk/anthropic', structuredTool: 'json' }, (model, apiKey = gateway.key) =>
    createAnthropic({ apiKey, baseURL: `${gateway.url}/v1` })(model),
  ),
)
