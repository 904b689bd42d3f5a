import { z } from 'zod'

/** How one target (a provider and its model) has been doing, as the node that answers sees it. */
export const targetAnswer = z.strictObject({
  target: z.string(),
  state: z.enum(['healthy', 'cooling']),
  latencyMs: z.number(),
  inFlight: z.number().int(),
  consecutiveFailures: z.number().int(),
  /** Epoch milliseconds; 0 when not cooling. */
  coolingUntil: z.number(),
})
