import { z } from 'zod'

const reason = z.string().trim().min(10).max(1_000)

/** The body of `POST /api/v1/subjects/{subject}:erase`. */
export const eraseBody = z.strictObject({
  /** Why; it stands in the audit log. */
  reason,
})

/** Answer of `POST /api/v1/subjects/{subject}:erase`. */
export const eraseAnswer = z.strictObject({
  subject: z.string(),
  /** Whether there was content under a key of theirs; it is destroyed now. */
  destroyed: z.boolean(),
})

/** The body of `POST /api/v1/holds`. */
export const holdBody = z.strictObject({
  /** What is held: everything, or one team (not those below it), app or person. */
  scope: z.string().regex(/^(org|(team|app|user):\S{1,256})$/, { error: 'org, team:x, app:x or user:x' }),
  reason,
})

/** A legal hold. */
export const holdAnswer = z.strictObject({
  id: z.string(),
  scope: z.string(),
  reason: z.string(),
  by: z.string(),
  at: z.iso.datetime(),
})

/** Answer of `GET /api/v1/retention`: what the next run would delete. */
export const retentionAnswer = z.strictObject({
  /** Operations that began before this go; absent: none do. */
  operationsBefore: z.iso.datetime().optional(),
  operations: z.number().int(),
  contents: z.number().int(),
  /** Holds that keep something from it. */
  holds: z.number().int(),
})
