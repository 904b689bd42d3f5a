import { z } from 'zod'
import { listOf, pageQuery } from './list.ts'

const note = z.string().max(1_000)

/** The body of `POST /api/v1/access/reviews`. */
export const newReviewBody = z.strictObject({
  name: z.string().trim().min(1).max(128),
  /** Of this team and those below it; everything when absent. */
  team: z.string().min(1).max(128).optional(),
  /** In how many days it should be done. */
  dueDays: z.number().int().min(1).max(366).optional(),
})

/** A review of access. */
export const reviewAnswer = z.strictObject({
  id: z.string(),
  name: z.string(),
  team: z.string().optional(),
  at: z.iso.datetime(),
  openedBy: z.string(),
  due: z.iso.datetime().optional(),
  state: z.enum(['open', 'closed']),
  items: z.number().int(),
  undecided: z.number().int(),
  revoked: z.number().int(),
  closedBy: z.string().optional(),
  closedAt: z.iso.datetime().optional(),
  /** The policy revision that holds what was decided. */
  revision: z.number().int().optional(),
  note: z.string().optional(),
})
/** A review of access. */
export type ReviewAnswer = z.infer<typeof reviewAnswer>

/** Something that somebody has. */
export const reviewItemAnswer = z.strictObject({
  number: z.number().int(),
  kind: z.enum(['Grant', 'Role', 'Key']),
  name: z.string(),
  /** Who has it. */
  subject: z.string(),
  /** What it is: `use on model:assistant`. */
  what: z.string(),
  decision: z.enum(['keep', 'revoke']).optional(),
  decidedBy: z.string().optional(),
  decidedAt: z.iso.datetime().optional(),
  note: z.string().optional(),
})
/** Something that somebody has, in a review. */
export type ReviewItemAnswer = z.infer<typeof reviewItemAnswer>

/** The body of `POST /api/v1/access/reviews/{id}/items/{number}`. */
export const decideItemBody = z.strictObject({ decision: z.enum(['keep', 'revoke']), note: note.optional() })

/** The body of `:sign`. */
export const signBody = z.strictObject({ note: note.optional() })

/** A page of reviews, newest first. */
export const reviewsAnswer = listOf(reviewAnswer)
/** A page of what is to be reviewed. */
export const reviewItemsAnswer = listOf(reviewItemAnswer)
/** The query of lists of items. */
export const reviewItemsQuery = pageQuery.extend({ cursor: z.coerce.number().int().min(0).default(0) })
