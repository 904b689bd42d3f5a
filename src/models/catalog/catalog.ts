import snapshotJson from './catalog.snapshot.json'
import { familyTraits, type ModelTraits } from './families.ts'
import type { Price } from './price.ts'
import { matches, type Snapshot, type SnapshotModel, type SnapshotProvider } from './snapshot.ts'

/** What is known of a model. */
export interface CatalogEntry {
  /** The list it stands in, which may be a fallback of the one asked for. */
  readonly provider: string
  /** The name under which the catalogue knows it. */
  readonly id: string
  readonly contextTokens?: number
  readonly price?: Price
}

/** Capabilities, context windows and prices of models, dated. */
export interface Catalog {
  /** The day of the snapshot, `2026-11-22`: stands on every record that was priced by it. */
  readonly version: string
  /** A model by the name its provider gives it; dated, regional and `-latest` forms are found too. */
  readonly find: (provider: string, model: string) => CatalogEntry | undefined
  /** What the model can and needs; `{}` where nothing is known. */
  readonly traits: (provider: string, model: string) => ModelTraits
  /** Undefined when the price is not known: never 0. */
  readonly price: (provider: string, model: string) => Price | undefined
}

/** Other names of the lists: provider types of documents, and what other catalogues call them. */
const LISTS: Readonly<Record<string, string>> = {
  gemini: 'google',
  vertex: 'google',
  'azure-openai': 'azure',
  bedrock: 'aws',
  'amazon-bedrock': 'aws',
  xai: 'x-ai',
  togetherai: 'together',
  'together-ai': 'together',
  'fireworks-ai': 'fireworks',
}

/** The catalogue that ships with this version. Providers are indexed when they are first asked for. */
export function createCatalog(): Catalog {
  return catalogOf(snapshotJson as Snapshot)
}

/** A catalogue over any snapshot. */
export function catalogOf(snapshot: Snapshot): Catalog {
  const lists = new Map<string, ModelList>()
  const listOf = (provider: string): ModelList | undefined => {
    const name = LISTS[provider] ?? provider
    const known = lists.get(name)
    if (known !== undefined) return known
    const content = Object.hasOwn(snapshot.providers, name) ? snapshot.providers[name] : undefined
    if (content === undefined) return undefined
    const made = modelList(name, content)
    lists.set(name, made)
    return made
  }
  const find = (provider: string, model: string): CatalogEntry | undefined => {
    const list = listOf(provider)
    if (list === undefined) return undefined
    const candidates = [list, ...(list.content.fallbacks ?? []).flatMap((name) => listOf(name) ?? [])]
    for (const name of namesOf(model)) {
      for (const candidate of candidates) {
        const entry = candidate.find(name)
        if (entry !== undefined) return entry
      }
    }
    return undefined
  }
  const traits = (provider: string, model: string): ModelTraits => {
    const known = familyTraits(model)
    const contextTokens = find(provider, model)?.contextTokens
    return contextTokens === undefined || known.contextTokens !== undefined ? known : { ...known, contextTokens }
  }
  return Object.freeze({
    version: snapshot.version,
    find,
    traits,
    price: (provider: string, model: string) => find(provider, model)?.price,
  })
}

interface ModelList {
  readonly content: SnapshotProvider
  readonly find: (name: string) => CatalogEntry | undefined
}

function modelList(provider: string, content: SnapshotProvider): ModelList {
  const exact = new Map<string, SnapshotModel>()
  for (const model of content.models) {
    for (const name of [model.id.toLowerCase(), ...(model.names ?? [])]) if (!exact.has(name)) exact.set(name, model)
  }
  const ruled = content.models.filter((model) => model.rule !== undefined)
  const entryOf = (model: SnapshotModel): CatalogEntry => ({
    provider,
    id: model.id,
    ...(model.context === undefined ? {} : { contextTokens: model.context }),
    ...(model.price === undefined ? {} : { price: tiered(model.price, content) }),
  })
  return {
    content,
    find: (name) => {
      const model = exact.get(name) ?? ruled.find(({ rule }) => rule !== undefined && matches(rule, name))
      return model === undefined ? undefined : entryOf(model)
    },
  }
}

function tiered(price: Price, content: SnapshotProvider): Price {
  return content.tiers === undefined ? price : { ...price, tiers: content.tiers }
}

/** The forms of a name to look for, the most particular first: as it is, without path and region, without date or version. */
function namesOf(model: string): ReadonlySet<string> {
  const whole = model.toLowerCase()
  const bare = whole.replace(/^(?:models|publishers\/[^/]+\/models)\//, '')
  const local = bare.replace(/^(?:us|eu|apac|jp|au|global|us-gov)\.(?=[a-z0-9]+\.)/, '')
  const undated = local
    .replace(/(?:[-@](?:\d{4}-\d{2}-\d{2}|\d{8})|-latest|@latest|@default)(?:-v\d+(?::\d+)?)?$/, '')
    .replace(/:\d+$/, '')
  return new Set([whole, bare, local, undated])
}
