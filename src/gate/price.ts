import { estimateTokens, priceUsage } from '../models/catalog/index.ts'
import type { Usage } from '../models/dialects/index.ts'
import type { Attempt, ModelIndex, ModelPlan, Target } from '../models/routing/index.ts'
import type { Exchange } from './exchange.ts'
import type { Estimate, GovernedCall } from './governed.ts'

/** Taken for an answer whose caller set no bound, where the model's own is not known either. */
export const DEFAULT_OUTPUT_TOKENS = 4_096
/** However long a model's answers may be, no more is held for one: almost none is longer. */
const MAX_HELD_OUTPUT_TOKENS = 32_768

/**
 * What a call would cost at most, nano-USD, held before it is spent: on the dearest of all targets that may come to answer,
 * the model's own, those its rules lead to, and those of the models it falls back to. What it really took is settled afterwards.
 */
export function estimateCost(exchange: Exchange, call: GovernedCall, model: string): number {
  const plan = exchange.snapshot.models.get(model)
  if (!plan) return 0
  let most = 0
  for (const target of reachableTargets(exchange.snapshot.models, plan)) {
    if (!target.price) continue
    const { inputTokens } = call.estimate
    const { cost } = priceUsage(target.price.price, { inputTokens, outputTokens: heldOutput(call.estimate, target) })
    if (cost > most) most = cost
  }
  return most
}

function heldOutput({ outputTokens, unboundAnswers }: Estimate, target: Target): number {
  if (unboundAnswers === undefined) return outputTokens
  return unboundAnswers * Math.min(target.traits.maxOutputTokens ?? DEFAULT_OUTPUT_TOKENS, MAX_HELD_OUTPUT_TOKENS)
}

function* reachableTargets(models: ModelIndex, plan: ModelPlan): Generator<Target> {
  yield* ownAndRuled(plan)
  for (const name of plan.fallbackTo) {
    const other = models.get(name)
    if (other) yield* ownAndRuled(other)
  }
}

function* ownAndRuled(plan: ModelPlan): Generator<Target> {
  yield* plan.targets
  for (const rule of plan.rules) if (rule.model !== undefined) yield* rule.targets
}

/** Adds one attempt's tokens and cost to the exchange's sums. An unknown price is flagged, never counted as nothing. */
export function addUsage(exchange: Exchange, attempt: Attempt, usage: Usage): void {
  const { metered } = exchange
  attempt.usage = usage
  metered.input += usage.inputTokens
  metered.output += usage.outputTokens
  metered.cacheRead += usage.cacheReadTokens ?? 0
  metered.cacheWrite += usage.cacheWriteTokens ?? 0
  metered.reasoning += usage.reasoningTokens ?? 0
  metered.cost += costOfUsage(attempt.target, usage) ?? 0
  if (attempt.target.price) metered.priceVersion = attempt.target.price.version
  else metered.priceKnown = false
}

/** What `usage` costs at a target, nano-USD; `undefined` when its price is not known. */
export function costOfUsage(target: Target, usage: Usage): number | undefined {
  return target.price ? priceUsage(target.price.price, usage).cost : undefined
}

/** What is counted of an answer, and whether the gate had to estimate any of it. */
export interface Counted {
  readonly usage: Usage
  readonly estimated: boolean
}

/**
 * What an answer is taken to have used: what the provider told, and the estimate for what it did not tell, or told to be
 * nothing although something came.
 */
export function countedUsage(told: Usage | undefined, estimate: Usage): Counted {
  if (!told || (told.inputTokens === 0 && told.outputTokens === 0)) return { usage: estimate, estimated: true }
  if (told.outputTokens > 0 || estimate.outputTokens === 0) return { usage: told, estimated: false }
  return { usage: { ...told, outputTokens: estimate.outputTokens }, estimated: true }
}

/** What was used, when the provider did not say: the estimate of what went in, and of what came. */
export function usageFromText(call: GovernedCall, answerCharacters: number): Usage {
  return { inputTokens: call.estimate.inputTokens, outputTokens: estimateTokens(answerCharacters) }
}
