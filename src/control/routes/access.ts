import type { z } from 'zod'
import { explainAnswer, explainBody, whoCanAnswer, whoCanQuery } from '../../contract/access.ts'
import { type AccessRequest, isWithin } from '../../governance/access/index.ts'
import { type Caller, callerNow, type Directory } from '../../governance/identity/index.ts'
import type { People } from '../../governance/people/index.ts'
import type { Clock } from '../../lib/clock.ts'
import { GatewayError } from '../../lib/errors.ts'
import type { Policy } from '../../policy/index.ts'
import { explainAnswerOf, whoCanAnswerOf } from '../explaining.ts'
import { lacking } from '../lacking.ts'
import { parseBody } from '../parse-body.ts'
import { knownPrincipals } from '../principals.ts'
import { resourceOf } from '../request-deciders.ts'
import type { ControlRequest, Route } from '../route-types.ts'
import { readQuery } from './query.ts'

/** What the routes of access need. */
export interface AccessServices {
  readonly policy: Pick<Policy, 'holder'>
  readonly people: {
    readonly directory: Directory
    readonly users: Pick<People['users'], 'list'>
  }
  readonly clock: Clock
}

const USERS_A_PAGE = 500
/** Of so many accounts at most it is asked who can; the grants in the answer hold for all. */
const MOST_USERS = 20_000

/** Everybody with an account that is active, as principals. */
async function peopleWithAccounts({ users }: AccessServices['people']): Promise<readonly string[]> {
  const principals: string[] = []
  for (let after: string | undefined; principals.length < MOST_USERS; ) {
    const page = await users.list({ limit: USERS_A_PAGE, after })
    principals.push(...page.filter(({ status }) => status === 'active').map(({ email }) => `user:${email}`))
    after = page.at(-1)?.email
    if (page.length < USERS_A_PAGE) break
  }
  return principals
}

/** What a principal is now, in the teams of their account too. */
type Now = (principal: string) => Caller | undefined

/** Whom an explanation is about: oneself as one asks, with the key's narrowing, or a principal without any key. */
function subjectOf(request: ControlRequest, asked: z.output<typeof explainBody>, now: Now): Caller {
  const own = request.caller
  const caller = asked.as === undefined ? own : now(asked.as)
  const onBehalfOf = asked.onBehalfOf === undefined ? undefined : now(asked.onBehalfOf)
  if (!caller) throw new GatewayError('invalid_request', { message: 'as names no principal.', param: 'as' })
  if (onBehalfOf && caller.agent === undefined) {
    const message = 'Only an agent acts for somebody: leave onBehalfOf out, or say as: agent:…'
    throw new GatewayError('invalid_request', { message, param: 'onBehalfOf' })
  }
  return onBehalfOf ? { ...caller, onBehalfOf } : caller
}

/** Whether somebody may ask about others; anybody may ask about themselves, and is told of their own grants alone. */
function permitAbout({ caller, rights }: ControlRequest, subject: Caller): 'caller' | 'everybody' {
  const reach = rights.reach('access:explain')
  const about = [subject, ...(subject.onBehalfOf ? [subject.onBehalfOf] : [])]
  if (reach === 'everything') return 'everybody'
  for (const one of about) {
    const isAllowed = one.principal === caller.principal || (reach !== undefined && isWithin(reach, one))
    if (!isAllowed) throw lacking(['access:explain'], rights)
  }
  return 'caller'
}

/** `/api/v1/access/…`: why somebody may or may not, and who can. */
export const accessRoutes: readonly Route<AccessServices>[] = [
  {
    method: 'POST',
    path: '/api/v1/access/explain',
    permission: 'self:read',
    summary: 'Why somebody may or may not do something; about others this needs access:explain.',
    body: explainBody,
    answer: explainAnswer,
    handle: async (request, { policy, clock, people }) => {
      const asked = parseBody(explainBody, request.body)
      const snapshot = policy.holder.current()
      const now: Now = (principal) => callerNow(snapshot.identity, principal, people.directory)
      const caller = subjectOf(request, asked, now)
      const about = permitAbout(request, caller)
      const { tokens, stream, tools, surface } = asked.request
      const context: AccessRequest['context'] = {
        nowMs: asked.at ?? clock.now(),
        ...(tokens === undefined ? {} : { tokens }),
        ...(stream === undefined ? {} : { stream }),
        ...(tools === undefined ? {} : { tools }),
        ...(surface === undefined ? {} : { surface }),
      }
      const access: AccessRequest = { caller, action: asked.action, resource: resourceOf(asked.on), context }
      return { status: 200, body: explainAnswerOf(snapshot, access, about) }
    },
  },
  {
    method: 'GET',
    path: '/api/v1/access/who-can',
    permission: 'access:explain',
    scoped: true,
    summary: 'Who may do something to a resource, by which grants and under which conditions.',
    query: whoCanQuery,
    answer: whoCanAnswer,
    handle: async ({ query, reach }, { policy, clock, people }) => {
      const { action, on } = readQuery(whoCanQuery, query)
      const asked = { action, resource: resourceOf(on), nowMs: clock.now() }
      const snapshot = policy.holder.current()
      const named = [...knownPrincipals(snapshot), ...(await peopleWithAccounts(people))]
      // Who has left may nothing, whatever documents still say of them.
      const now: Now = (principal) => {
        const caller = callerNow(snapshot.identity, principal, people.directory)
        const person = caller?.user === undefined ? undefined : people.directory.person(caller.user)
        return person === undefined || person.status === 'active' ? caller : undefined
      }
      const among = { principals: [...new Set(named)].sort(), callerOf: now, reach }
      return { status: 200, body: whoCanAnswerOf(snapshot, asked, among) }
    },
  },
]
