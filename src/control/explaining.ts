import type { ExplainAnswer, WhoCanAnswer } from '../contract/access.ts'
import type { Permission } from '../contract/permissions.ts'
import {
  type AccessIndex,
  type AccessRequest,
  type ExplainedRule,
  type Explanation,
  explain,
  isWithin,
  type Reach,
  type Rule,
  rulesAbout,
  standingOf,
  type WhoCan,
} from '../governance/access/index.ts'
import type { Caller } from '../governance/identity/index.ts'
import type { Snapshot } from '../policy/index.ts'

/** `file:line` of a grant; undefined when there is none of this name, or it was not written in a file. */
export function placeOfRule({ rules }: AccessIndex, name: string | undefined): string | undefined {
  const rule = rules.find((one) => one.name === name)
  return rule && placeOf(rule)
}

function placeOf({ origin }: Pick<Rule, 'origin'>): string | undefined {
  return origin.file === undefined ? undefined : `${origin.file}:${origin.line ?? 1}`
}

/** An explanation for people. `about` `caller` leaves out the grants that are for others. */
export function explainAnswerOf(
  snapshot: Snapshot,
  request: AccessRequest,
  about: 'caller' | 'everybody',
): ExplainAnswer {
  const explained = explain(snapshot.access, request, about)
  const { onBehalfOf, ...alone } = request.caller
  const own = oneAnswer(explained, { ...request, caller: alone })
  const theirs = onBehalfOf && explained.onBehalfOf
  return {
    ...own,
    effect: explained.decision.effect,
    reason: explained.decision.reason,
    ...(theirs ? { onBehalfOf: oneAnswer(theirs, { ...request, caller: onBehalfOf }) } : {}),
    grantedBy: explained.decision.effect === 'allow' ? [] : [...grantorsOf(snapshot, request.caller)],
    revision: snapshot.revision,
  }
}

function oneAnswer({ decision, narrowed, rules, changes }: Explanation, { caller, action, resource }: AccessRequest) {
  return {
    principal: caller.principal,
    teams: [...caller.teams],
    action,
    on: `${resource.kind}:${resource.name}`,
    effect: decision.effect,
    reason: decision.reason,
    narrowed,
    rules: rules.map(ruleAnswer),
    changes: [...changes],
  }
}

function ruleAnswer({ parts, expires, ...rule }: ExplainedRule): ExplainAnswer['rules'][number] {
  return {
    ...rule,
    ...(parts ? { parts: parts.map((part) => ({ ...part, operands: [...part.operands] })) } : {}),
    ...(expires === undefined ? {} : { expires: new Date(expires).toISOString() }),
  }
}

/** Who could allow something to somebody: the managers of their teams, nearest first, then those whose role writes grants. */
export function grantorsOf(snapshot: Snapshot, caller: Caller): ExplainAnswer['grantedBy'] {
  const managers = caller.teams.flatMap((team) =>
    (snapshot.access.managers.get(team) ?? []).map((principal) => ({ principal, because: `manages the team ${team}` })),
  )
  const writers = holdersOf(snapshot, 'grants:write').map(({ principal, role }) => ({
    principal,
    because: `has the role ${role}`,
  }))
  const seen = new Set<string>([caller.principal])
  return [...managers, ...writers].filter(({ principal }) => {
    const isNew = !seen.has(principal)
    seen.add(principal)
    return isNew
  })
}

/** Who has a permission over everything: owners by a Grant, then the members of roles that give it. */
export function holdersOf({ roles, access }: Snapshot, permission: Permission) {
  const owners = access.rules
    .filter(({ spec }) => isOwnership(spec))
    .flatMap(({ spec }) => spec.to.map((principal) => ({ principal, role: 'owner' })))
  const members = [...roles.members].flatMap(([role, named]) => {
    const rule = roles.rules.get(role)
    if (rule?.reach !== 'everything' || !rule.permissions.includes(permission)) return []
    return named.map((principal) => ({ principal, role }))
  })
  return [...owners, ...members]
}

function isOwnership({ effect, mode, when, expires, actions, on }: Rule['spec']): boolean {
  const isFirm = effect === 'allow' && mode === 'enforce' && when === undefined && expires === undefined
  return isFirm && actions.includes('manage') && on.includes('*')
}

/** Of whom it is asked: principals, and what they are now. */
export interface Population {
  readonly principals: readonly string[]
  readonly callerOf: (principal: string) => Caller | undefined
  readonly reach: Reach
}

/** Who may do something to a resource, of those within a reach. */
export function whoCanAnswerOf(snapshot: Snapshot, asked: WhoCan, among: Population): WhoCanAnswer {
  const { access } = snapshot
  const { reach } = among
  const items = among.principals.flatMap((principal) => {
    const caller = among.callerOf(principal)
    if (!caller || !isWithin(reach, caller)) return []
    const { may, rules, conditions } = standingOf(access, caller, asked)
    if (may === 'never') return []
    const team = caller.team === undefined ? {} : { team: caller.team }
    return [{ principal, ...team, may, rules: [...rules], conditions: [...conditions] }]
  })
  const grants = reach === 'everything' ? rulesAbout(access, asked).map(grantAnswer) : []
  const on = `${asked.resource.kind}:${asked.resource.name}`
  return { action: asked.action, on, items, nextCursor: null, grants }
}

function grantAnswer(rule: Rule): WhoCanAnswer['grants'][number] {
  const { name, spec } = rule
  const at = placeOf(rule)
  return {
    rule: name,
    effect: spec.effect,
    ...(at === undefined ? {} : { at }),
    to: [...spec.to],
    ...(spec.when === undefined ? {} : { when: spec.when }),
    ...(spec.expires === undefined ? {} : { expires: new Date(spec.expires).toISOString() }),
  }
}
