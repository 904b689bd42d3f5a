import { z } from 'zod'
import { defineKind, type Kind, type Reference } from '../../platform/documents/index.ts'
import { userRef } from './principal-ref.ts'

/** What an Agent says. */
export interface AgentSpec {
  readonly team?: string | undefined
  /** The person who answers for it (`user:x`). */
  readonly owner: string
  /** What it is for, in a sentence. */
  readonly purpose: string
  /** From 1 (hardly any) to 4 (much): what harm it could do. */
  readonly riskTier: 1 | 2 | 3 | 4
  /** The model it was made for. That it may use it is said by a Grant, as for everybody. */
  readonly model?: string | undefined
  /** `user`: every call names the person it is made for, and may do no more than that person may. */
  readonly actsFor: 'itself' | 'user'
}

/** A program that acts: by itself, or for a person and then with no more rights than that person has. */
export const agentKind: Kind<AgentSpec> = defineKind<AgentSpec>({
  kind: 'Agent',
  summary: 'A program that acts. What it acts for a person is bound by what that person may, too.',
  schema: z.strictObject({
    team: z.string().min(1).max(128).optional(),
    owner: userRef(),
    purpose: z.string().min(1).max(1_000),
    riskTier: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)], {
      error: 'expected a risk tier of 1 (hardly any), 2, 3 or 4 (much)',
    }),
    model: z.string().min(1).max(256).optional(),
    actsFor: z.enum(['itself', 'user']).default('itself'),
  }),
  references: (spec): readonly Reference[] => [
    ...(spec.team === undefined ? [] : [{ at: ['team'], kind: 'Team', name: spec.team }]),
    ...(spec.model === undefined ? [] : [{ at: ['model'], kind: 'Model', name: spec.model }]),
  ],
  example: `apiVersion: gatehouse/v1
kind: Agent
metadata: {name: claims-triage}
spec:
  owner: 'user:ann@example.com'
  purpose: Sorts incoming claims by urgency
  riskTier: 2
  actsFor: user
`,
})
