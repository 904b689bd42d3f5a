import { z } from 'zod'

/** The body of `PUT /api/v1/secrets/{name}`. */
export const secretBody = z.strictObject({
  /** The secret itself: a provider's key. At most 64 KiB; it is never given back. */
  value: z.string().min(1).max(65_536),
})

/** What is told of a stored secret: everything but the secret. */
export const secretAnswer = z.strictObject({
  name: z.string(),
  /** How documents refer to it. */
  reference: z.string(),
  updatedAt: z.iso.datetime().optional(),
})
