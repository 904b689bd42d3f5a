import type { Clock } from '../../lib/clock.ts'
import { documentSet } from '../../platform/documents/index.ts'
import { compilePricing, createCatalog, pricingKind } from '../catalog/index.ts'
import { providerKind } from '../providers/index.ts'
import { modelKind } from './model.kind.ts'
import { compileModels, type ModelIndex } from './plan.ts'
import type { Attempt, Target } from './served.ts'

const PROVIDERS = `apiVersion: gatehouse/v1
kind: Provider
metadata: {name: local}
spec: {type: openai-compatible, baseUrl: 'http://127.0.0.1:1/v1', network: private}
---
kind: Provider
metadata: {name: sandbox}
spec: {type: sandbox}
---
kind: Pricing
metadata: {name: local}
spec:
  provider: local
  models:
    cheap: {input: 1 USD, output: 1 USD}
    dear: {input: 1 USD, output: 9 USD}
`

/** Models of the providers `local` and `sandbox`, from Model documents as YAML. For tests. */
export function modelsFrom(...models: readonly string[]): ModelIndex {
  const documents = documentSet([providerKind, pricingKind, modelKind], [PROVIDERS, ...models].join('---\n'))
  return compileModels(documents, { catalog: createCatalog(), pricing: compilePricing(documents) })
}

/** A Model document of the provider `local`. */
export function modelYaml(name: string, models: readonly string[], more = ''): string {
  const targets = models.map((model) => `{provider: local, model: ${model}}`).join(', ')
  return `kind: Model\nmetadata: {name: ${name}}\nspec: {targets: [${targets}]${more && `, ${more}`}}\n`
}

/** The plan of a model that must be there. */
export function planFrom(index: ModelIndex, name: string) {
  const plan = index.get(name)
  if (!plan) throw new Error(`no model ${name}`)
  return plan
}

/** An attempt that has just begun. */
export function attemptAt(target: Target, clock: Clock, more: Partial<Attempt> = {}): Attempt {
  return { target, startedAt: clock.now(), startedTick: clock.monotonic(), durationMs: 0, sent: false, ...more }
}
