import { listOf } from '../../contract/list.ts'
import { changeUserBody, newUserBody, oneTimePasswordAnswer, userAnswer, usersQuery } from '../../contract/people.ts'
import type { Rights } from '../../governance/access/index.ts'
import { callerWith, keyKind } from '../../governance/identity/index.ts'
import type { People, User } from '../../governance/people/index.ts'
import { GatewayError } from '../../lib/errors.ts'
import type { Policy } from '../../policy/index.ts'
import { askToCover } from '../document-permissions.ts'
import { parseBody } from '../parse-body.ts'
import type { ControlRequest, Route } from '../route-types.ts'
import { readQuery } from './query.ts'

/** What the routes of people need. */
export interface UserServices {
  readonly people: People
  readonly policy: Policy
}

/** `/api/v1/users`: people with accounts. `{id}` is an account's id or its e-mail address. */
export const userRoutes: readonly Route<UserServices>[] = [
  {
    method: 'GET',
    path: '/api/v1/users',
    permission: 'users:read',
    summary: 'People with accounts, by e-mail address.',
    query: usersQuery,
    answer: listOf(userAnswer),
    handle: async ({ query }, { people, policy }) => {
      const { limit, cursor, search } = readQuery(usersQuery, query)
      const found = await people.users.list({ limit: limit + 1, after: cursor, search })
      const items = found.slice(0, limit).map((user) => shown(user, policy))
      return { status: 200, body: { items, nextCursor: found.length > limit ? items.at(-1)?.email : null } }
    },
  },
  {
    method: 'POST',
    path: '/api/v1/users',
    permission: 'users:write',
    summary: 'Makes an account. Its one-time password is shown in this answer and never again.',
    body: newUserBody,
    answer: oneTimePasswordAnswer,
    status: 201,
    handle: async (request, { people, policy }) => {
      const given = parseBody(newUserBody, request.body)
      const teams = knownTeams(given.teams, policy)
      const email = given.email.toLowerCase()
      askToOutrank(request.rights, { email, teams, groups: [] }, policy)
      const made = await people.users.create({ ...given, email, teams, passwordChange: 'required' }, request.origin)
      return { status: 201, body: { user: shown(made.user, policy), password: made.password } }
    },
  },
  {
    method: 'GET',
    path: '/api/v1/users/:id',
    permission: 'users:read',
    summary: 'One person.',
    answer: userAnswer,
    handle: async ({ params }, { people, policy }) => ({
      status: 200,
      body: shown(await people.users.find(params.id ?? ''), policy),
    }),
  },
  {
    method: 'PATCH',
    path: '/api/v1/users/:id',
    permission: 'users:write',
    summary: "Changes a person's name or teams, or disables them: sessions end, and keys are refused.",
    body: changeUserBody,
    answer: userAnswer,
    handle: async (request, { people, policy }) => {
      const change = parseBody(changeUserBody, request.body)
      const user = await another(request, { people, policy }, change.disabled === true)
      const teams = change.teams && knownTeams(change.teams, policy)
      if (teams) askToOutrank(request.rights, { ...user, teams }, policy)
      return {
        status: 200,
        body: shown(await people.users.change(user.id, { ...change, teams }, request.origin), policy),
      }
    },
  },
  {
    method: 'POST',
    path: '/api/v1/users/:id:reset-password',
    permission: 'users:write',
    fresh: 15,
    summary: 'Makes a new one-time password, shown in this answer and never again, and ends all sessions.',
    answer: oneTimePasswordAnswer,
    handle: async (request, { people, policy }) => {
      const { id } = await another(request, { people, policy }, true)
      const made = await people.users.resetPassword(id, request.origin)
      return { status: 200, body: { user: shown(made.user, policy), password: made.password } }
    },
  },
  {
    method: 'DELETE',
    path: '/api/v1/users/:id/second-factor',
    permission: 'users:write',
    fresh: 15,
    summary: 'Removes the second factor of a person who has lost it.',
    answer: 'nothing',
    handle: async (request, services) => {
      const { id } = await another(request, services, true)
      await services.people.factor.remove(id, request.origin)
      return { status: 204 }
    },
  },
  {
    method: 'DELETE',
    path: '/api/v1/users/:id/sessions',
    permission: 'users:write',
    summary: 'Ends all sessions of a person.',
    answer: 'nothing',
    handle: async (request, services) => {
      const { id } = await another(request, services, false)
      await services.people.users.endSessions(id, request.origin)
      return { status: 204 }
    },
  },
  {
    method: 'DELETE',
    path: '/api/v1/users/:id',
    permission: 'users:write',
    summary: 'Deletes a person: their name, password, sessions and keys. Keys that Git owns are refused from then on.',
    answer: 'nothing',
    handle: async (request, { people, policy }) => {
      const { id } = await another(request, { people, policy }, true)
      const { email } = await people.users.delete(id, request.origin)
      await forgetKeys(policy, `user:${email}`, request)
      return { status: 204 }
    },
  },
]

/**
 * The person whom a request is about. Refuses to touch who may more than the caller, and to lock oneself out.
 * Throws `not_found`, `access_denied`, `conflict`.
 */
async function another(request: ControlRequest, services: UserServices, locksOut: boolean): Promise<User> {
  const user = await services.people.users.find(request.params.id ?? '')
  if (locksOut && request.caller.user === user.email) {
    throw new GatewayError('conflict', { message: 'You cannot do this to yourself; another administrator can.' })
  }
  askToOutrank(request.rights, user, services.policy)
  return user
}

/** Refuses when somebody would be, or is, able to do what the caller is not. Throws `access_denied`. */
function askToOutrank(rights: Rights, person: Pick<User, 'email' | 'teams' | 'groups'>, policy: Policy): void {
  const { identity, roles } = policy.holder.current()
  askToCover(rights, roles.rightsOf(callerWith(identity, person)), `user:${person.email}`)
}

function knownTeams(teams: readonly string[], policy: Policy): readonly string[] {
  const { ancestry } = policy.holder.current().identity
  const unknown = teams.find((team) => !ancestry.has(team))
  if (unknown === undefined) return [...new Set(teams)]
  throw new GatewayError('invalid_request', { message: `There is no team ${unknown}.`, param: 'teams' })
}

function shown(user: User, policy: Policy): (typeof userAnswer)['_output'] {
  const { createdAt, lastSeenAt, ...same } = user
  return {
    ...same,
    teams: [...user.teams],
    groups: [...user.groups],
    effectiveTeams: [...callerWith(policy.holder.current().identity, user).teams],
    createdAt: new Date(createdAt).toISOString(),
    lastSeenAt: lastSeenAt === null ? null : new Date(lastSeenAt).toISOString(),
  }
}

/** Deletes the keys of a principal; those that Git owns only Git can delete. */
async function forgetKeys(policy: Policy, principal: string, by: ControlRequest): Promise<void> {
  const keys = policy.documents().all(keyKind)
  const theirs = keys.filter(({ spec, owner }) => spec.for === principal && !owner.startsWith('git:'))
  if (theirs.length === 0) return
  const remove = theirs.map(({ name }) => `Key/${name}`)
  const nothing = { documents: [], problems: [] }
  const { caller, origin } = by
  const change = { author: caller.principal, origin, reason: `${principal} was deleted` }
  await policy.apply({ party: 'console', sources: nothing, remove }, change)
}
