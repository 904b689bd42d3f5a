import type { Permission } from '../contract/permissions.ts'
import { covers, type GrantSpec, grantKind, type Rights } from '../governance/access/index.ts'
import { type Caller, callerOf, callerWith, type Directory, keyKind } from '../governance/identity/index.ts'
import { GatewayError } from '../lib/errors.ts'
import type { Document } from '../platform/documents/index.ts'
import { addedUses, type Permit, type Policy, type Snapshot } from '../policy/index.ts'
import { lacking } from './lacking.ts'

/** Which permission changes documents of a kind; kinds that are not named here need `documents:write`. */
const WRITERS: Readonly<Record<string, Permission>> = {
  Provider: 'models:write',
  Model: 'models:write',
  Pricing: 'models:write',
  Team: 'teams:write',
  App: 'teams:write',
  Agent: 'teams:write',
  Key: 'keys:write',
  Grant: 'grants:write',
  ResourceGroup: 'grants:write',
  Role: 'roles:write',
  IdentityProvider: 'identity:write',
  Guardrail: 'guardrails:write',
  WordList: 'guardrails:write',
  Capture: 'guardrails:write',
  Limit: 'budgets:write',
  Budget: 'budgets:write',
  Alert: 'alerts:write',
}

/** Every permission that lets one change documents of some kind. */
export const DOCUMENT_WRITERS: readonly Permission[] = [
  ...new Set([...Object.values(WRITERS), 'documents:write' as const]),
]

/** The permission that changes documents of a kind. */
export function writerOf(kind: string): Permission {
  return Object.hasOwn(WRITERS, kind) ? (WRITERS[kind] ?? 'documents:write') : 'documents:write'
}

/** What permitting changes needs of the gateway. */
export interface PermitServices {
  readonly policy: Pick<Policy, 'boundHosts'>
  readonly people: { readonly directory: Directory }
}

/**
 * Whoever writes a Key document may hold the key: refuses one that may more than they do, as its principal or by a role
 * that names the key.
 */
function permitKey(
  rights: Rights,
  name: string,
  { after, directory }: { after: Snapshot; directory: Directory },
): void {
  const key = after.documents.get(keyKind, name)
  const entry = key && after.identity.keys.get(key.spec.sha256)
  if (!entry) return
  const { caller } = entry
  const person = caller.user === undefined ? undefined : directory.person(caller.user)
  const teams = person === undefined ? caller.teams : callerWith(after.identity, person).teams
  askToCover(rights, after.roles.rightsOf({ ...caller, teams }), caller.principal)
}

/** Refuses changes that somebody's roles do not let them make, or that would give themselves more. For `ChangeRequest.permit`. */
export function permitChanges(
  { rights, caller }: { readonly rights: Rights; readonly caller: Caller },
  { policy: { boundHosts }, people: { directory } }: PermitServices,
): Permit {
  return (changes, { before, after }) => {
    permitUses(rights, { uses: addedUses(before?.documents, after.documents), boundHosts })
    for (const { kind, name } of changes) {
      ask(rights, writerOf(kind))
      if (kind === 'Key') permitKey(rights, name, { after, directory })
      if (kind !== 'Grant') continue
      // Whoever may manage everything is an owner: such a grant appoints somebody.
      const versions = [before, after].map((snapshot) => snapshot?.documents.get(grantKind, name))
      if (versions.some(appoints)) ask(rights, 'roles:write')
    }
    // Whatever the way (a team joined, a program taken over), nobody's own change gives themselves a permission.
    if (rights.reach('roles:write') !== 'everything' && !covers(rights, rightsIn(after, caller))) {
      throw lacking(['roles:write'], rights)
    }
  }
}

interface Uses {
  readonly uses: ReturnType<typeof addedUses>
  readonly boundHosts: Policy['boundHosts']
}

/** To have a secret sent somewhere is to have it: elsewhere than where it is bound to, only for whom it may be shown to. */
function permitUses(rights: Rights, { uses, boundHosts }: Uses): void {
  for (const { ref, host } of uses) {
    const hosts = boundHosts(ref)
    if (hosts.includes(host) || rights.reach('secrets:reveal') === 'everything') continue
    if (hosts.length === 0) ask(rights, 'secrets:write')
    else {
      const message = `${ref} may be sent to ${hosts.join(', ')} alone, not to ${host}. Store it anew, or ask an owner.`
      throw new GatewayError('access_denied', { message })
    }
  }
}

/** What somebody may by another snapshot. */
function rightsIn({ identity, roles }: Snapshot, caller: Caller): Rights {
  const then = callerOf(identity, caller.principal) ?? caller
  return roles.rightsOf({ ...caller, teams: [...new Set([...caller.teams, ...then.teams])] })
}

function appoints(grant: Document<GrantSpec> | undefined): boolean {
  return grant?.spec.actions.includes('manage') === true && grant.spec.on.includes('*')
}

/** Refuses without a permission over everything. Throws `access_denied`. */
export function ask(rights: Rights, permission: Permission): void {
  if (rights.reach(permission) !== 'everything') throw lacking([permission], rights)
}

/** Refuses to hand somebody's rights to who has fewer. Throws `access_denied`. */
export function askToCover(rights: Rights, others: Rights, principal: string): void {
  if (covers(rights, others)) return
  throw new GatewayError('access_denied', {
    message: `${principal} may do more than you; only who may as much can make a key for them.`,
    facts: { grantedBy: 'an owner' },
  })
}
