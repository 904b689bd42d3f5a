import { decide } from '../governance/access/index.ts'
import type { Exchange } from './exchange.ts'
import type { GovernedCall } from './governed.ts'
import type { Grant } from './grant.ts'

/**
 * Whether the caller may use a model that is to answer in place of the one asked for (a fall-back, what a rule names, a
 * budget's cheaper one): what would have been decided, had they asked for it by its name.
 */
export function modelAccess(exchange: Exchange, grant: Grant, call: GovernedCall): (model: string) => boolean {
  const { access } = exchange.snapshot
  const { surface } = exchange.operation
  const context = { ...call.facts, nowMs: exchange.startedAt, surface }
  return (model) =>
    decide(access, {
      caller: grant.caller,
      action: 'use',
      resource: { kind: 'model', name: model },
      context: { ...context, model },
    }).effect === 'allow'
}
