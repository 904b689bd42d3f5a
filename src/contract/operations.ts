import { z } from 'zod'

/** Tokens of an operation by kind; totals include their parts. */
export const tokensAnswer = z.strictObject({
  input: z.number().int(),
  output: z.number().int(),
  cacheRead: z.number().int(),
  cacheWrite: z.number().int(),
  reasoning: z.number().int(),
  partial: z.boolean(),
})

/**
 * One operation in `GET /api/v1/operations` and `GET /api/v1/operations/{id}`. Loose: a newer server may say more.
 * Instants are RFC 3339, money is decimal dollars as text (`costUsd`) and integer nano-dollars (`costNanoUsd`).
 */
export const operationAnswer = z.looseObject({
  id: z.string(),
  requestId: z.string(),
  traceId: z.string(),
  decisionId: z.string(),
  at: z.iso.datetime(),
  durationMs: z.number(),
  kind: z.string(),
  surface: z.string(),
  outcome: z.enum(['succeeded', 'failed', 'interrupted', 'client_closed', 'denied', 'limited', 'blocked', 'rejected']),
  status: z.number().int(),
  principal: z.string().optional(),
  team: z.string().optional(),
  app: z.string().optional(),
  user: z.string().optional(),
  key: z.string().optional(),
  modelAsked: z.string().optional(),
  modelServed: z.string().optional(),
  provider: z.string().optional(),
  tokens: tokensAnswer,
  costUsd: z.string(),
  costNanoUsd: z.number().int(),
  priceKnown: z.boolean(),
  run: z.string().optional(),
  session: z.string().optional(),
})
/** One operation as the control API shows it. */
export type OperationAnswer = z.infer<typeof operationAnswer>

/** A page of operations, newest first; `nextCursor` is null on the last. */
export const operationsAnswer = z.strictObject({
  items: z.array(operationAnswer),
  nextCursor: z.string().nullable(),
})

/** Why an operation was let in or refused: `GET /api/v1/decisions/{id}`. */
export const decisionAnswer = z.looseObject({
  id: z.string(),
  operationId: z.string(),
  requestId: z.string(),
  at: z.iso.datetime(),
  principal: z.string().optional(),
  resource: z.string().optional(),
  outcome: z.string(),
  effect: z.enum(['allow', 'deny', 'none']),
  /** The names of the grants that decided. */
  rules: z.array(z.string()),
  reason: z.string().optional(),
  /** The hash of the documents it was decided by, and the number of their revision where it is kept. */
  revision: z.string(),
  revisionNumber: z.number().int().optional(),
  /** Those grants as they stood in that revision. */
  grants: z.array(
    z.looseObject({
      rule: z.string(),
      effect: z.enum(['allow', 'deny']),
      /** `file:line`; absent when it was not written in a file. */
      at: z.string().optional(),
      when: z.string().optional(),
    }),
  ),
  /** What guardrails found. */
  verdicts: z.array(z.looseObject({})),
  /** What grants, limits and budgets that only watch would have done. */
  wouldHave: z.array(z.string()),
  /** The targets that were tried, in order. */
  attempts: z.array(z.looseObject({ provider: z.string(), model: z.string() })),
  costUsd: z.string(),
  costNanoUsd: z.number().int(),
  /** The prices by which the cost was worked out. */
  priceVersion: z.string().optional(),
  priceKnown: z.boolean(),
  warnings: z.array(z.string()),
})
/** A decision as the control API shows it. */
export type DecisionAnswer = z.infer<typeof decisionAnswer>

/** An instant in a query: RFC 3339, or epoch milliseconds. */
export const instant = z.union([
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
  z.iso.datetime({ offset: true, local: false }).transform((text) => Date.parse(text)),
  z.iso.date().transform((text) => Date.parse(text)),
])

const name = z.string().min(1).max(512)

/** The query of `GET /api/v1/operations`. `from` inclusive, `to` exclusive; `format` writes all that match as a file. */
export const operationsQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: name.optional(),
  from: instant.optional(),
  to: instant.optional(),
  principal: name.optional(),
  team: name.optional(),
  app: name.optional(),
  user: name.optional(),
  key: name.optional(),
  model: name.optional(),
  provider: name.optional(),
  outcome: operationAnswer.shape.outcome.optional(),
  run: name.optional(),
  session: name.optional(),
  requestId: name.optional(),
  format: z.enum(['json', 'ndjson', 'csv']).default('json'),
})

/** The query of `GET /api/v1/operations/live`. */
export const liveQuery = operationsQuery.omit({ limit: true, cursor: true, from: true, to: true, format: true })
