import { z } from 'zod'

/** One consequence of a change. */
export const effectSchema = z.strictObject({
  kind: z.enum(['access', 'administration', 'key', 'limit', 'budget', 'guardrail', 'model']),
  weight: z.enum(['gives', 'takes', 'weakens', 'strengthens', 'note']),
  /** The resource, document or principal that it is about: `model:assistant`, `Budget/claims-month`. */
  subject: z.string(),
  /** For people: `12 keys lose model gpt-x`. */
  summary: z.string(),
  /** Who is affected, at most twenty. */
  names: z.array(z.string()),
  count: z.number().int(),
})

const ending = z.enum(['allowed', 'downgraded', 'denied', 'limited', 'blocked', 'unknown'])

/** What a change would have done to recorded operations. Instants in epoch milliseconds. */
export const replaySchema = z.strictObject({
  from: z.number().int(),
  to: z.number().int(),
  /** Recorded operations that asked for a model. */
  operations: z.number().int(),
  /** Those that both policies could decide; the others stand in `notReplayed`. */
  replayed: z.number().int(),
  unchanged: z.number().int(),
  /** Operations that would have ended otherwise, the most frequent first. */
  changed: z.array(
    z.strictObject({
      before: ending,
      after: ending,
      by: z.string(),
      team: z.string(),
      count: z.number().int(),
      principals: z.array(z.string()),
      models: z.array(z.string()),
      operations: z.array(z.string()),
    }),
  ),
  notReplayed: z.array(z.strictObject({ reason: z.string(), count: z.number().int() })),
  notes: z.array(z.string()),
  milliseconds: z.number().int(),
})
/** What a change would have done to recorded operations. */
export type ReplayAnswer = z.infer<typeof replaySchema>
