import { z } from 'zod'

/** The body of `PUT /api/v1/secrets/{name}`. */
export const secretBody = z.strictObject({
  /** The secret itself: a provider's key. At most 64 KiB; it is never given back. */
  value: z.string().min(1).max(65_536),
})
