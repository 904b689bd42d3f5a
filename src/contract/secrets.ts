import { z } from 'zod'

const host = z.string().regex(/^[a-z0-9]([a-z0-9.:[\]-]{0,251}[a-z0-9\]])?$/i, { error: 'a host name without a port' })

/** The body of `PUT /api/v1/secrets/{name}`. */
export const secretBody = z.strictObject({
  /** The secret itself: a provider's key. At most 64 KiB; it is never given back. */
  value: z.string().min(1).max(65_536),
  /** The hosts that it may be sent to; those of its first use when absent. */
  hosts: z.array(host).max(20).optional(),
})

/** What is told of a stored secret: everything but the secret. */
export const secretAnswer = z.strictObject({
  name: z.string(),
  /** How documents refer to it. */
  reference: z.string(),
  updatedAt: z.iso.datetime().optional(),
  /** Whole days since it was written. */
  ageDays: z.number().int().optional(),
  /** The hosts that it may be sent to; empty until its first use. */
  hosts: z.array(z.string()).optional(),
  /** The documents that refer to it: `Provider/openai-eu`. */
  usedBy: z.array(z.string()).optional(),
  /** The hour (of the last 30 days) in which a provider that refers to it was last asked; absent: in none. */
  lastUsedAt: z.iso.datetime().optional(),
})

/** The body of `POST /api/v1/secrets/{name}:reveal`. */
export const revealBody = z.strictObject({
  /** Why; it stands in the audit log. */
  reason: z.string().trim().min(10).max(1_000),
})

/** Answer of `POST /api/v1/secrets/{name}:reveal`. */
export const revealAnswer = z.strictObject({ name: z.string(), value: z.string() })
