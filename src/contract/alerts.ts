import { z } from 'zod'
import { pageQuery } from './list.ts'

/** Something that was too much, from when it began to when it ended. Instants in RFC 3339. */
export const alertAnswer = z.strictObject({
  id: z.string(),
  /** The Alert document. */
  alert: z.string(),
  signal: z.string(),
  /** What it is about: `team:claims`, `Budget/claims-month`; empty for the whole. */
  subject: z.string(),
  severity: z.string(),
  summary: z.string(),
  state: z.enum(['open', 'acknowledged', 'resolved']),
  openedAt: z.string(),
  seenAt: z.string(),
  resolvedAt: z.string().nullable(),
  acknowledgedAt: z.string().nullable(),
  acknowledgedBy: z.string().nullable(),
  note: z.string().nullable(),
  toldAt: z.string().nullable(),
})
/** One alert. */
export type AlertAnswer = z.infer<typeof alertAnswer>

/** The query of `GET /api/v1/alerts`, newest first. */
export const alertsQuery = pageQuery.extend({
  state: z.enum(['open', 'acknowledged', 'resolved']).optional(),
  alert: z.string().max(128).optional(),
})

/** Body of `POST /api/v1/alerts/{id}:acknowledge`. */
export const acknowledgeBody = z.strictObject({ note: z.string().min(1).max(500).optional() })

/** Body of `POST /api/v1/alerts:test`: an Alert document. */
export const testAlertBody = z.strictObject({ alert: z.string().min(1).max(128) })

/** How each channel took a test message. */
export const testAlertAnswer = z.strictObject({
  channels: z.array(z.strictObject({ channel: z.string(), error: z.string().optional() })),
})
