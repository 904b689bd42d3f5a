import { describe, expect, test } from 'bun:test'
import { decodeUsage as anthropicUsage } from './anthropic-messages/usage.ts'
import { decodeUsage as bedrockUsage } from './bedrock-converse/usage.ts'
import { readUsage as cohereUsage } from './cohere-chat/vocabulary.ts'
import { readUsage as geminiUsage } from './gemini/usage.ts'
import { decodeUsage as chatUsage } from './openai-chat/usage.ts'
import { decodeUsage as responsesUsage } from './openai-responses/usage.ts'
import { tokenCount } from './upstream-text.ts'

const usages: readonly (readonly [string, (count: unknown) => object | undefined])[] = [
  [
    'chat',
    (n) =>
      chatUsage({ usage: { prompt_tokens: n, completion_tokens: n, prompt_tokens_details: { cached_tokens: n } } }),
  ],
  ['responses', (n) => responsesUsage({ usage: { input_tokens: n, output_tokens: n } })],
  [
    'messages',
    (n) => anthropicUsage({ input_tokens: n, output_tokens: n, server_tool_use: { web_search_requests: n } }),
  ],
  ['converse', (n) => bedrockUsage({ inputTokens: n, outputTokens: n })],
  ['cohere', (n) => cohereUsage({ billed_units: { input_tokens: n, output_tokens: n }, cached_tokens: n })],
  ['gemini', (n) => geminiUsage({ promptTokenCount: n, candidatesTokenCount: n, thoughtsTokenCount: n })],
]

describe('a count of tokens that an upstream tells', () => {
  test('is a whole number up to 1e9, rounded up, or is not known', () => {
    expect([0, 7, 0.5, 1e9].map(tokenCount)).toEqual([0, 7, 1, 1e9])
    for (const odd of [-1, 1e9 + 1, 1e300, Number.POSITIVE_INFINITY, Number.NaN, '5', null, undefined]) {
      expect(tokenCount(odd)).toBeUndefined()
    }
  })
  test.each(usages)('of %s never leaves the dialect as anything but a whole number', (_, read) => {
    for (const odd of [0.5, 1e300, Number.POSITIVE_INFINITY, Number.NaN, -3, {}]) {
      const numbers = Object.values(read(odd) ?? {})
      expect(numbers.every((value) => Number.isSafeInteger(value) && value >= 0 && value <= 3e9)).toBe(true)
    }
  })
  test('makes the whole usage unknown when it cannot be one, so that the gate counts itself', () => {
    expect(chatUsage({ usage: { prompt_tokens: 1e300, completion_tokens: 1 } })).toBeUndefined()
    expect(responsesUsage({ usage: { input_tokens: 5, output_tokens: -1 } })).toBeUndefined()
    expect(cohereUsage({ billed_units: { input_tokens: 1e300, output_tokens: 1 } })).toBeUndefined()
    expect(geminiUsage({ promptTokenCount: 1e300 })).toBeUndefined()
  })
})
