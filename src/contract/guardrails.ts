import { z } from 'zod'

const PHASES = ['input', 'output', 'tool-arguments', 'tool-result', 'ingest'] as const

/** A message of a conversation, as far as its text goes. */
const message = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
  content: z.union([
    z.string().max(1_000_000),
    z.array(z.object({ text: z.string().max(1_000_000).optional() })).max(1_000),
  ]),
})

/** What is to be tried: a text or messages, where it would stand, and checks as they stand in a Guardrail. */
export const guardrailTest = z
  .strictObject({
    text: z.string().max(1_000_000).optional(),
    messages: z.array(message).min(1).max(1_000).optional(),
    phase: z.enum(PHASES).default('input'),
    /** As in a Guardrail; `action` may be left out. Absent: every detector that needs no options. */
    checks: z.array(z.record(z.string(), z.unknown())).min(1).max(50).optional(),
  })
  .refine(({ text, messages }) => (text === undefined) !== (messages === undefined), {
    error: 'give either text or messages',
  })

/** What is to be tried. */
export type GuardrailTest = z.infer<typeof guardrailTest>

const finding = z.strictObject({
  detector: z.string(),
  kind: z.string(),
  /** UTF-16 code units of the text. */
  start: z.number().int(),
  end: z.number().int(),
  score: z.number(),
  /** The reading that shows it: `text` for the text as it stands, `base64`, `rot13`, … */
  view: z.string(),
  /** What its check took for the text that it stands in. */
  microseconds: z.number(),
  /** The number of the check, from 0. */
  check: z.number().int(),
  /** The number of the message, from 0; absent for a text. */
  message: z.number().int().optional(),
})

/** What the checks found. The texts themselves are kept nowhere. */
export const guardrailTestAnswer = z.strictObject({
  findings: z.array(finding),
  checks: z.array(
    z.strictObject({
      detector: z.string(),
      /** `skipped`: it does not listen to this voice. `not-run`: it failed, or took too long. */
      state: z.enum(['ran', 'not-run', 'skipped']),
      findings: z.number().int(),
      microseconds: z.number(),
    }),
  ),
})

/** What the checks found. */
export type GuardrailTestAnswer = z.infer<typeof guardrailTestAnswer>
