import { createOpenAI } from '@ai-sdk/openai'
import { aiSdk } from './ai-sdk.ts'
import { conformance } from './matrix.ts'

await conformance(({ gateway }) =>
  aiSdk({ name: 'ai with @ai-sdk/openai' }, (model, apiKey = gateway.key) =>
    createOpenAI({ apiKey, baseURL: `${gateway.url}/v1` }).chat(model),
  ),
)
