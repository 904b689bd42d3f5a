import { z } from 'zod'
import { instant } from './operations.ts'

/** What usage may be grouped and filtered by. */
export const usageDimension = z.enum(['team', 'app', 'user', 'agent', 'key', 'model', 'provider'])

/** The query of `GET /api/v1/usage`: `groupBy=team,model&bucket=day&team=claims`. Whole hours; days are UTC days. */
export const usageQuery = z.strictObject({
  groupBy: z
    .string()
    .transform((text) => text.split(',').filter(Boolean))
    .pipe(z.array(usageDimension).max(7))
    .default([]),
  from: instant.optional(),
  to: instant.optional(),
  bucket: z.enum(['hour', 'day']).optional(),
  team: z.string().max(256).optional(),
  app: z.string().max(256).optional(),
  user: z.string().max(256).optional(),
  agent: z.string().max(256).optional(),
  key: z.string().max(256).optional(),
  model: z.string().max(256).optional(),
  provider: z.string().max(256).optional(),
})

/** One row of usage: the group's names (empty: operations without one), the bucket's start (RFC 3339), and the sums. */
export const usageRowAnswer = z.strictObject({
  bucket: z.iso.datetime().optional(),
  team: z.string().optional(),
  app: z.string().optional(),
  user: z.string().optional(),
  agent: z.string().optional(),
  key: z.string().optional(),
  model: z.string().optional(),
  provider: z.string().optional(),
  operations: z.number().int(),
  /** Operations by how they ended. */
  outcomes: z.record(z.string(), z.number().int()),
  tokens: z.strictObject({
    input: z.number().int(),
    output: z.number().int(),
    cacheRead: z.number().int(),
    cacheWrite: z.number().int(),
    reasoning: z.number().int(),
  }),
  costUsd: z.string(),
  costNanoUsd: z.number().int(),
  /** Operations whose price was not known; they count nothing towards the cost. */
  unpriced: z.number().int(),
  /** Operations answered from the cache. */
  cached: z.number().int(),
  /** Means over the operations, milliseconds; null where there were none. */
  meanDurationMs: z.number().nullable(),
  meanFirstTokenMs: z.number().nullable(),
  meanOverheadMs: z.number().nullable(),
})
/** One row of usage as the control API shows it. */
export type UsageRowAnswer = z.infer<typeof usageRowAnswer>

/** The answer of `GET /api/v1/usage`; at most 10,000 rows, never a second page. */
export const usageAnswer = z.strictObject({ items: z.array(usageRowAnswer), nextCursor: z.null() })
