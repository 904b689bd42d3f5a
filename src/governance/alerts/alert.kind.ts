import { z } from 'zod'
import {
  type Document,
  defineKind,
  duration,
  type Kind,
  modeField,
  money,
  type ProblemAt,
  type Reference,
  secretRef,
} from '../../platform/documents/index.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** For what usage is looked at separately. */
const BY = ['team', 'app', 'user', 'key', 'model', 'provider'] as const
const by = () => z.enum(BY).optional()

/** A window of time, counted in whole hours: the one that runs, and those before it that the window touches. */
const within = (fallback: number) =>
  duration()
    .refine((ms) => ms >= HOUR_MS && ms <= 31 * DAY_MS, { error: 'a window is between 1h and 31d' })
    .default(fallback)
const least = (fallback: number) => z.int().min(1).max(1_000_000_000).default(fallback)

/** What is watched: the signal and when it is too much. */
const watch = z.discriminatedUnion('signal', [
  z.strictObject({
    signal: z.literal('budget'),
    /** Names of Budgets; all when absent. */
    budgets: z.array(z.string().min(1).max(128)).max(1_000).optional(),
    /** The share that is spent; 1 is all. */
    above: z.number().positive().max(10).default(0.8),
  }),
  z.strictObject({ signal: z.literal('spend'), above: money(), within: within(DAY_MS), by: by() }),
  z.strictObject({
    signal: z.literal('unusual-spend'),
    /** So many times the usual, which is the mean of the windows before. */
    times: z.number().min(1).max(1_000).default(3),
    within: within(DAY_MS),
    baseline: within(7 * DAY_MS),
    /** Less than this is never unusual. */
    least: money().default(1_000_000_000),
    by: by(),
  }),
  z.strictObject({
    signal: z.literal('error-rate'),
    /** Failed and interrupted operations as a share of all that were let in. */
    above: z.number().positive().max(1).default(0.1),
    within: within(HOUR_MS),
    least: least(20),
    by: by(),
  }),
  z.strictObject({
    signal: z.literal('latency'),
    of: z.enum(['duration', 'first-token']).default('duration'),
    /** The mean over the window. */
    above: duration(),
    within: within(HOUR_MS),
    least: least(20),
    by: by(),
  }),
  z.strictObject({ signal: z.literal('blocked'), above: least(10), within: within(HOUR_MS), by: by() }),
  z.strictObject({ signal: z.literal('provider-down') }),
  z.strictObject({ signal: z.literal('policy-rejected') }),
  z.strictObject({ signal: z.literal('audit-not-anchored') }),
  z.strictObject({ signal: z.literal('key-leaked') }),
])

const address = z.email({ error: 'expected an e-mail address' }).max(254)
const network = z.enum(['public', 'private']).default('public')

/** Whom to tell. Addresses that let anybody write into a channel are secrets and stand in the vault. */
const channel = z.union([
  z.strictObject({ email: z.array(address).min(1).max(50) }),
  z.strictObject({ slack: secretRef() }),
  z.strictObject({ teams: secretRef() }),
  z.strictObject({
    webhook: z
      .url({ protocol: /^https?$/, error: 'expected an address such as https://ops.example.com/hook' })
      .max(2_048),
    /** Signs the body (HMAC-SHA-256), so that whoever gets it knows that it is ours. */
    secret: secretRef(),
    network,
  }),
])

const schema = z.strictObject({
  watch,
  severity: z.enum(['info', 'warning', 'critical']).default('warning'),
  tell: z.array(channel).max(20).default([]),
  /** As long as it lasts and nobody acknowledges it, it is told again after so long. */
  repeatAfter: duration()
    .refine((ms) => ms >= 60_000, { error: 'at least 1m' })
    .default(DAY_MS),
  mode: modeField(),
})

/** What is watched. */
export type Watch = z.infer<typeof watch>
/** One way to tell somebody. */
export type Channel = z.infer<typeof channel>
/** What an Alert says. */
export type AlertSpec = z.infer<typeof schema>

/** What to watch and whom to tell. */
export const alertKind: Kind<AlertSpec> = defineKind<AlertSpec>({
  kind: 'Alert',
  summary: 'What to watch, and whom to tell by e-mail, Slack, Teams or a signed webhook.',
  schema,
  references: ({ watch: watched }): readonly Reference[] =>
    watched.signal === 'budget'
      ? (watched.budgets ?? []).map((name, place) => ({ at: ['watch', 'budgets', place], kind: 'Budget', name }))
      : [],
  problems: baselineCoversWindow,
  example: `apiVersion: gatehouse/v1
kind: Alert
metadata: {name: budgets-run-out}
spec:
  watch: {signal: budget, above: 0.8}
  severity: critical
  tell:
    - {email: [finance@example.com]}
    - {slack: 'secret://vault/slack-hook'}
    - {webhook: 'https://ops.example.com/hooks/gatehouse', secret: 'secret://vault/hook-key'}
`,
})

function baselineCoversWindow({ spec }: Document<AlertSpec>): readonly ProblemAt[] {
  const { watch: watched } = spec
  if (watched.signal !== 'unusual-spend' || watched.baseline >= 2 * watched.within) return []
  return [{ at: ['watch', 'baseline'], message: 'the baseline must be at least twice as long as the window' }]
}
