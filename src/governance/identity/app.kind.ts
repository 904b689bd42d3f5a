import { z } from 'zod'
import { defineKind, type Kind } from '../../platform/documents/index.ts'
import { userRef } from './principal-ref.ts'

/** What an App says. */
export interface AppSpec {
  readonly team?: string | undefined
  /** The person who answers for it (`user:x`). */
  readonly owner?: string | undefined
}

/** A program with keys of its own. */
export const appKind: Kind<AppSpec> = defineKind<AppSpec>({
  kind: 'App',
  summary: 'A program that calls through the gate with keys of its own.',
  schema: z.strictObject({ team: z.string().min(1).max(128).optional(), owner: userRef().optional() }),
  references: (spec) => (spec.team === undefined ? [] : [{ at: ['team'], kind: 'Team', name: spec.team }]),
  example: `apiVersion: gatehouse/v1
kind: App
metadata: {name: claims-portal}
spec: {owner: 'user:ann@example.com'}
`,
})
