import { z } from 'zod'
import { grantorAnswer, resourceName } from './access.ts'
import { listOf, pageQuery } from './list.ts'

const note = z.string().max(1_000)
const days = z.number().int().min(1).max(366)

/** What may be asked for: never to manage, approve, reveal or export, which roles and grants give with more thought. */
export const requestableAction = z.enum(['use', 'read', 'write'])

/** The body of `POST /api/v1/access/requests`. */
export const newAccessRequestBody = z.strictObject({
  on: resourceName,
  action: requestableAction.default('use'),
  /** Oneself when absent, or an app or agent that one answers for. */
  for: z.string().max(264).optional(),
  /** For how many days. */
  days: days.default(30),
  /** Why, for whoever decides. */
  reason: z.string().trim().min(1).max(1_000),
})

/** The body of `:approve`. */
export const approveBody = z.strictObject({
  /** For how many days, instead of what was asked. */
  days: days.optional(),
  note: note.optional(),
})

/** The body of `:decline`: whoever asked reads why. */
export const declineBody = z.strictObject({ note: note.min(1) })

/** How a request stands. `expired`: nobody decided within 30 days. */
export const requestState = z.enum(['pending', 'approved', 'declined', 'withdrawn', 'expired'])

/** A request for access. */
export const accessRequestAnswer = z.strictObject({
  id: z.string(),
  at: z.iso.datetime(),
  requester: z.string(),
  principal: z.string(),
  team: z.string().optional(),
  action: requestableAction,
  on: z.string(),
  reason: z.string(),
  days: z.number().int(),
  state: requestState,
  decidedBy: z.string().optional(),
  decidedAt: z.iso.datetime().optional(),
  note: z.string().optional(),
  /** The Grant document that the approval made, and when it ends. */
  grant: z.string().optional(),
  grantEnds: z.iso.datetime().optional(),
  /** Whether the caller may approve or decline it now. */
  mayDecide: z.boolean(),
  /** Who could decide; only while it waits. */
  deciders: z.array(grantorAnswer),
})
/** A request for access. */
export type AccessRequestAnswer = z.infer<typeof accessRequestAnswer>

/** The query of `GET /api/v1/access/requests`. */
export const accessRequestsQuery = pageQuery.extend({
  state: z.enum(['pending', 'approved', 'declined', 'withdrawn']).optional(),
  /** Only what one asked for oneself. */
  mine: z.enum(['true', 'false']).default('false'),
})

/** A page of requests, newest first. */
export const accessRequestsAnswer = listOf(accessRequestAnswer)
