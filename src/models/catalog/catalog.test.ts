import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { calcPrice, findProvider } from '@pydantic/genai-prices'
import { z } from 'zod'
import { defineKind, documentSet } from '../../platform/documents/index.ts'
import { catalogOf, compilePricing, createCatalog, estimateTokens, priceUsage, pricingKind } from './index.ts'
import type { Snapshot } from './snapshot.ts'

const catalog = createCatalog()
const snapshot: Snapshot = JSON.parse(readFileSync(join(import.meta.dir, 'catalog.snapshot.json'), 'utf8'))
const million = 1_000_000

describe('the snapshot', () => {
  test('is dated and names its sources with their licences', () => {
    expect(catalog.version).toMatch(/^\d{4}-\d{2}-\d{2}$/)
    for (const source of snapshot.sources)
      expect([source.name, source.licence].every((text) => text.length > 0)).toBe(true)
  })

  test('has whole pico-dollars only', () => {
    for (const { models } of Object.values(snapshot.providers)) {
      for (const { price } of models) {
        const { longContext, tiers: _tiers, ...rates } = price ?? { input: 0, output: 0 }
        for (const rate of [...Object.values(rates), ...Object.values(longContext?.rates ?? {})])
          expect(Number.isSafeInteger(rate)).toBe(true)
      }
    }
  })

  // A list whose prices change by the hour is left out: the snapshot takes the dearest hour.
  for (const provider of Object.keys(snapshot.providers).filter((name) => name !== 'deepseek')) {
    test(`every price of ${provider} is what the price list says, long contexts and cached tokens too`, () => {
      const list = findProvider({ providerId: provider })
      const timestamp = new Date(`${snapshot.version}T12:00:00Z`)
      let compared = 0
      for (const model of list?.models ?? []) {
        const price = catalogOf(snapshot).find(provider, model.id)
        if (price?.id !== model.id || price.price === undefined || list === undefined) continue
        for (const tokens of [1_000, 600_000]) {
          const usage = { input_tokens: tokens, output_tokens: 500, cache_read_tokens: 200 }
          const name = snapshot.providers[provider]?.models.find((one) => one.id === model.id)?.names?.[0] ?? model.id
          const theirs = calcPrice(usage, name, { provider: list, timestamp })
          if (theirs?.model.id !== model.id) continue
          const ours = priceUsage(price.price, { inputTokens: tokens, outputTokens: 500, cacheReadTokens: 200 }).cost
          expect(Math.abs(ours - theirs.total_price * 1e9)).toBeLessThanOrEqual(4 + ours * 1e-9)
          compared++
        }
      }
      expect(compared).toBeGreaterThan(5)
    })
  }
})

describe('finding a model', () => {
  const idOf = (provider: string, model: string) => catalog.find(provider, model)?.id

  test('by its exact, dated, latest, regional and pathed names', () => {
    expect(idOf('openai', 'gpt-4o')).toBe('gpt-4o')
    expect(idOf('openai', 'GPT-4o-2024-08-06')).toBe('gpt-4o')
    expect(idOf('anthropic', 'claude-sonnet-4-5-20250929')).toBe('claude-sonnet-4-5')
    expect(idOf('vertex', 'publishers/google/models/gemini-2.5-flash')).toBe('gemini-2.5-flash')
    expect(idOf('gemini', 'models/gemini-2.5-pro')).toBe('gemini-2.5-pro')
    expect(idOf('bedrock', 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0')).toBeDefined()
  })

  test('where another list prices it: a Claude on Vertex, an OpenAI model on Azure', () => {
    expect(catalog.find('vertex', 'claude-sonnet-4-5@20250929')).toMatchObject({ id: 'claude-sonnet-4-5' })
    expect(catalog.find('azure-openai', 'grok-4')).toMatchObject({ provider: 'x-ai' })
  })

  test('an unknown model or provider has no price, rather than none to pay', () => {
    expect(catalog.price('openai', 'no-such-model')).toBeUndefined()
    expect(catalog.price('nowhere', 'gpt-4o')).toBeUndefined()
    expect(catalog.price('constructor', 'gpt-4o')).toBeUndefined()
    expect(catalog.traits('nowhere', 'no-such-model')).toEqual({})
  })

  test('each generation takes its thinking in its own way', () => {
    const style = (model: string) => catalog.traits('x', model).reasoningStyle
    expect(['gemini-2.5-pro', 'gemini-3-pro-preview', 'gemini-2.0-flash'].map(style)).toEqual([
      'budget',
      'level',
      'none',
    ])
    expect(['claude-sonnet-4-5', 'claude-opus-4-8', 'claude-3-5-haiku-latest'].map(style)).toEqual([
      'budget',
      'adaptive',
      'none',
    ])
    expect(['gpt-5-mini', 'o3', 'gpt-4o'].map(style)).toEqual(['effort', 'effort', 'none'])
    expect(catalog.traits('openai', 'o3').temperature).toBe(false)
    expect(catalog.traits('bedrock', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0').maxOutputTokens).toBe(64_000)
  })
})

describe('the price of a usage', () => {
  const price = {
    input: 3_000_000,
    output: 15_000_000,
    cacheRead: 300_000,
    cacheWrite: 3_750_000,
    cacheWrite1h: 6_000_000,
    audioInput: 10_000_000,
    longContext: { above: 200_000, rates: { input: 6_000_000, output: 22_500_000 } },
    perServerToolCall: 10_000_000,
    tiers: { batch: 500, priority: 2_000 },
  }

  test('counts every kind of token once, at its own rate', () => {
    const usage = {
      inputTokens: 1_000,
      outputTokens: 100,
      cacheReadTokens: 400,
      cacheWriteTokens: 300,
      cacheWrite1hTokens: 100,
      audioInputTokens: 50,
      serverToolCalls: 2,
    }
    const expected = 250 * 3_000 + 50 * 10_000 + 400 * 300 + 200 * 3_750 + 100 * 6_000 + 100 * 15_000 + 2 * 10_000_000
    expect(priceUsage(price, usage).cost).toBe(expected)
  })

  test('the whole request costs the long-context rate beyond the bound, none of it at the bound', () => {
    expect(priceUsage(price, { inputTokens: 200_000, outputTokens: 0 }).cost).toBe(200_000 * 3_000)
    expect(priceUsage(price, { inputTokens: 200_001, outputTokens: 1 }).cost).toBe(200_001 * 6_000 + 22_500)
  })

  test('batch and service tiers apply to tokens; a tier without a factor costs the standard', () => {
    const usage = { inputTokens: 100, outputTokens: 0 }
    expect(priceUsage(price, usage, { batch: true }).cost).toBe(150_000)
    expect(priceUsage(price, { ...usage, serviceTier: 'priority' }).cost).toBe(600_000)
    expect(priceUsage(price, { ...usage, serviceTier: 'constructor' }).cost).toBe(300_000)
  })

  test('a kind without a rate of its own costs as the kind it is part of; parts never exceed the whole', () => {
    expect(
      priceUsage(
        { input: million, output: million },
        { inputTokens: 10, outputTokens: 0, cacheReadTokens: 4, cacheWriteTokens: 50 },
      ).cost,
    ).toBe(10_000)
    expect(priceUsage({ input: 1, output: 1 }, { inputTokens: 1, outputTokens: 0 }).cost).toBe(1)
    expect(priceUsage({ input: million, output: million }, { inputTokens: -5, outputTokens: Number.NaN }).cost).toBe(0)
  })
})

describe('prices of documents', () => {
  const providerKind = defineKind({
    kind: 'Provider',
    summary: 'An upstream.',
    schema: z.strictObject({}),
    example: '',
  })
  const yaml = `apiVersion: gatehouse/v1
kind: Provider
metadata: {name: openai-eu}
spec: {}
---
kind: Pricing
metadata: {name: all}
spec:
  models:
    gpt-*: {input: 3 USD, output: 8 USD}
    gpt-5*: {input: 2 USD, output: 8 USD}
---
kind: Pricing
metadata: {name: ours}
spec:
  provider: openai-eu
  models:
    gpt-5*: {input: 1 USD, output: 8 USD}
    gpt-5: {input: 0.000001 USD, output: 8 USD, longContextAbove: 100, longContextInput: 2 USD}
`
  const documents = documentSet([providerKind, pricingKind], yaml)

  test('the most particular one wins, and names its document and revision', () => {
    const index = compilePricing(documents)
    const version = (name: string) => `override:${name}@${documents.revision}`
    expect(index.find('other', 'gpt-4o')).toEqual({
      price: { input: 3_000_000, output: 8_000_000 },
      version: version('all'),
    })
    expect(index.find('other', 'gpt-5')?.price.input).toBe(2_000_000)
    expect(index.find('openai-eu', 'gpt-5-mini')?.price.input).toBe(1_000_000)
    expect(index.find('openai-eu', 'gpt-5')).toEqual({
      price: { input: 1, output: 8_000_000, longContext: { above: 100, rates: { input: 2_000_000 } } },
      version: version('ours'),
    })
    expect(index.find('openai-eu', 'claude')).toBeUndefined()
  })

  test("the kind's own example is valid", () => {
    const provider = yaml.split('---')[0] ?? ''
    expect(() => documentSet([providerKind, pricingKind], `${provider}---\n${pricingKind.example}`)).not.toThrow()
  })
})

describe('the estimate of tokens', () => {
  test('follows the script of the text, in a bounded number of looks', () => {
    expect(estimateTokens('')).toBe(0)
    expect(estimateTokens('x')).toBe(1)
    expect(estimateTokens('abcd'.repeat(100))).toBe(100)
    expect(estimateTokens('привет'.repeat(10))).toBe(30)
    expect(estimateTokens('漢字'.repeat(10))).toBe(20)
    expect(estimateTokens(400)).toBe(100)
    expect(estimateTokens('a'.repeat(million))).toBe(250_000)
  })
})

test.each([
  ['claude-3-5-haiku-latest', 'none'],
  ['claude-3-7-sonnet-20250219', 'budget'],
  ['claude-sonnet-4-20250514', 'budget'],
  ['claude-opus-4-1-20250805', 'budget'],
  ['claude-haiku-4-5-20251001', 'budget'],
  ['eu.anthropic.claude-sonnet-4-5-20250929-v1:0', 'budget'],
  ['anthropic/claude-sonnet-4.5', 'budget'],
  ['claude-opus-4-6', 'adaptive'],
  ['claude-sonnet-4-6', 'adaptive'],
  ['claude-opus-5', 'adaptive'],
  ['claude-haiku-5', 'adaptive'],
  ['gemini-2.5-flash', 'budget'],
  ['gemini-3-pro-preview', 'level'],
  ['gemini-2.0-flash', 'none'],
  ['gpt-5-mini', 'effort'],
  ['o4-mini', 'effort'],
  ['gpt-5-chat-latest', 'none'],
  ['gpt-4o-mini', 'none'],
])('%s takes its thinking as its generation does: %s', (model, style) => {
  expect(catalog.traits('openrouter', model).reasoningStyle).toBe(style as 'budget')
})

test('OpenAI’s thinking models refuse a temperature; its others and Claude up to 4.6 take one', () => {
  const temperature = (model: string) => catalog.traits('openai', model).temperature
  expect(['gpt-5', 'o3', 'claude-opus-4-7'].map(temperature)).toEqual([false, false, false])
  expect(['gpt-4.1', 'gpt-4o', 'claude-sonnet-4-6'].map(temperature)).toEqual([undefined, undefined, undefined])
})
