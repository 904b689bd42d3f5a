import { z } from 'zod'
import {
  defineKind,
  instant,
  type Kind,
  modeField,
  type Reference,
  resourcePattern,
} from '../../platform/documents/index.ts'
import { conditionProblem } from './condition.ts'

/** What may be done to a resource. */
export type Action = 'use' | 'read' | 'write' | 'manage' | 'approve' | 'reveal' | 'export'

/** All actions. */
export const ACTIONS = ['use', 'read', 'write', 'manage', 'approve', 'reveal', 'export'] as const

/** What a Grant says. */
export interface GrantSpec {
  /** `org`, `team:x`, `team:x/managers`, `app:x`, `user:x`, `agent:x`. */
  readonly to: readonly string[]
  readonly effect: 'allow' | 'deny'
  readonly actions: readonly Action[]
  /** Patterns of resources: `model:assistant`, `model:gpt-*`, `group:sensitive`, `*`. */
  readonly on: readonly string[]
  /** CEL over now, request, principal and resource. */
  readonly when?: string | undefined
  readonly mode: 'enforce' | 'monitor' | 'off'
  /** From when it does not count any more, epoch milliseconds; no publication is needed for that. */
  readonly expires?: number | undefined
  /** Why, for the people who meet it. */
  readonly reason?: string | undefined
}

const SUBJECT = /^(?:org|(?:team|app|user|agent):[^\s:][^\s]{0,255})$/
const SUBJECT_EXPECTED = 'expected org, team:x, team:x/managers, app:x, user:x or agent:x'

/** Who may do what to which resources. Nothing is allowed that no grant allows, and a grant that denies wins. */
export const grantKind: Kind<GrantSpec> = defineKind<GrantSpec>({
  kind: 'Grant',
  summary: 'Who may do what to which resources. What no grant allows is denied; a grant that denies wins.',
  schema: z.strictObject({
    to: z
      .array(z.string({ error: SUBJECT_EXPECTED }).regex(SUBJECT, { error: SUBJECT_EXPECTED }))
      .min(1)
      .max(1_000),
    effect: z.enum(['allow', 'deny']).default('allow'),
    actions: z.array(z.enum(ACTIONS)).min(1).max(ACTIONS.length).default(['use']),
    on: z.array(resourcePattern()).min(1).max(1_000),
    when: z.string().min(1).max(2_000).optional(),
    expires: instant().optional(),
    mode: modeField(),
    reason: z.string().min(1).max(500).optional(),
  }),
  references: (spec) => [
    ...spec.to.flatMap((subject, place) => subjectReference(subject, place)),
    ...spec.on.flatMap((pattern, place) =>
      pattern.startsWith('group:')
        ? [{ at: ['on', place], kind: 'ResourceGroup', name: pattern.slice('group:'.length) }]
        : [],
    ),
  ],
  problems: ({ spec }) => {
    const problem = spec.when === undefined ? undefined : conditionProblem(spec.when)
    return problem === undefined ? [] : [{ at: ['when'], message: problem }]
  },
  example: `apiVersion: gatehouse/v1
kind: Grant
metadata: {name: everyone-may-use-the-assistant}
spec:
  to: [org]
  actions: [use]
  on: ['model:assistant']
  when: 'time.hour(now, "Europe/Berlin") >= 7'
`,
})

function subjectReference(subject: string, place: number): readonly Reference[] {
  const [kind, name = ''] = subject.split(/:(.*)/s)
  if (kind === 'team') return [{ at: ['to', place], kind: 'Team', name: name.replace(/\/managers$/, '') }]
  if (kind === 'app') return [{ at: ['to', place], kind: 'App', name }]
  return kind === 'agent' ? [{ at: ['to', place], kind: 'Agent', name }] : []
}
