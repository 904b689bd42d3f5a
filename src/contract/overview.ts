import { z } from 'zod'
import { budgetStateAnswer } from './budgets.ts'
import { providerAnswer } from './inventory.ts'
import { instant } from './operations.ts'

/** The query of `GET /api/v1/overview`: a span of at most 400 days; the last seven days when nothing is said. */
export const overviewQuery = z.strictObject({ from: instant.optional(), to: instant.optional() })

/** Sums over a span. */
export const sumsAnswer = z.strictObject({
  operations: z.number().int(),
  /** Operations by how they ended. */
  outcomes: z.record(z.string(), z.number().int()),
  tokensInput: z.number().int(),
  tokensOutput: z.number().int(),
  costUsd: z.string(),
  costNanoUsd: z.number().int(),
  unpriced: z.number().int(),
  cached: z.number().int(),
  meanDurationMs: z.number().nullable(),
  meanFirstTokenMs: z.number().nullable(),
  meanOverheadMs: z.number().nullable(),
})
/** Sums over a span. */
export type SumsAnswer = z.infer<typeof sumsAnswer>

const share = z.strictObject({
  name: z.string(),
  operations: z.number().int(),
  costUsd: z.string(),
  costNanoUsd: z.number().int(),
})

/** The answer of `GET /api/v1/overview`: what lies within the caller's reach. */
export const overviewAnswer = z.strictObject({
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  totals: sumsAnswer,
  /** The same over the span of the same length before. */
  before: sumsAnswer,
  /** By hour up to three days, else by day (UTC); empty buckets are left out. */
  bucket: z.enum(['hour', 'day']),
  series: z.array(sumsAnswer.extend({ at: z.iso.datetime() })),
  /** The dearest of each, at most eight. */
  top: z.strictObject({
    models: z.array(share),
    providers: z.array(share),
    teams: z.array(share),
    apps: z.array(share),
    agents: z.array(share),
    users: z.array(share),
  }),
  /** Budgets that are spent or near it, worst first. */
  budgets: z.array(budgetStateAnswer),
  /** Providers that are not well; only for who may see all of them. */
  providers: z.array(providerAnswer.pick({ name: true, state: true })),
  policy: z.strictObject({ number: z.number().int(), faults: z.array(z.string()) }),
})
/** The first page's sums. */
export type OverviewAnswer = z.infer<typeof overviewAnswer>

/** The query of `GET /api/v1/operations/facets`. */
export const facetsQuery = z.strictObject({
  from: instant.optional(),
  to: instant.optional(),
  team: z.string().max(256).optional(),
  app: z.string().max(256).optional(),
  user: z.string().max(256).optional(),
  key: z.string().max(256).optional(),
  model: z.string().max(256).optional(),
  provider: z.string().max(256).optional(),
  agent: z.string().max(256).optional(),
})

const values = z.array(z.strictObject({ value: z.string(), operations: z.number().int() }))

/** The answer of `GET /api/v1/operations/facets`: what operations can be filtered by, and how many there are; at most 100 of each. */
export const facetsAnswer = z.strictObject({
  team: values,
  app: values,
  user: values,
  key: values,
  model: values,
  provider: values,
  agent: values,
  outcome: values,
})
/** Facets of operations. */
export type FacetsAnswer = z.infer<typeof facetsAnswer>
