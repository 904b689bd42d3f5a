import { decide } from '../governance/access/index.ts'
import type { Caller } from '../governance/identity/index.ts'
import type { ModelPlan } from '../models/routing/index.ts'
import type { Exchange } from './exchange.ts'

/** The models a caller may use, by name. */
export function usableModels(exchange: Exchange, caller: Caller): readonly ModelPlan[] {
  const { models, access } = exchange.snapshot
  const plans: ModelPlan[] = []
  for (const name of models.names) {
    const context = {
      nowMs: exchange.startedAt,
      surface: 'models-list',
      stream: false,
      tools: false,
      tokens: 0,
      model: name,
    }
    const decision = decide(access, { caller, action: 'use', resource: { kind: 'model', name }, context })
    const plan = decision.effect === 'allow' ? models.get(name) : undefined
    if (plan) plans.push(plan)
  }
  return plans
}
