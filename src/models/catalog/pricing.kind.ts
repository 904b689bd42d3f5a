import { z } from 'zod'
import { defineKind, money } from '../../platform/documents/index.ts'

const rates = z.strictObject({
  /** A million tokens that go in. */
  input: money(),
  /** A million tokens that come out. */
  output: money(),
  cacheRead: money().optional(),
  /** Cache writes that live for five minutes. */
  cacheWrite: money().optional(),
  cacheWrite1h: money().optional(),
  audioInput: money().optional(),
  audioOutput: money().optional(),
  /** For the request itself. */
  request: money().optional(),
  /** Beyond so many input tokens the whole request costs the `longContext…` prices. */
  longContextAbove: z.int().positive().max(100_000_000).optional(),
  longContextInput: money().optional(),
  longContextOutput: money().optional(),
  longContextCacheRead: money().optional(),
})

const schema = z.strictObject({
  /** The Provider document it holds for; absent: all. */
  provider: z.string().min(1).max(253).optional(),
  /** Prices of a million tokens, by the provider's name of the model; `*` stands for any characters. */
  models: z
    .record(z.string().min(1).max(200), rates)
    .refine((models) => Object.keys(models).length > 0 && Object.keys(models).length <= 2_000, {
      error: 'name 1 to 2000 models',
    }),
})

/** A Pricing's parsed spec; amounts are nano-USD a million tokens. */
export type PricingSpec = z.infer<typeof schema>

/** Prices that your contracts say, in place of the public lists. */
export const pricingKind = defineKind<PricingSpec>({
  kind: 'Pricing',
  summary: 'Prices of models that take the place of the public price lists.',
  schema,
  references: (spec) =>
    spec.provider === undefined ? [] : [{ at: ['provider'], kind: 'Provider', name: spec.provider }],
  example: `apiVersion: gatehouse/v1
kind: Pricing
metadata: {name: negotiated}
spec:
  provider: openai-eu
  models:
    gpt-5.5*: {input: 1.10 USD, output: 8.80 USD, cacheRead: 0.11 USD}
`,
})
