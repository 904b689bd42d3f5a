import type { z } from 'zod'
import { explainAnswer, explainBody, whoCanAnswer, whoCanQuery } from '../../contract/access.ts'
import { type AccessRequest, isWithin } from '../../governance/access/index.ts'
import { type Caller, callerOf } from '../../governance/identity/index.ts'
import type { Clock } from '../../lib/clock.ts'
import { GatewayError } from '../../lib/errors.ts'
import type { Policy, Snapshot } from '../../policy/index.ts'
import { explainAnswerOf, whoCanAnswerOf } from '../explaining.ts'
import { lacking } from '../lacking.ts'
import { parseBody } from '../parse-body.ts'
import { resourceOf } from '../request-deciders.ts'
import type { ControlRequest, Route } from '../route-types.ts'
import { readQuery } from './query.ts'

/** What the routes of access need. */
export interface AccessServices {
  readonly policy: Pick<Policy, 'holder'>
  readonly clock: Clock
}

/** Whom an explanation is about: oneself as one asks, with the key's narrowing, or a principal without any key. */
function subjectOf(request: ControlRequest, snapshot: Snapshot, asked: z.output<typeof explainBody>): Caller {
  const own = request.caller
  const caller = asked.as === undefined ? own : callerOf(snapshot.identity, asked.as)
  const onBehalfOf = asked.onBehalfOf === undefined ? undefined : callerOf(snapshot.identity, asked.onBehalfOf)
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
    handle: async (request, { policy, clock }) => {
      const asked = parseBody(explainBody, request.body)
      const snapshot = policy.holder.current()
      const caller = subjectOf(request, snapshot, asked)
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
    handle: async ({ query, reach }, { policy, clock }) => {
      const { action, on } = readQuery(whoCanQuery, query)
      const asked = { action, resource: resourceOf(on), nowMs: clock.now() }
      return { status: 200, body: whoCanAnswerOf(policy.holder.current(), asked, reach) }
    },
  },
]
