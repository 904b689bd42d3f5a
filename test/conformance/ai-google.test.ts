import { createGoogleGenerativeAI } from '@ai-sdk/google'
import { aiSdk } from './ai-sdk.ts'
import { conformance } from './matrix.ts'

await conformance(({ gateway }) =>
  aiSdk({ name: 'ai with @ai-sdk/google' }, (model, apiKey = gateway.key) =>
    createGoogleGenerativeAI({ apiKey, baseURL: `${gateway.url}/v1beta` })(model),
  ),
)
