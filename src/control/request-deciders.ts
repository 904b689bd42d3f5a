import type { ExplainAnswer } from '../contract/access.ts'
import { decide, isWithin, type Rights } from '../governance/access/index.ts'
import type { AccessRequestRow } from '../governance/approvals/index.ts'
import type { Caller, Resource } from '../governance/identity/index.ts'
import type { Snapshot } from '../policy/index.ts'
import { holdersOf } from './explaining.ts'

/** Who would decide, when, and by which documents. */
export interface Decider {
  readonly caller: Caller
  readonly rights: Rights
  readonly snapshot: Snapshot
  readonly nowMs: number
}

/** What of a request says who may decide it. */
type Decided = Pick<AccessRequestRow, 'requester' | 'principal' | 'team' | 'resource'>

/** `model:assistant` as a resource. */
export function resourceOf(text: string): Resource {
  const colon = text.indexOf(':')
  return { kind: text.slice(0, colon), name: text.slice(colon + 1) }
}

/**
 * Whether somebody may decide a request: whose role says so over the one it is for, or whom a grant lets approve the
 * resource. A grant that denies approving it wins, and nobody decides what they asked for, or what is for themselves.
 */
export function mayDecide(request: Decided, by: Decider): boolean {
  const { caller, rights, snapshot, nowMs } = by
  const own = new Set([caller.principal, ...(caller.user === undefined ? [] : [`user:${caller.user}`])])
  if (own.has(request.requester) || own.has(request.principal)) return false
  const resource = resourceOf(request.resource)
  const approves = decide(snapshot.access, { caller, action: 'approve', resource, context: { nowMs } })
  if (approves.effect === 'allow') return true
  // Without a rule nobody said anything of approving; with one, somebody said no.
  if (approves.rules.length > 0) return false
  const reach = rights.reach('requests:decide')
  const { principal, team } = request
  return reach !== undefined && isWithin(reach, { principal, team: team ?? undefined })
}

/** Who could decide a request, for whoever waits: managers of the team, nearest first, then those whose role says so. */
export function decidersOf(snapshot: Snapshot, request: Decided): ExplainAnswer['grantedBy'] {
  const teams = request.team === null ? [] : (snapshot.identity.ancestry.get(request.team) ?? [])
  const managers = teams.flatMap((team) =>
    (snapshot.access.managers.get(team) ?? []).map((principal) => ({ principal, because: `manages the team ${team}` })),
  )
  const holders = holdersOf(snapshot, 'requests:decide').map(({ principal, role }) => ({
    principal,
    because: `has the role ${role}`,
  }))
  const seen = new Set([request.requester, request.principal])
  return [...managers, ...holders].filter(({ principal }) => {
    const isNew = !seen.has(principal)
    seen.add(principal)
    return isNew
  })
}
