import { estimateTokens, priceUsage } from '../models/catalog/index.ts'
import type { Usage } from '../models/dialects/index.ts'
import type { Attempt, Target } from '../models/routing/index.ts'
import type { Exchange } from './exchange.ts'
import type { GovernedCall } from './governed.ts'

/** What a call would cost at most on the dearest of its model's targets, nano-USD: held before it is spent. */
export function estimateCost(exchange: Exchange, call: GovernedCall, model: string): number {
  const plan = exchange.snapshot.models.get(model)
  if (!plan) return 0
  let most = 0
  for (const target of plan.targets) {
    if (!target.price) continue
    const { cost } = priceUsage(target.price.price, {
      inputTokens: call.estimate.inputTokens,
      outputTokens: call.estimate.outputTokens,
    })
    if (cost > most) most = cost
  }
  return most
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

/** What was used, when the provider did not say: the estimate of what went in, and of what came. */
export function usageFromText(call: GovernedCall, answerCharacters: number): Usage {
  return { inputTokens: call.estimate.inputTokens, outputTokens: estimateTokens(answerCharacters) }
}
