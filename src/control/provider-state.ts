import type { ProviderAnswer } from '../contract/inventory.ts'
import type { TargetReport } from '../models/routing/index.ts'

/** The reports of a provider's targets. */
export function targetsOf(provider: string, reports: readonly TargetReport[]): readonly TargetReport[] {
  return reports.filter(({ target }) => target.startsWith(`${provider}/`))
}

/** How a provider is, by its targets that were called. */
export function stateOfTargets(provider: string, reports: readonly TargetReport[]): ProviderAnswer['state'] {
  const targets = targetsOf(provider, reports)
  const cooling = targets.filter(({ state }) => state === 'cooling').length
  if (targets.length === 0) return 'unknown'
  if (cooling === 0) return 'healthy'
  return cooling === targets.length ? 'cooling' : 'degraded'
}
