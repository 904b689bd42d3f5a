import { type MeAnswer, meAnswer, type ReachableResource } from '../../contract/me.ts'
import { decide, type Rights, resourcesIn } from '../../governance/access/index.ts'
import type { Caller } from '../../governance/identity/index.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Policy, Snapshot } from '../../policy/index.ts'
import { placeOfRule } from '../explaining.ts'
import type { Route } from '../route-types.ts'

/** What the routes of oneself need. */
export interface MeServices {
  readonly policy: Pick<Policy, 'holder'>
  readonly clock: Clock
}

/** What somebody may use, and why; what they may not, only when they could ask for it. */
export function resourcesFor(snapshot: Snapshot, caller: Caller, nowMs: number): readonly ReachableResource[] {
  return resourcesIn(snapshot.documents).map(({ kind, name, labels }) => {
    const { effect, reason, rules, grantedBy } = decide(snapshot.access, {
      caller,
      action: 'use',
      resource: { kind, name },
      context: { nowMs },
    })
    const at = placeOfRule(snapshot.access, rules[0])
    return {
      resource: `${kind}:${name}`,
      kind,
      name,
      labels,
      may: effect === 'allow',
      reason,
      rules: [...rules],
      ...(at === undefined ? {} : { at }),
      ...(grantedBy === undefined ? {} : { grantedBy }),
    }
  })
}

/** Who somebody is and what they may. */
export function meAnswerOf(snapshot: Snapshot, caller: Caller, nowMs: number): MeAnswer {
  const rights = snapshot.roles.rightsOf(caller)
  const { principal, key, app, user, agent, team, teams } = caller
  const asks = rights.reach('requests:create') !== undefined
  return {
    principal,
    ...(key === undefined ? {} : { key }),
    ...(app === undefined ? {} : { app }),
    ...(user === undefined ? {} : { user }),
    ...(agent === undefined ? {} : { agent }),
    ...(team === undefined ? {} : { team }),
    teams: [...teams],
    roles: [...rights.roles],
    permissions: [...rights.permissions],
    everywhere: rights.permissions.filter((permission) => rights.reach(permission) === 'everything'),
    managedTeams: [...managed(rights)],
    resources: resourcesFor(snapshot, caller, nowMs).filter(({ may }) => may || asks),
  }
}

function managed(rights: Rights): readonly string[] {
  const teams = rights.permissions.flatMap((permission) => {
    const reach = rights.reach(permission)
    return reach === undefined || reach === 'everything' ? [] : reach.teams
  })
  return [...new Set(teams)]
}

/** `/api/v1/me`: what everybody may ask of themselves. */
export const meRoutes: readonly Route<MeServices>[] = [
  {
    method: 'GET',
    path: '/api/v1/me',
    permission: 'self:read',
    summary: "Who one is, one's teams, roles and permissions, and which resources one may use and why.",
    answer: meAnswer,
    handle: async ({ caller }, { policy, clock }) => ({
      status: 200,
      body: meAnswerOf(policy.holder.current(), caller, clock.now()),
    }),
  },
]
