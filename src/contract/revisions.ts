import { z } from 'zod'

/** One revision in `GET /api/v1/revisions`, newest first. */
export const revisionAnswer = z.strictObject({
  number: z.number().int(),
  /** RFC 3339. */
  at: z.string(),
  author: z.string(),
  reason: z.string(),
  hash: z.string(),
})

/** One revision in a list. */
export type RevisionAnswer = z.infer<typeof revisionAnswer>

/** The query of `GET /api/v1/revisions`. */
export const revisionsQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.coerce.number().int().min(1).optional(),
})

/** How policy is on the node that answers. */
export const policyStatusAnswer = z.looseObject({
  number: z.number().int(),
  revision: z.string(),
  /** Epoch milliseconds. */
  publishedAt: z.number().int(),
  startedFrom: z.enum(['database', 'last-good', 'nothing']),
  faults: z.array(
    z.looseObject({ source: z.string(), at: z.number().int(), message: z.string(), problems: z.array(z.unknown()) }),
  ),
})
