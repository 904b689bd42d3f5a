import {
  type ModelAnswer,
  modelsAnswer,
  type ProviderAnswer,
  priceAnswer,
  providersAnswer,
} from '../../contract/inventory.ts'
import { decide, reachOf } from '../../governance/access/index.ts'
import type { Ledger } from '../../governance/usage/index.ts'
import type { Clock } from '../../lib/clock.ts'
import { formatUsd } from '../../lib/money.ts'
import { type ProviderSpec, providerKind } from '../../models/providers/index.ts'
import { modelKind, type Target, type TargetHealth, type TargetReport } from '../../models/routing/index.ts'
import type { Document } from '../../platform/documents/index.ts'
import type { Policy } from '../../policy/index.ts'
import { stateOfTargets, targetsOf } from '../provider-state.ts'
import type { Route } from '../route-types.ts'
import { spendBy } from '../spend.ts'

/** What the routes of models and providers need. */
export interface ModelServices {
  readonly policy: Pick<Policy, 'holder'>
  readonly ledger: Pick<Ledger, 'usage'>
  readonly health: Pick<TargetHealth, 'report'>
  readonly clock: Clock
}

const DAY_MS = 24 * 3_600_000

/** Pico-dollars a token are micro-dollars a million tokens. */
const perMillion = (pico: number) => formatUsd(pico * 1_000)

function priceOf({ price: known }: Target): ModelAnswer['targets'][number]['price'] {
  if (!known) return undefined
  const { input, output, cacheRead, cacheWrite, perRequest } = known.price
  return priceAnswer.parse({
    inputUsdPerMillion: perMillion(input),
    outputUsdPerMillion: perMillion(output),
    ...(cacheRead === undefined ? {} : { cacheReadUsdPerMillion: perMillion(cacheRead) }),
    ...(cacheWrite === undefined ? {} : { cacheWriteUsdPerMillion: perMillion(cacheWrite) }),
    ...(perRequest === undefined ? {} : { perRequestUsd: formatUsd(perRequest) }),
    version: known.version,
  })
}

function targetAnswer(target: Target, reports: ReadonlyMap<string, TargetReport>): ModelAnswer['targets'][number] {
  const price = priceOf(target)
  const health = reports.get(target.id)
  const { contextTokens } = target.traits
  return {
    provider: target.provider.name,
    model: target.model,
    weight: target.weight,
    ...(contextTokens === undefined ? {} : { contextTokens }),
    ...(price ? { price } : {}),
    ...(health ? { health } : {}),
  }
}

function providerAnswer(
  { name, spec, owner }: Document<ProviderSpec>,
  models: readonly string[],
  reports: readonly TargetReport[],
): Omit<ProviderAnswer, 'spend'> {
  return {
    name,
    type: spec.type,
    ...(spec.baseUrl === undefined ? {} : { baseUrl: spec.baseUrl }),
    network: spec.network ?? 'public',
    hasCredential: spec.credential !== undefined,
    models: [...models],
    targets: [...targetsOf(name, reports)],
    state: stateOfTargets(name, reports),
    owner,
  }
}

/** `/api/v1/models` and `/api/v1/providers`: what can be called, for how much, and how it is doing. */
export const modelRoutes: readonly Route<ModelServices>[] = [
  {
    method: 'GET',
    path: '/api/v1/models',
    permission: 'models:read',
    scoped: true,
    summary:
      'Models with their targets and prices. Who sees a part of the organisation sees the models that they may use.',
    answer: modelsAnswer,
    handle: async ({ caller, reach, rights }, { policy, ledger, health, clock }) => {
      const snapshot = policy.holder.current()
      const now = clock.now()
      const spend = await spendBy(ledger, {
        dimension: 'model',
        from: now - 30 * DAY_MS,
        to: now + 1,
        reach: reachOf(rights, 'usage:read'),
      })
      const reports = new Map(health.report().map((report) => [report.target, report]))
      const items = snapshot.documents.all(modelKind).flatMap((document): ModelAnswer[] => {
        const { name, labels, owner } = document
        const plan = snapshot.models.get(name)
        const resource = { kind: 'model', name }
        const decision = decide(snapshot.access, { caller, action: 'use', resource, context: { nowMs: now } })
        const may = decision.effect === 'allow'
        if (!plan || (reach !== 'everything' && !may)) return []
        const { strategy, targets, fallbackTo } = plan
        return [
          {
            name,
            labels,
            strategy,
            targets: targets.map((target) => targetAnswer(target, reports)),
            fallbackTo: [...fallbackTo],
            may,
            reason: decision.reason,
            owner,
            spend: spend(name),
          },
        ]
      })
      return { status: 200, body: { items, nextCursor: null } }
    },
  },
  {
    method: 'GET',
    path: '/api/v1/providers',
    permission: 'models:read',
    summary:
      'Providers with the health of their targets on the node that answers, and what went through them in a day.',
    answer: providersAnswer,
    handle: async ({ rights }, { policy, ledger, health, clock }) => {
      const { documents } = policy.holder.current()
      const now = clock.now()
      const spend = await spendBy(ledger, {
        dimension: 'provider',
        from: now - DAY_MS,
        to: now + 1,
        reach: reachOf(rights, 'usage:read'),
      })
      const reports = health.report()
      const items = documents.all(providerKind).map((document) => {
        const models = documents
          .all(modelKind)
          .filter(({ spec }) => spec.targets.some(({ provider }) => provider === document.name))
          .map(({ name }) => name)
        return { ...providerAnswer(document, models, reports), spend: spend(document.name) }
      })
      return { status: 200, body: { items, nextCursor: null } }
    },
  },
]
