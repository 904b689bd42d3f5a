import { costOf, type NanoUsd, type PicoUsdPerToken } from '../../lib/money.ts'

/** What tokens of each kind cost, in pico-USD a token. A kind without a rate of its own costs as the kind it is part of. */
export interface Rates {
  readonly input: PicoUsdPerToken
  readonly output: PicoUsdPerToken
  readonly cacheRead?: PicoUsdPerToken
  /** Cache writes that live for five minutes. */
  readonly cacheWrite?: PicoUsdPerToken
  readonly cacheWrite1h?: PicoUsdPerToken
  readonly reasoning?: PicoUsdPerToken
  readonly audioInput?: PicoUsdPerToken
  readonly audioCacheRead?: PicoUsdPerToken
  readonly audioOutput?: PicoUsdPerToken
}

/** What a model costs. */
export interface Price extends Rates {
  /** Beyond this many input tokens the whole request (not only what is beyond) costs other rates. */
  readonly longContext?: { readonly above: number; readonly rates: Partial<Rates> }
  /** For the request itself, nano-USD (search models). */
  readonly perRequest?: NanoUsd
  /** For each call of a server tool (a web search), nano-USD. */
  readonly perServerToolCall?: NanoUsd
  /** Factors on the token costs in thousandths, by service tier; `batch` is one of them. */
  readonly tiers?: Readonly<Record<string, number>>
}

/** Tokens by kind, as the canonical form counts them: totals include their parts. */
export interface PricedUsage {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cacheReadTokens?: number
  readonly cacheWriteTokens?: number
  readonly cacheWrite1hTokens?: number
  readonly reasoningTokens?: number
  readonly audioInputTokens?: number
  readonly audioOutputTokens?: number
  readonly serverToolCalls?: number
  readonly serviceTier?: string
}

/** How the call was made, where the price depends on it. */
export interface PriceOptions {
  readonly batch?: boolean
  /** The tier that served; the usage's own when absent. */
  readonly serviceTier?: string
}

/** What a usage costs, in whole nano-USD; every kind of token is rounded up, so nothing priced is ever free. */
export function priceUsage(price: Price, usage: PricedUsage, options: PriceOptions = {}): { readonly cost: NanoUsd } {
  const { longContext } = price
  const rates: Rates =
    longContext !== undefined && usage.inputTokens > longContext.above ? { ...price, ...longContext.rates } : price
  const tier = options.batch ? 'batch' : (options.serviceTier ?? usage.serviceTier ?? '')
  const factor = price.tiers !== undefined && Object.hasOwn(price.tiers, tier) ? (price.tiers[tier] ?? 1_000) : 1_000
  const tokens = inputCost(rates, usage) + outputCost(rates, usage)
  const calls = (price.perRequest ?? 0) + (usage.serverToolCalls ?? 0) * (price.perServerToolCall ?? 0)
  return { cost: Math.ceil((tokens * factor) / 1_000) + calls }
}

/** Where a list names no price for writes that live an hour: Anthropic's ratio of the two (2.0 to 1.25 times the input). */
const HOUR_OVER_5M = 1.6

function inputCost(rates: Rates, usage: PricedUsage): NanoUsd {
  const total = count(usage.inputTokens)
  const read = Math.min(total, count(usage.cacheReadTokens))
  const written = Math.min(total - read, count(usage.cacheWriteTokens))
  const written1h = Math.min(written, count(usage.cacheWrite1hTokens))
  const fresh = total - read - written
  // A provider that counts sounds does not say how many of them were cached: the fresh ones are taken first.
  const audio = rates.audioInput === undefined ? 0 : Math.min(total - written, count(usage.audioInputTokens))
  const audioFresh = Math.min(fresh, audio)
  const audioRead = rates.audioCacheRead === undefined ? 0 : Math.min(read, audio - audioFresh)
  const write = rates.cacheWrite ?? rates.input
  return (
    costOf(fresh - audioFresh, rates.input) +
    costOf(audioFresh, rates.audioInput ?? rates.input) +
    costOf(read - audioRead, rates.cacheRead ?? rates.input) +
    costOf(audioRead, rates.audioCacheRead ?? rates.cacheRead ?? rates.input) +
    costOf(written - written1h, write) +
    costOf(written1h, rates.cacheWrite1h ?? Math.ceil(write * HOUR_OVER_5M))
  )
}

function outputCost(rates: Rates, usage: PricedUsage): NanoUsd {
  const total = count(usage.outputTokens)
  const audio = rates.audioOutput === undefined ? 0 : Math.min(total, count(usage.audioOutputTokens))
  const thoughts = rates.reasoning === undefined ? 0 : Math.min(total - audio, count(usage.reasoningTokens))
  return (
    costOf(total - audio - thoughts, rates.output) +
    costOf(audio, rates.audioOutput ?? rates.output) +
    costOf(thoughts, rates.reasoning ?? rates.output)
  )
}

function count(tokens: number | undefined): number {
  return tokens !== undefined && tokens > 0 ? Math.ceil(tokens) : 0
}
