import { administers, roleKind } from '../governance/access/index.ts'
import { callerOf } from '../governance/identity/index.ts'
import { GatewayError } from '../lib/errors.ts'
import type { Snapshot } from './snapshot.ts'

/** Roles that can mend whatever a change broke. */
const MENDERS = ['owner', 'administrator']

/**
 * Refuses a change after which nobody could administer the gateway any more, where somebody could before: it could be
 * undone by nobody. Throws `conflict`.
 */
export function refuseLockOut(before: Snapshot | undefined, after: Snapshot, nowMs: number): void {
  if (isAdministered(after, nowMs) || !before || !isAdministered(before, nowMs)) return
  throw new GatewayError('conflict', {
    message: 'After this nobody could administer the gateway any more. Name another owner or administrator first.',
  })
}

/** Whether a key that works, or a person, may administer: by a role, or by a grant to manage everything. */
function isAdministered(snapshot: Snapshot, nowMs: number): boolean {
  const { access, identity, documents, roles } = snapshot
  const named = documents.all(roleKind).filter(({ name }) => MENDERS.includes(name))
  if (named.some(({ spec }) => spec.members.some((member) => /^(?:user|team):/.test(member)))) return true
  for (const { caller, disabled, expiresAt } of identity.keys.values()) {
    if (disabled || (expiresAt !== undefined && expiresAt <= nowMs)) continue
    if (roles.rightsOf(caller).roles.some((role) => MENDERS.includes(role))) return true
  }
  const people = access.rules.flatMap(({ spec }) => spec.to.filter((term) => term.startsWith('user:')))
  return people.some((person) => {
    const caller = callerOf(identity, person)
    return caller !== undefined && administers(access, caller)
  })
}
