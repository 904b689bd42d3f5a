import { assertNever } from '../../lib/errors.ts'
import type { Random } from '../../lib/random.ts'
import type { RuleFacts } from './condition.ts'
import type { TargetHealth } from './health.ts'
import type { ModelPlan } from './plan.ts'
import type { Target } from './served.ts'

/** What choosing depends on. */
export interface OrderContext {
  readonly health: TargetHealth
  readonly random: Random
  readonly facts: RuleFacts
  /** Whether a rule may lead to another model; absent: it may. */
  readonly mayUse?: (model: string) => boolean
}

/**
 * The targets of a model in the order in which they are to be tried. Those that are cooling down come last rather than
 * never: when all are unwell, trying is better than refusing.
 */
export function orderTargets(plan: ModelPlan, context: OrderContext): readonly Target[] {
  const chosen = byStrategy(plan, context)
  if (!chosen.some((target) => context.health.isCooling(target))) return chosen
  const well = chosen.filter((target) => !context.health.isCooling(target))
  return [...well, ...chosen.filter((target) => context.health.isCooling(target))]
}

function byStrategy(plan: ModelPlan, context: OrderContext): readonly Target[] {
  const { targets } = plan
  switch (plan.strategy) {
    case 'priority':
      return targets
    case 'weighted':
      return weighted(targets, context.random)
    case 'least-latency':
      return targets.toSorted((a, b) => context.health.latencyMs(a) - context.health.latencyMs(b))
    case 'least-busy':
      return targets.toSorted((a, b) => context.health.inFlight(a) - context.health.inFlight(b))
    case 'least-cost':
      return targets.toSorted((a, b) => priceOf(a) - priceOf(b))
    case 'rules':
      return byRules(plan, context)
    default:
      return assertNever(plan.strategy)
  }
}

/** A draw without replacement: each place goes to a target with the odds of its weight. */
function weighted(targets: readonly Target[], random: Random): readonly Target[] {
  const left = targets.filter((target) => target.weight > 0)
  const order: Target[] = []
  while (left.length > 0) {
    const total = left.reduce((sum, target) => sum + target.weight, 0)
    let draw = random.fraction() * total
    let index = 0
    while (index < left.length - 1 && draw >= (left[index]?.weight ?? 0)) draw -= left[index++]?.weight ?? 0
    order.push(...left.splice(index, 1))
  }
  return order
}

/** Output is most of what a call costs; an unknown price is dearer than any known one. */
function priceOf(target: Target): number {
  const price = target.price?.price
  return price ? price.input + 3 * price.output : Number.POSITIVE_INFINITY
}

/** The targets of the first rule that holds, then the model's others as a reserve: these alone, where it leads to a model that may not be used. */
function byRules(plan: ModelPlan, context: OrderContext): readonly Target[] {
  const rule = plan.rules.find(({ condition }) => condition(context.facts))
  if (!rule || (rule.model !== undefined && context.mayUse?.(rule.model) === false)) return plan.targets
  return [...rule.targets, ...plan.targets.filter((target) => !rule.targets.includes(target))]
}
