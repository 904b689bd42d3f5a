/**
 * Builds src/models/catalog/catalog.snapshot.json from the price lists of the installed package @pydantic/genai-prices.
 * Run: `bun scripts/update-catalog.ts [YYYY-MM-DD]` (the day the prices shall hold for; today when absent).
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type ConditionalPrice,
  findProvider,
  type MatchLogic,
  type ModelInfo,
  type ModelPrice,
} from '@pydantic/genai-prices'
import type { Price, Rates } from '../src/models/catalog/price.ts'
import type { NameRule, Snapshot, SnapshotModel, SnapshotProvider } from '../src/models/catalog/snapshot.ts'

const ROOT = join(import.meta.dir, '..')
const TARGET = join(ROOT, 'src/models/catalog/catalog.snapshot.json')
const PROVIDERS = [
  'openai',
  'anthropic',
  'google',
  'azure',
  'aws',
  'mistral',
  'cohere',
  'groq',
  'deepseek',
  'x-ai',
  'together',
  'fireworks',
  'openrouter',
  'perplexity',
]

/**
 * What the price lists do not hold: factors in thousandths by service tier, from the vendors' price pages (2026-11).
 * Batch and flex are half the price. Priority differs by model (1.7 to 2 times): the upper end is taken, and a Pricing
 * document can say it exactly.
 */
const TIERS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  openai: { batch: 500, flex: 500, priority: 2_000 },
  azure: { batch: 500, priority: 2_000 },
  anthropic: { batch: 500 },
  google: { batch: 500, flex: 500, priority: 2_000 },
  aws: { batch: 500, flex: 500, priority: 1_750 },
  mistral: { batch: 500 },
  groq: { batch: 500 },
  together: { batch: 500 },
  fireworks: { batch: 500 },
}

const RATE_NAMES: Readonly<Record<string, keyof Rates>> = {
  input_mtok: 'input',
  output_mtok: 'output',
  cache_read_mtok: 'cacheRead',
  cache_write_mtok: 'cacheWrite',
  cache_write_1h_mtok: 'cacheWrite1h',
  output_reasoning_mtok: 'reasoning',
  input_audio_mtok: 'audioInput',
  cache_audio_read_mtok: 'audioCacheRead',
  output_audio_mtok: 'audioOutput',
}

/** Dollars a million tokens as pico-USD a token, rounded up. Six decimals of a dollar are kept exactly. */
function pico(usdPerMillion: number): number {
  return Math.ceil(Number((usdPerMillion * 1_000_000).toFixed(3)))
}

/** Dollars a thousand as nano-USD each. */
function nano(usdPerThousand: number): number {
  return Math.ceil(Number((usdPerThousand * 1_000_000).toFixed(3)))
}

/**
 * The prices that hold on the day. Of prices by hour of day the dearest is taken, because a snapshot has no hour and a
 * budget must not be overrun.
 */
function pricesOn(model: ModelInfo, day: Date): ModelPrice {
  if (!Array.isArray(model.prices)) return model.prices
  let current: ConditionalPrice | undefined
  const hourly: ConditionalPrice[] = []
  for (const entry of model.prices) {
    if (entry.constraint?.type === 'time_of_date') hourly.push(entry)
    else if (entry.constraint === undefined || day >= new Date(entry.constraint.start_date)) current = entry
  }
  const input = ({ prices }: ConditionalPrice) => base(prices['input_mtok']) ?? 0
  const dearest = [...(current === undefined ? [] : [current]), ...hourly].sort((a, b) => input(b) - input(a))[0]
  return dearest?.prices ?? {}
}

function base(value: ModelPrice[string]): number | undefined {
  return typeof value === 'object' ? value.base : value
}

function toPrice(prices: ModelPrice): Price | undefined {
  const rates: Partial<Record<keyof Rates, number>> = {}
  const beyond: Partial<Record<keyof Rates, number>> = {}
  const starts = new Set<number>()
  for (const [key, value] of Object.entries(prices)) {
    const name = RATE_NAMES[key]
    const amount = base(value)
    if (name === undefined || amount === undefined) continue
    rates[name] = pico(amount)
    if (typeof value !== 'object') continue
    if (value.tiers.length > 1) throw new Error(`more than one tier: ${key}`)
    for (const tier of value.tiers) {
      starts.add(tier.start)
      beyond[name] = pico(tier.price)
    }
  }
  if (starts.size > 1) throw new Error('tiers that start at different sizes')
  const [above] = starts
  const { input, output } = rates
  const perRequest = base(prices['requests_kcount'])
  const perSearch = base(prices['web_searches_kcount'])
  // Embeddings have no output; without a price for what goes in, the price is not known.
  if (input === undefined) return undefined
  return {
    ...rates,
    input,
    output: output ?? 0,
    ...(above === undefined ? {} : { longContext: { above, rates: beyond } }),
    ...(perRequest === undefined ? {} : { perRequest: nano(perRequest) }),
    ...(perSearch === undefined ? {} : { perServerToolCall: nano(perSearch) }),
  }
}

function toRule(match: MatchLogic): NameRule {
  if ('or' in match) return { any: match.or.map(toRule) }
  if ('and' in match) return { all: match.and.map(toRule) }
  if ('equals' in match) return { equals: match.equals.toLowerCase() }
  if ('starts_with' in match) return { starts: match.starts_with.toLowerCase() }
  if ('ends_with' in match) return { ends: match.ends_with.toLowerCase() }
  if ('contains' in match) return { contains: match.contains.toLowerCase() }
  return { regex: match.regex }
}

function toModel(model: ModelInfo, day: Date): SnapshotModel {
  const rule = toRule(model.match)
  const branches: readonly NameRule[] = 'any' in rule ? rule.any : [rule]
  const id = model.id.toLowerCase()
  const names = branches.flatMap((branch) => ('equals' in branch && branch.equals !== id ? [branch.equals] : []))
  const others = branches.filter((branch) => !('equals' in branch))
  const [only, second] = others
  const price = toPrice(pricesOn(model, day))
  return {
    id: model.id,
    ...(names.length === 0 ? {} : { names }),
    ...(only === undefined ? {} : { rule: second === undefined ? only : { any: others } }),
    ...(model.context_window === undefined ? {} : { context: model.context_window }),
    ...(price === undefined ? {} : { price }),
  }
}

function toProvider(name: string, day: Date): SnapshotProvider {
  const provider = findProvider({ providerId: name })
  if (provider === undefined || provider.models.length === 0) throw new Error(`the package has no provider ${name}`)
  const fallbacks = provider.fallback_model_providers?.filter((id) => PROVIDERS.includes(id)) ?? []
  const tiers = TIERS[name]
  return {
    ...(fallbacks.length === 0 ? {} : { fallbacks }),
    ...(tiers === undefined ? {} : { tiers }),
    models: provider.models.map((model) => toModel(model, day)),
  }
}

const version = process.argv[2] ?? new Date().toISOString().slice(0, 10)
const installed: { readonly version: string } = JSON.parse(
  readFileSync(join(ROOT, 'node_modules/@pydantic/genai-prices/package.json'), 'utf8'),
)
const day = new Date(`${version}T00:00:00Z`)
const snapshot: Snapshot = {
  version,
  sources: [
    {
      name: '@pydantic/genai-prices',
      version: installed.version,
      licence: 'MIT',
      gives: 'prices, context windows, name rules',
    },
  ],
  providers: Object.fromEntries(PROVIDERS.map((name) => [name, toProvider(name, day)])),
}
const lines = Object.entries(snapshot.providers).map(([name, { models, ...provider }]) => {
  const head = JSON.stringify(provider).slice(1, -1)
  return `${JSON.stringify(name)}:{${head}${head === '' ? '' : ','}"models":[\n${models.map((model) => JSON.stringify(model)).join(',\n')}\n]}`
})
writeFileSync(
  TARGET,
  `{"version":${JSON.stringify(version)},"sources":${JSON.stringify(snapshot.sources)},"providers":{\n${lines.join(',\n')}\n}}\n`,
)
process.stdout.write(
  `${TARGET}: ${PROVIDERS.length} providers, ${Object.values(snapshot.providers).reduce((sum, { models }) => sum + models.length, 0)} models\n`,
)
