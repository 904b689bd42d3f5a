import { z } from 'zod'
import { pageQuery } from './list.ts'

/** Body of `POST /api/v1/keys`. What each field may be is said by the Key document that it becomes. */
export const newKeyBody = z.strictObject({
  /** Whose key it is: `app:x`, `user:x`. */
  for: z.string().max(256),
  name: z.string().max(128),
  /** A day or an RFC 3339 instant. */
  expires: z.string().max(64).optional(),
  narrowTo: z.array(z.string().max(256)).max(1_000).optional(),
})

/** Answer of `POST /api/v1/keys`: the only time that the key itself is shown. */
export const newKeyAnswer = z.strictObject({ id: z.string(), key: z.string(), revision: z.number().int() })

/** One key in `GET /api/v1/keys`. */
export const keyAnswer = z.strictObject({
  id: z.string(),
  name: z.string(),
  for: z.string(),
  expires: z.string().optional(),
  narrowTo: z.array(z.string()).optional(),
  disabled: z.boolean(),
  owner: z.string(),
})

/** Body of `POST /api/v1/keys:leaked`: the key, and where it was found. */
export const leakedKeyBody = z.strictObject({ key: z.string().max(128), where: z.string().max(1_024).optional() })

/** What reports are answered with, whatever they told. */
export const receivedAnswer = z.strictObject({ received: z.literal(true) })

/** The query of `GET /api/v1/keys`. */
export const keysQuery = pageQuery.extend({ limit: z.coerce.number().int().min(1).max(1_000).default(1_000) })
