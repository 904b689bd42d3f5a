import { z } from 'zod'
import {
  type Document,
  type DocumentSet,
  defineKind,
  type Kind,
  type ProblemAt,
} from '../../platform/documents/index.ts'
import { userRef } from './principal-ref.ts'

/** What a Team says. */
export interface TeamSpec {
  /** The team above; rules for it hold for this one too. */
  readonly parent?: string | undefined
  /** Groups of the identity provider whose people belong to this team. */
  readonly ssoGroups: readonly string[]
  /** People who answer for the team (`user:x`). Being a manager does not make a member. */
  readonly managers: readonly string[]
  /** People who belong to the team, besides those that an identity provider names (`user:x`). */
  readonly members: readonly string[]
}

const group = z.string().min(1).max(256)

/** A part of the organisation; teams form a tree. */
export const teamKind: Kind<TeamSpec> = defineKind<TeamSpec>({
  kind: 'Team',
  summary: 'A part of the organisation. Teams form a tree; what holds for a team holds for those below it.',
  schema: z.strictObject({
    parent: z.string().min(1).max(128).optional(),
    ssoGroups: z.array(group).max(1_000).default([]),
    managers: z.array(userRef()).max(1_000).default([]),
    members: z.array(userRef()).max(10_000).default([]),
  }),
  references: (spec) => (spec.parent === undefined ? [] : [{ at: ['parent'], kind: 'Team', name: spec.parent }]),
  problems: circle,
  example: `apiVersion: gatehouse/v1
kind: Team
metadata: {name: claims}
spec:
  ssoGroups: [okta-claims]
  managers: ['user:ann@example.com']
`,
})

function circle(document: Document<TeamSpec>, documents: DocumentSet): readonly ProblemAt[] {
  const seen = [document.name]
  for (let at = document.spec.parent; at !== undefined; at = documents.get(teamKind, at)?.spec.parent) {
    if (at === document.name) {
      const way = [...seen, at].join(' -> ')
      return [{ at: ['parent'], message: `the teams form a circle: ${way}`, hint: 'Take the parent from one of them.' }]
    }
    // A circle further up is told by the teams that are in it.
    if (seen.includes(at)) return []
    seen.push(at)
  }
  return []
}
