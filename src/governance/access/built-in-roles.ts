import { PERMISSION_NAMES, type Permission } from '../../contract/permissions.ts'

/** Over what a role's permissions hold: everything, the teams that one manages with those below them, or oneself. */
export const REACHES = ['everything', 'managed', 'self'] as const
/** One of {@link REACHES}. */
export type ReachName = (typeof REACHES)[number]

/** A role as it is compiled: what it lets one do, and over what. */
export interface RoleRule {
  readonly summary: string
  readonly permissions: readonly Permission[]
  readonly reach: ReachName
}

const OF_OWNERS_ALONE: readonly Permission[] = [
  'roles:write',
  'identity:write',
  // Who says which groups somebody is in says which teams, and so which roles.
  'users:provision',
  'content:read',
  'secrets:reveal',
  'records:delete',
]

const reads = (permission: Permission) => /:(?:read|export|explain)$/.test(permission)

/** The roles that there always are. A Role document of the same name gives them more members and changes nothing else. */
export const BUILT_IN_ROLES = Object.freeze({
  owner: {
    summary: 'Everything. Whom a Grant lets manage everything is one, and so is the app `bootstrap`.',
    permissions: PERMISSION_NAMES,
    reach: 'everything',
  },
  administrator: {
    summary: 'Runs the gateway; appoints nobody, sees no content and reveals no secret.',
    permissions: PERMISSION_NAMES.filter((permission) => !OF_OWNERS_ALONE.includes(permission)),
    reach: 'everything',
  },
  security: {
    summary: 'Guardrails, grants, keys, secrets and audit; reads content to investigate.',
    permissions: [
      ...PERMISSION_NAMES.filter(reads),
      'guardrails:write',
      'guardrails:test',
      'grants:write',
      'keys:write',
      'secrets:write',
      'users:write',
      'requests:decide',
      'reviews:write',
      'alerts:write',
    ],
    reach: 'everything',
  },
  auditor: {
    summary: 'Reads everything but content; changes nothing.',
    permissions: PERMISSION_NAMES.filter((permission) => reads(permission) && permission !== 'content:read'),
    reach: 'everything',
  },
  finance: {
    summary: 'Usage, cost, budgets and limits.',
    permissions: [
      'overview:read',
      'usage:read',
      'budgets:read',
      'budgets:write',
      'models:read',
      'teams:read',
      'documents:read',
      'revisions:read',
      'alerts:read',
    ],
    reach: 'everything',
  },
  'team-manager': {
    summary: 'Sees and looks after the teams that name them as manager, with the teams below.',
    permissions: [
      'overview:read',
      'operations:read',
      'decisions:read',
      'usage:read',
      'budgets:read',
      'models:read',
      'teams:read',
      'keys:read',
      'keys:write',
      'documents:read',
      'access:explain',
      'requests:read',
      'requests:decide',
      'reviews:read',
      'reviews:write',
    ],
    reach: 'managed',
  },
  member: {
    summary: 'Every person: what is their own, and asking for more.',
    permissions: [
      'overview:read',
      'operations:read',
      'decisions:read',
      'usage:read',
      'budgets:read',
      'models:read',
      'keys:read',
      'keys:write',
      'requests:create',
      'requests:read',
    ],
    reach: 'self',
  },
} satisfies Readonly<Record<string, RoleRule>>)

/** The rule of a built-in role; undefined when there is none of this name. */
export function builtInRole(name: string): RoleRule | undefined {
  return Object.hasOwn(BUILT_IN_ROLES, name) ? BUILT_IN_ROLES[name as keyof typeof BUILT_IN_ROLES] : undefined
}
