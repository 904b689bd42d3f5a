import type { DocumentSet } from '../../platform/documents/index.ts'
import type { Price } from './price.ts'
import { type PricingSpec, pricingKind } from './pricing.kind.ts'

/** A price that a Pricing document says. */
export interface OverridePrice {
  readonly price: Price
  /** `override:<document>@<revision>`: stands on every record that was priced by it. */
  readonly version: string
}

/** The prices that documents say. */
export interface PricingIndex {
  /**
   * The price of a model at a Provider document, if one says it: a document for that provider goes before one for all,
   * an exact name before a pattern, a longer pattern before a shorter one.
   */
  readonly find: (provider: string, model: string) => OverridePrice | undefined
}

interface Entry extends OverridePrice {
  readonly provider: string | undefined
  readonly pattern: RegExp
  readonly rank: number
}

/** Compiles the Pricing documents of a set. Pure. */
export function compilePricing(documents: DocumentSet): PricingIndex {
  const entries: Entry[] = documents.all(pricingKind).flatMap(({ name, spec }) =>
    Object.entries(spec.models).map(([pattern, rates]) => ({
      provider: spec.provider,
      pattern: patternOf(pattern),
      rank: rankOf(pattern, spec.provider),
      price: priceOf(rates),
      version: `override:${name}@${documents.revision}`,
    })),
  )
  // Documents come in the order of their names, and sorting is stable: the same documents give the same price anywhere.
  entries.sort((a, b) => b.rank - a.rank)
  return Object.freeze({
    find: (provider: string, model: string) => {
      const entry = entries.find((one) => (one.provider ?? provider) === provider && one.pattern.test(model))
      return entry === undefined ? undefined : { price: entry.price, version: entry.version }
    },
  })
}

function patternOf(pattern: string): RegExp {
  const source = pattern.split(/\*+/).map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
  return new RegExp(`^${source.join('.*')}$`, 's')
}

function rankOf(pattern: string, provider: string | undefined): number {
  const literal = pattern.replaceAll('*', '').length
  return (provider === undefined ? 0 : 10_000) + (pattern.includes('*') ? 0 : 1_000) + literal
}

function priceOf(rates: PricingSpec['models'][string]): Price {
  const { cacheRead, cacheWrite, cacheWrite1h, audioInput, audioOutput, request, longContextAbove: above } = rates
  const { longContextInput, longContextOutput, longContextCacheRead } = rates
  const longContext = {
    ...(longContextInput === undefined ? {} : { input: pico(longContextInput) }),
    ...(longContextOutput === undefined ? {} : { output: pico(longContextOutput) }),
    ...(longContextCacheRead === undefined ? {} : { cacheRead: pico(longContextCacheRead) }),
  }
  return Object.freeze({
    input: pico(rates.input),
    output: pico(rates.output),
    ...(cacheRead === undefined ? {} : { cacheRead: pico(cacheRead) }),
    ...(cacheWrite === undefined ? {} : { cacheWrite: pico(cacheWrite) }),
    ...(cacheWrite1h === undefined ? {} : { cacheWrite1h: pico(cacheWrite1h) }),
    ...(audioInput === undefined ? {} : { audioInput: pico(audioInput) }),
    ...(audioOutput === undefined ? {} : { audioOutput: pico(audioOutput) }),
    ...(request === undefined ? {} : { perRequest: request }),
    ...(above === undefined ? {} : { longContext: { above, rates: longContext } }),
  })
}

/** Nano-USD a million tokens as pico-USD a token, rounded up: a price is never rounded to nothing. */
function pico(nanoPerMillion: number): number {
  return Math.ceil(nanoPerMillion / 1_000)
}
