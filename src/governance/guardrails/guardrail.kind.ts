import { z } from 'zod'
import { defineKind, duration, type Kind, modeField, type Reference, scopeRef } from '../../platform/documents/index.ts'
import type { Detector } from './detectors/detector.ts'
import { DETECTORS } from './detectors/index.ts'
import type { Phase } from './inspection.ts'

/** What is done with what a check finds: nothing (and others of the same detector leave it too), noted, masked, refused. */
export type GuardrailAction = 'allow' | 'flag' | 'mask' | 'block'

/** One check of a guardrail; what else stands in it are the detector's own options. */
export interface GuardrailCheck {
  readonly detector: string
  readonly action: GuardrailAction
  /** Findings less sure than this are left alone; 0 to 1. */
  readonly threshold: number
  /** Another threshold for some kinds of findings: `{PHONE: 0.8}`. */
  readonly thresholds?: Readonly<Record<string, number>> | undefined
  /** Masked in a call by a name that the answer is given its value back for. */
  readonly reversible: boolean
  /** What a check that could not run means: `closed` refuses (when it masks or blocks), `open` lets pass. */
  readonly onFailure: 'open' | 'closed'
  /** Milliseconds that it may take for all texts of a call, for an answer, or for a piece of a streamed one. */
  readonly timeout: number
  /** What the client reads when it blocks. */
  readonly message?: string | undefined
  /** Where it looks; the guardrail's phases when absent. */
  readonly phases?: readonly Phase[] | undefined
}

/** What a Guardrail says. */
export interface GuardrailSpec {
  readonly appliesTo: readonly string[]
  /** Where its checks look; where their detectors look by nature when absent. */
  readonly phases?: readonly Phase[] | undefined
  readonly mode: 'enforce' | 'monitor' | 'off'
  readonly checks: readonly GuardrailCheck[]
  readonly message?: string | undefined
  /** No `allow` of another guardrail takes anything from it. */
  readonly mandatory: boolean
}

/** The fields of a check that are not its detector's own. */
export const COMMON_FIELDS: ReadonlySet<string> = new Set([
  'detector',
  'action',
  'threshold',
  'thresholds',
  'reversible',
  'onFailure',
  'timeout',
  'message',
  'phases',
])

const SCOPE_KINDS: Readonly<Record<string, string>> = { team: 'Team', app: 'App', key: 'Key', group: 'ResourceGroup' }
const PHASES = ['input', 'output', 'tool-arguments', 'tool-result', 'ingest'] as const

const phasesField = () => z.array(z.enum(PHASES)).min(1)
const messageField = () => z.string().trim().min(1).max(500)

function checkSchema({ name, options }: Detector) {
  return z.strictObject({
    detector: z.literal(name),
    action: z.enum(['allow', 'flag', 'mask', 'block']),
    threshold: z.number().min(0).max(1).default(0.5),
    thresholds: z.record(z.string().regex(/^[A-Z][A-Z0-9_]{0,40}$/), z.number().min(0).max(1)).optional(),
    reversible: z.boolean().default(false),
    onFailure: z.enum(['open', 'closed']).default('closed'),
    timeout: duration()
      .refine((ms) => ms >= 1 && ms <= 60_000, { error: 'a check may take between 1ms and 60s' })
      .default(250),
    message: messageField().optional(),
    phases: phasesField().optional(),
    ...options,
  })
}

function anyCheck(): z.ZodType<GuardrailCheck> {
  const [first, ...others] = DETECTORS.map(checkSchema)
  if (!first) throw new TypeError('there is no detector')
  // Sound: every member of the union has the common fields; the detector's own are nobody else's business.
  return z.discriminatedUnion('detector', [first, ...others]) as unknown as z.ZodType<GuardrailCheck>
}

const checkField = anyCheck()

/** A check by itself, made complete; a sentence that says what is wrong with it when it is none. */
export function readCheck(value: unknown): GuardrailCheck | string {
  const parsed = checkField.safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const at = issue?.path.join('.') ?? ''
    return `${at ? `${at}: ` : ''}${issue?.message ?? 'not a check'}`
  }
  const { data } = parsed
  return irreversible(data) ?? detectorNamed(data.detector)?.problem(data) ?? data
}

const schema = z.strictObject({
  appliesTo: z.array(scopeRef()).min(1).max(1_000),
  phases: phasesField().optional(),
  mode: modeField(),
  checks: z.array(checkField).min(1).max(50),
  message: messageField().optional(),
  mandatory: z.boolean().default(false),
})

/** What may not pass, in which direction, and what becomes of it. Guardrails add up: every one that applies is heard. */
export const guardrailKind: Kind<GuardrailSpec> = defineKind<GuardrailSpec>({
  kind: 'Guardrail',
  summary: 'What prompts, answers and tool calls may not contain, and what is done about it.',
  schema,
  references: (spec) => [
    ...spec.appliesTo.flatMap((scope, place) => scopeReference(scope, ['appliesTo', place])),
    ...spec.checks.flatMap((check, place) =>
      (detectorNamed(check.detector)?.references(check) ?? []).map((reference) => ({
        ...reference,
        at: ['checks', place, ...reference.at],
      })),
    ),
  ],
  problems: ({ spec }) =>
    spec.checks.flatMap((check, place) => {
      const message = irreversible(check) ?? detectorNamed(check.detector)?.problem(check)
      return message === undefined ? [] : [{ at: ['checks', place], message }]
    }),
  example: `apiVersion: gatehouse/v1
kind: Guardrail
metadata: {name: no-secrets}
spec:
  appliesTo: [org]
  phases: [input, output, tool-arguments, tool-result]
  checks:
    - {detector: secrets, action: mask}
    - {detector: words, words: [Blue Heron], action: block, message: This project is not to be named.}
`,
})

function irreversible({ reversible, action }: GuardrailCheck): string | undefined {
  return reversible && action !== 'mask' ? 'only what is masked can be reversible' : undefined
}

/** The detector of this name. */
export function detectorNamed(name: string): Detector | undefined {
  return DETECTORS.find((detector) => detector.name === name)
}

function scopeReference(scope: string, at: Reference['at']): readonly Reference[] {
  const colon = scope.indexOf(':')
  const kind = SCOPE_KINDS[scope.slice(0, Math.max(0, colon))]
  return kind === undefined ? [] : [{ at, kind, name: scope.slice(colon + 1) }]
}
