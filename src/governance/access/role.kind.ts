import { z } from 'zod'
import { PERMISSION_NAMES, type Permission } from '../../contract/permissions.ts'
import { type Document, defineKind, type Kind, type ProblemAt, type Reference } from '../../platform/documents/index.ts'
import { builtInRole, REACHES, type ReachName } from './built-in-roles.ts'

/** What a Role says. */
export interface RoleSpec {
  /** What it lets its members do on the control plane: `keys:write`, or `keys:*` for all of a resource. */
  readonly permissions: readonly (Permission | `${string}:*`)[]
  /** `user:x`, `team:x` (its people), `app:x`, `agent:x`, `key:x`. */
  readonly members: readonly string[]
  readonly reach?: ReachName | undefined
}

const MEMBER = /^(?:team|app|user|agent|key):[^\s:][^\s]{0,255}$/
const MEMBER_EXPECTED = 'expected user:x, team:x, app:x, agent:x or key:x'

const resources = [...new Set(PERMISSION_NAMES.map((permission) => permission.replace(/:.*/, '')))]
const GIVABLE: readonly RoleSpec['permissions'][number][] = [
  ...PERMISSION_NAMES,
  ...resources.map((resource) => `${resource}:*` as const),
]

/** Named permissions on the control plane and those who have them. */
export const roleKind: Kind<RoleSpec> = defineKind<RoleSpec>({
  kind: 'Role',
  summary: 'Named permissions on the control plane, and who has them. The name of a built-in role adds members to it.',
  schema: z.strictObject({
    permissions: z.array(z.enum(GIVABLE)).max(200).default([]),
    members: z
      .array(z.string({ error: MEMBER_EXPECTED }).regex(MEMBER, { error: MEMBER_EXPECTED }))
      .max(10_000)
      .default([]),
    reach: z.enum(REACHES).optional(),
  }),
  references: (spec) => spec.members.flatMap(memberReference),
  problems: builtInStays,
  example: `apiVersion: gatehouse/v1
kind: Role
metadata: {name: cost-reader}
spec:
  permissions: ['usage:read', 'budgets:read']
  members: ['user:ann@example.com']
---
kind: Role
metadata: {name: administrator}
spec:
  members: ['user:bob@example.com']
`,
})

/** The permissions that a role's lines name. */
export function namedPermissions(spec: Pick<RoleSpec, 'permissions'>): readonly Permission[] {
  return PERMISSION_NAMES.filter((permission) =>
    spec.permissions.some((line) => line === permission || line === `${permission.replace(/:.*/, '')}:*`),
  )
}

const KIND_OF_MEMBER: Readonly<Record<string, string>> = { team: 'Team', app: 'App', agent: 'Agent', key: 'Key' }

function memberReference(member: string, place: number): readonly Reference[] {
  const [prefix = '', name = ''] = member.split(/:(.*)/s)
  const kind = KIND_OF_MEMBER[prefix]
  return kind === undefined ? [] : [{ at: ['members', place], kind, name }]
}

function builtInStays({ name, spec }: Document<RoleSpec>): readonly ProblemAt[] {
  if (builtInRole(name) === undefined) {
    if (spec.permissions.length > 0) return []
    return [{ at: ['permissions'], message: `the role ${name} gives no permission`, hint: 'Name at least one.' }]
  }
  const hint = 'Give it members only, or choose another name.'
  return (['permissions', 'reach'] as const).flatMap((field) =>
    spec[field] === undefined || spec[field]?.length === 0
      ? []
      : [{ at: [field], message: `what the built-in role ${name} may is fixed`, hint }],
  )
}
