import { z } from 'zod'
import { listOf } from './list.ts'

/** Money in answers: decimal dollars as text, and whole nano-dollars. */
const usd = z.string()
const nanoUsd = z.number().int()

/** How one budget stands, for one of those it counts separately. */
export const budgetStateAnswer = z.strictObject({
  name: z.string(),
  appliesTo: z.array(z.string()),
  on: z.array(z.string()).optional(),
  /** Each of what has a budget of its own: `user`, `app`, …; absent when all share it. */
  per: z.string().optional(),
  /** Whose line this is, when each has their own: `user:ann@example.com`. */
  value: z.string().optional(),
  period: z.string(),
  timeZone: z.string(),
  mode: z.enum(['enforce', 'monitor']),
  /** `block`, `alert`, or the model that answers instead: `downgrade:small`. */
  atLimit: z.string(),
  /** The current period, RFC 3339; absent for a budget without one. */
  from: z.iso.datetime().optional(),
  to: z.iso.datetime().optional(),
  amountUsd: usd,
  spentUsd: usd,
  /** Held for calls in flight on the node that answers. */
  heldUsd: usd,
  /** Below zero when overdrawn. */
  remainingUsd: usd,
  /** At the end of the period, if it goes on as it has. */
  forecastUsd: usd.optional(),
  amountNanoUsd: nanoUsd,
  spentNanoUsd: nanoUsd,
  heldNanoUsd: nanoUsd,
  remainingNanoUsd: nanoUsd,
  forecastNanoUsd: nanoUsd.optional(),
  /** Spent as a share of the amount: 1 is all of it. */
  share: z.number(),
  state: z.enum(['ok', 'warning', 'exhausted']),
})
/** How one budget stands. */
export type BudgetStateAnswer = z.infer<typeof budgetStateAnswer>

/** The answer of `GET /api/v1/budgets`: never a second page. */
export const budgetsAnswer = listOf(budgetStateAnswer)

const rateState = z.strictObject({
  limit: z.number().int(),
  perMs: z.number().int(),
  /** In the last `perMs`, as the node that answers counts. */
  taken: z.number().int(),
})

/** How one limit stands, as the node that answers counts. */
export const limitStateAnswer = z.strictObject({
  name: z.string(),
  appliesTo: z.array(z.string()),
  on: z.array(z.string()).optional(),
  per: z.string().optional(),
  value: z.string().optional(),
  mode: z.enum(['enforce', 'monitor']),
  requests: rateState.optional(),
  tokens: rateState.optional(),
  concurrency: z.strictObject({ limit: z.number().int(), active: z.number().int() }).optional(),
})
/** How one limit stands. */
export type LimitStateAnswer = z.infer<typeof limitStateAnswer>

/** The answer of `GET /api/v1/limits`: never a second page. */
export const limitsAnswer = listOf(limitStateAnswer)
