import { z } from 'zod'
import { defineKind, duration, modeField, scopeRef } from '../../platform/documents/index.ts'

const DAY_MS = 24 * 3_600_000
const LONGEST_MS = 3_660 * DAY_MS

const schema = z.strictObject({
  /** Where it holds. */
  appliesTo: z.array(scopeRef()).min(1).max(1_000),
  /** What of prompts and answers is kept: nothing, what guardrails have masked, or all. */
  content: z.enum(['none', 'redacted', 'full']).default('none'),
  /** How long it is kept. */
  retain: duration()
    .refine((ms) => ms > 0 && ms <= LONGEST_MS, { error: 'keep content between 1ms and ten years' })
    .default(30 * DAY_MS),
  /** Only `enforce` captures; with `monitor` and `off` nothing is kept. */
  mode: modeField(),
})

/** A Capture's parsed spec; `retain` in milliseconds. */
export type CaptureSpec = z.infer<typeof schema>

/** What of content is logged, per scope, and for how long. Without one nothing is. */
export const captureKind = defineKind<CaptureSpec>({
  kind: 'Capture',
  summary: 'What of prompts and answers is kept with the ledger, per scope, and for how long.',
  schema,
  example: `apiVersion: gatehouse/v1
kind: Capture
metadata: {name: claims-redacted}
spec:
  appliesTo: ['app:claims-portal']
  content: redacted
  retain: 14d
`,
})
