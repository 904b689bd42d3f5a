import type { Document, DocumentSet } from '../../platform/documents/index.ts'
import type { Catalog, PricingIndex } from '../catalog/index.ts'
import { type ProviderSettings, providerKind, providerSettings, providerType } from '../providers/index.ts'
import { type Condition, compileCondition } from './condition.ts'
import { type ModelSpec, modelKind } from './model.kind.ts'
import type { Target, TargetPrice } from './served.ts'

/** Milliseconds a call may take, by phase. */
export interface Timeouts {
  /** Absent: the gateway's own default. */
  readonly connectMs?: number
  readonly firstTokenMs: number
  readonly idleMs: number
  readonly totalMs: number
}

/** A routing rule, resolved. */
export interface PlanRule {
  readonly condition: Condition
  readonly targets: readonly Target[]
  /** The Model document whose targets these are, where it is another one. */
  readonly model?: string
}

/** A Model document, resolved: everything a call needs without another look-up. */
export interface ModelPlan {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly targets: readonly Target[]
  readonly strategy: NonNullable<ModelSpec['strategy']>
  readonly rules: readonly PlanRule[]
  readonly attempts: number
  readonly retryOn: ReadonlySet<string>
  readonly fallbackOn: ReadonlySet<string>
  readonly fallbackTo: readonly string[]
  readonly timeouts: Timeouts
  readonly strict: boolean
  readonly unpriced: 'flag' | 'refuse'
}

/** All models of a snapshot. */
export interface ModelIndex {
  readonly get: (name: string) => ModelPlan | undefined
  /** In order of their names. */
  readonly names: readonly string[]
  /** Every `secret://` that providers use, to be fetched before the snapshot is published. */
  readonly credentials: readonly string[]
}

const DEFAULT_TIMEOUTS: Timeouts = { firstTokenMs: 120_000, idleMs: 120_000, totalMs: 600_000 }
const MAX_DEFAULT_ATTEMPTS = 4

/** What the documents alone do not say. */
export interface ModelSources {
  readonly catalog: Catalog
  readonly pricing: PricingIndex
}

/** Resolves Provider and Model documents. Pure; the documents must have been validated. */
export function compileModels(documents: DocumentSet, sources: ModelSources): ModelIndex {
  const providers = new Map(documents.all(providerKind).map((document) => [document.name, providerSettings(document)]))
  const targetsOf = new Map<string, readonly Target[]>()
  for (const model of documents.all(modelKind)) targetsOf.set(model.name, resolveTargets(model, providers, sources))
  const plans = new Map<string, ModelPlan>()
  for (const model of documents.all(modelKind)) plans.set(model.name, planOf(model, targetsOf))
  const credentials = new Set<string>()
  for (const settings of providers.values()) if (settings.credential) credentials.add(settings.credential)
  return Object.freeze({
    get: (name: string) => plans.get(name),
    names: Object.freeze([...plans.keys()].sort()),
    credentials: Object.freeze([...credentials]),
  })
}

function resolveTargets(
  model: Document<ModelSpec>,
  providers: ReadonlyMap<string, ProviderSettings>,
  sources: ModelSources,
): readonly Target[] {
  const targets: Target[] = []
  for (const entry of model.spec.targets) {
    const provider = providers.get(entry.provider)
    const type = provider && providerType(provider.type)
    if (!provider || !type) continue
    const known = type.catalog ? sources.catalog.traits(type.catalog, entry.model) : {}
    targets.push(
      Object.freeze({
        id: `${provider.name}/${entry.model}`,
        provider,
        type,
        model: entry.model,
        weight: entry.weight,
        traits: { ...known, ...type.traits?.(entry.model), model: entry.model },
        price: priceOf({ provider, model: entry.model, catalog: type.catalog, free: type.free === true }, sources),
      }),
    )
  }
  return Object.freeze(targets)
}

interface Priced {
  readonly provider: ProviderSettings
  readonly model: string
  readonly catalog: string | undefined
  readonly free: boolean
}

function priceOf(priced: Priced, sources: ModelSources): TargetPrice | undefined {
  const override = sources.pricing.find(priced.provider.name, priced.model)
  if (override) return override
  const listed = priced.catalog ? sources.catalog.price(priced.catalog, priced.model) : undefined
  if (listed) return { price: listed, version: sources.catalog.version }
  // A model on the organisation's own machines costs nothing a token; that is known, not unknown.
  return priced.free ? { price: FREE, version: 'free' } : undefined
}

const FREE = Object.freeze({ input: 0, output: 0 })

function planOf(model: Document<ModelSpec>, targetsOf: ReadonlyMap<string, readonly Target[]>): ModelPlan {
  const { spec } = model
  const targets = targetsOf.get(model.name) ?? []
  return Object.freeze({
    name: model.name,
    labels: model.labels,
    targets,
    strategy: spec.strategy ?? (spec.rules.length > 0 ? 'rules' : 'priority'),
    rules: spec.rules.map((rule) => ({
      condition: compileCondition(rule.when),
      ...ruleTargets({ name: rule.target, spec, targetsOf, own: targets }),
    })),
    // All tries of this model together, over its targets in order: 1 asks the first target alone.
    attempts: spec.retry.attempts ?? Math.min(MAX_DEFAULT_ATTEMPTS, targets.length + 1),
    retryOn: new Set(spec.retry.on),
    fallbackOn: new Set(spec.fallback?.on ?? []),
    fallbackTo: spec.fallback?.to ?? [],
    timeouts: {
      connectMs: spec.timeout.connect,
      firstTokenMs: spec.timeout.firstToken ?? DEFAULT_TIMEOUTS.firstTokenMs,
      idleMs: spec.timeout.idle ?? DEFAULT_TIMEOUTS.idleMs,
      totalMs: spec.timeout.total ?? DEFAULT_TIMEOUTS.totalMs,
    },
    strict: spec.strict,
    unpriced: spec.unpriced,
  })
}

interface RuleTarget {
  readonly name: string
  readonly spec: ModelSpec
  readonly targetsOf: ReadonlyMap<string, readonly Target[]>
  readonly own: readonly Target[]
}

/** A rule names one of this model's targets, or another model: then all of that one's. */
function ruleTargets({ name, spec, targetsOf, own }: RuleTarget): Omit<PlanRule, 'condition'> {
  const named = own.filter((_, index) => spec.targets[index]?.name === name || spec.targets[index]?.model === name)
  if (named.length > 0) return { targets: named }
  const others = targetsOf.get(name)
  return others ? { targets: others, model: name } : { targets: own }
}
