import { assertNever } from '../../lib/errors.ts'
import type { Random } from '../../lib/random.ts'
import type { RuleFacts } from './condition.ts'
import type { TargetHealth } from './health.ts'
import type { ModelPlan, PlanRule } from './plan.ts'
import type { Target } from './served.ts'

/** What choosing depends on. */
export interface OrderContext {
  readonly health: TargetHealth
  readonly random: Random
  /** The rule that holds for the call, where it may be followed. */
  readonly rule?: PlanRule | undefined
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
      return byRule(plan, context.rule)
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

/** The first rule of a model that holds for a call. */
export function ruleThatHolds(plan: ModelPlan, facts: RuleFacts): PlanRule | undefined {
  return plan.strategy === 'rules' ? plan.rules.find(({ condition }) => condition(facts)) : undefined
}

/** The targets that the rule leads to, then the model's others as a reserve. */
function byRule(plan: ModelPlan, rule: PlanRule | undefined): readonly Target[] {
  if (!rule) return plan.targets
  return [...rule.targets, ...plan.targets.filter((target) => !rule.targets.includes(target))]
}

/** The targets of which one is asked first while all are well: one, or those among which chance or the moment decides. */
export function firstTargets(plan: ModelPlan, facts: RuleFacts): readonly Target[] {
  const { strategy, targets } = plan
  if (strategy === 'least-latency' || strategy === 'least-busy') return targets
  if (strategy === 'weighted') return targets.filter(({ weight }) => weight > 0)
  const ordered =
    strategy === 'least-cost'
      ? targets.toSorted((a, b) => priceOf(a) - priceOf(b))
      : byRule(plan, ruleThatHolds(plan, facts))
  return ordered.slice(0, 1)
}
