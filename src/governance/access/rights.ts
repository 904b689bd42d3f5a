import { PERMISSION_NAMES, type Permission } from '../../contract/permissions.ts'
import type { DocumentSet } from '../../platform/documents/index.ts'
import { agentKind, appKind, type Caller, type IdentityIndex } from '../identity/index.ts'
import type { AccessIndex } from './access-index.ts'
import { BUILT_IN_ROLES, builtInRole, type RoleRule } from './built-in-roles.ts'
import { administers } from './decide.ts'
import { namedPermissions, roleKind } from './role.kind.ts'

/** Over what a permission holds, when it is not everything. */
export interface Part {
  /** Teams, those below them included. */
  readonly teams: readonly string[]
  /** `user:x`, `app:x`, `agent:x`: oneself, and the programs that one answers for. */
  readonly principals: readonly string[]
}

/** Over what a permission holds. */
export type Reach = 'everything' | Part

/** What a caller may on the control plane. */
export interface Rights {
  /** The names of the roles, built-in ones first. */
  readonly roles: readonly string[]
  /** In the order of the table. */
  readonly permissions: readonly Permission[]
  /** Over what the caller has a permission; undefined when not at all. */
  readonly reach: (permission: Permission) => Reach | undefined
}

/** The reach of who has no permission. */
const NOWHERE: Part = Object.freeze({ teams: [], principals: [] })

/** Over what somebody has a permission, as a filter: over nothing when they do not have it. */
export function reachOf(rights: Rights, permission: Permission): Reach {
  return rights.reach(permission) ?? NOWHERE
}

/** All roles, compiled. */
export interface RoleIndex {
  /** Worked out once for each caller object, which lives as long as its snapshot. */
  readonly rightsOf: (caller: Caller) => Rights
  /** Who holds a role by its Role document: role → members as written. */
  readonly members: ReadonlyMap<string, readonly string[]>
  /** A role's rule, built-in or written. */
  readonly rules: ReadonlyMap<string, RoleRule>
}

/** What roles are compiled with. */
export interface RoleOptions {
  readonly access: AccessIndex
  readonly identity: IdentityIndex
}

/** Compiles Roles and the managers of Teams. */
export function compileRoles(documents: DocumentSet, { access, identity }: RoleOptions): RoleIndex {
  const written = documents.all(roleKind)
  const rules = new Map<string, RoleRule>(Object.entries(BUILT_IN_ROLES))
  for (const { name, spec } of written) {
    if (builtInRole(name)) continue
    rules.set(name, { summary: '', permissions: namedPermissions(spec), reach: spec.reach ?? 'everything' })
  }
  const members = new Map(written.map(({ name, spec }) => [name, spec.members]))
  const owned = ownedPrograms(documents)
  const known = new WeakMap<Caller, Rights>()
  const make = (caller: Caller): Rights => {
    const managed = managedTeams(caller, access, identity)
    const roles = rolesOf(caller, { access, members, managed })
    const own = { teams: [], principals: [caller.principal, ...(owned.get(caller.principal) ?? [])] }
    const reaches = { everything: 'everything', managed: { teams: managed, principals: [] }, self: own } as const
    return rightsFrom(
      roles,
      roles.flatMap((role) => {
        const rule = rules.get(role)
        return rule ? [{ permissions: rule.permissions, reach: reaches[rule.reach] }] : []
      }),
    )
  }
  return Object.freeze({
    members,
    rules,
    rightsOf: (caller: Caller) => {
      const ready = known.get(caller)
      if (ready) return ready
      const rights = make(caller)
      known.set(caller, rights)
      return rights
    },
  })
}

/** Whether something of this principal and team lies within a reach. What has neither is reached by `everything` alone. */
export function isWithin(
  reach: Reach,
  of: { readonly principal?: string | undefined; readonly team?: string | undefined },
): boolean {
  if (reach === 'everything') return true
  if (of.principal !== undefined && reach.principals.includes(of.principal)) return true
  return of.team !== undefined && reach.teams.includes(of.team)
}

/** Whether somebody may all that another may, over at least as much. Nobody hands out more than they have. */
export function covers(rights: Rights, others: Rights): boolean {
  return others.permissions.every((permission) => {
    const wanted = others.reach(permission)
    const held = rights.reach(permission)
    if (held === 'everything' || wanted === undefined) return true
    // What others may see of themselves is theirs; it gives no power over anybody else.
    return held !== undefined && wanted !== 'everything' && wanted.teams.every((team) => held.teams.includes(team))
  })
}

interface Holding {
  readonly permissions: readonly Permission[]
  readonly reach: Reach
}

function rightsFrom(roles: readonly string[], held: readonly Holding[]): Rights {
  const reaches = new Map<Permission, Reach>([
    ['self:read', 'everything'],
    ['self:write', 'everything'],
  ])
  for (const { permissions, reach } of held) {
    for (const permission of permissions) reaches.set(permission, joined(reaches.get(permission), reach))
  }
  const permissions = PERMISSION_NAMES.filter((permission) => reaches.has(permission))
  return Object.freeze({ roles, permissions, reach: (permission: Permission) => reaches.get(permission) })
}

function joined(a: Reach | undefined, b: Reach): Reach {
  if (a === undefined || b === 'everything') return b
  if (a === 'everything') return a
  return {
    teams: [...new Set([...a.teams, ...b.teams])],
    principals: [...new Set([...a.principals, ...b.principals])],
  }
}

/** The teams that a person manages, with all teams below them. */
function managedTeams(caller: Caller, { managers }: AccessIndex, { ancestry }: IdentityIndex): readonly string[] {
  if (!caller.principal.startsWith('user:')) return []
  const manages = (team: string) => managers.get(team)?.includes(caller.principal) === true
  return [...ancestry].flatMap(([team, way]) => (way.some(manages) ? [team] : []))
}

interface Roster {
  readonly access: AccessIndex
  readonly members: RoleIndex['members']
  readonly managed: readonly string[]
}

function rolesOf(caller: Caller, { access, members, managed }: Roster): readonly string[] {
  const isPerson = caller.principal.startsWith('user:')
  // INVARIANT: a key that is narrowed to resources carries no role of its principal; only one that names the key itself.
  const isNarrowed = caller.narrowTo !== undefined && !caller.narrowTo.includes('*')
  const key = caller.key === undefined ? [] : [`key:${caller.key}`]
  // A role given to a team is for its people. A program is named itself, so that joining a team gives it no power.
  const teams = isPerson ? caller.teams.map((team) => `team:${team}`) : []
  const terms = new Set(isNarrowed ? key : [...key, caller.principal, ...teams])
  const roles = new Set<string>()
  if (administers(access, caller)) roles.add('owner')
  if (managed.length > 0 && !isNarrowed) roles.add('team-manager')
  if (isPerson && !isNarrowed) roles.add('member')
  for (const [role, people] of members) if (people.some((member) => terms.has(member))) roles.add(role)
  const order = Object.keys(BUILT_IN_ROLES)
  const rank = (role: string) => (order.includes(role) ? order.indexOf(role) : order.length)
  return [...roles].sort((a, b) => rank(a) - rank(b))
}

/** A person → the apps and agents that they answer for. */
function ownedPrograms(documents: DocumentSet): ReadonlyMap<string, readonly string[]> {
  const owned = new Map<string, string[]>()
  const add = (owner: string | undefined, program: string) => {
    if (owner !== undefined) owned.set(owner, [...(owned.get(owner) ?? []), program])
  }
  for (const { name, spec } of documents.all(appKind)) add(spec.owner, `app:${name}`)
  for (const { name, spec } of documents.all(agentKind)) add(spec.owner, `agent:${name}`)
  return owned
}
