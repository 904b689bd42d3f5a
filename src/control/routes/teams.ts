import type { BudgetStateAnswer } from '../../contract/budgets.ts'
import { type ProgramAnswer, programsAnswer, type TeamAnswer, teamsAnswer } from '../../contract/inventory.ts'
import { isWithin, reachOf } from '../../governance/access/index.ts'
import { agentKind, appKind, keyKind, teamKind } from '../../governance/identity/index.ts'
import type { Ledger } from '../../governance/usage/index.ts'
import type { DocumentSet } from '../../platform/documents/index.ts'
import type { ControlRequest, Route } from '../route-types.ts'
import { monthStart, spendBy } from '../spend.ts'
import { type BudgetServices, budgetsWithin } from './budgets.ts'

/** What the routes of teams and apps need. */
export interface TeamServices extends BudgetServices {
  readonly ledger: Pick<Ledger, 'usage' | 'spentSince'>
}

/** How many keys each principal has. */
function keysByPrincipal(documents: DocumentSet): ReadonlyMap<string, number> {
  const count = new Map<string, number>()
  for (const { spec } of documents.all(keyKind)) count.set(spec.for, (count.get(spec.for) ?? 0) + 1)
  return count
}

/** The apps and agents there are, without what they spend. */
function programs(documents: DocumentSet): readonly Omit<ProgramAnswer, 'spend' | 'budgets'>[] {
  const keys = keysByPrincipal(documents)
  const shared = (kind: 'app' | 'agent', name: string, team: string | undefined) => ({
    principal: `${kind}:${name}`,
    kind,
    name,
    ...(team === undefined ? {} : { team }),
    keys: keys.get(`${kind}:${name}`) ?? 0,
  })
  const apps = documents.all(appKind).map(({ name, spec, owner }) => ({
    ...shared('app', name, spec.team),
    ...(spec.owner === undefined ? {} : { responsible: spec.owner }),
    owner,
  }))
  const agents = documents.all(agentKind).map(({ name, spec, owner }) => {
    const { purpose, riskTier, actsFor } = spec
    return { ...shared('agent', name, spec.team), responsible: spec.owner, purpose, riskTier, actsFor, owner }
  })
  return [...apps, ...agents]
}

async function teamsOf(request: ControlRequest, services: TeamServices): Promise<readonly TeamAnswer[]> {
  const { reach, rights } = request
  const { documents } = services.policy.holder.current()
  const nowMs = services.clock.now()
  const spend = await spendBy(services.ledger, {
    dimension: 'team',
    from: monthStart(nowMs),
    to: nowMs + 1,
    reach: reachOf(rights, 'usage:read'),
  })
  const budgets = await budgetsWithin(services, { caller: request.caller, reach: reachOf(rights, 'budgets:read') })
  const all = programs(documents)
  return documents
    .all(teamKind)
    .filter(({ name }) => isWithin(reach, { team: name }))
    .map(({ name, spec, owner }) => {
      const own = all.filter(({ team }) => team === name)
      const named = (kind: 'app' | 'agent') => own.filter((one) => one.kind === kind).map((one) => one.name)
      return {
        name,
        ...(spec.parent === undefined ? {} : { parent: spec.parent }),
        managers: [...spec.managers],
        members: [...spec.members],
        ssoGroups: [...spec.ssoGroups],
        apps: named('app'),
        agents: named('agent'),
        keys: own.reduce((sum, { keys }) => sum + keys, 0),
        owner,
        spend: spend(name),
        budgets: naming(budgets, `team:${name}`),
      }
    })
}

async function programsOf(request: ControlRequest, services: TeamServices): Promise<readonly ProgramAnswer[]> {
  const { reach, rights } = request
  const { documents } = services.policy.holder.current()
  const nowMs = services.clock.now()
  const span = { from: monthStart(nowMs), to: nowMs + 1, reach: reachOf(rights, 'usage:read') }
  const apps = await spendBy(services.ledger, { dimension: 'app', ...span })
  const agents = await spendBy(services.ledger, { dimension: 'agent', ...span })
  const budgets = await budgetsWithin(services, { caller: request.caller, reach: reachOf(rights, 'budgets:read') })
  return programs(documents)
    .filter((program) => isWithin(reach, program))
    .map((program) => ({
      ...program,
      spend: (program.kind === 'app' ? apps : agents)(program.name),
      budgets: naming(budgets, program.principal),
    }))
}

/** The budgets that name a scope, or have a line of its own. */
function naming(budgets: readonly BudgetStateAnswer[], scope: string): BudgetStateAnswer[] {
  return budgets.filter(({ appliesTo, value }) => value === scope || (value === undefined && appliesTo.includes(scope)))
}

/** `/api/v1/teams` and `/api/v1/apps`: who there is and what they spend. */
export const teamRoutes: readonly Route<TeamServices>[] = [
  {
    method: 'GET',
    path: '/api/v1/teams',
    permission: 'teams:read',
    scoped: true,
    summary: 'Teams with their people and programs, what they spent this month, and how their budgets stand.',
    answer: teamsAnswer,
    handle: async (request, services) => ({
      status: 200,
      body: { items: await teamsOf(request, services), nextCursor: null },
    }),
  },
  {
    method: 'GET',
    path: '/api/v1/apps',
    permission: ['teams:read', 'keys:read'],
    scoped: true,
    summary: 'Apps and agents: who answers for them, what they spent this month, and how their budgets stand.',
    answer: programsAnswer,
    handle: async (request, services) => ({
      status: 200,
      body: { items: await programsOf(request, services), nextCursor: null },
    }),
  },
]
