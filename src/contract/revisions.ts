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
