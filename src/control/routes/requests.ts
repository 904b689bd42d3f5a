import {
  type AccessRequestAnswer,
  accessRequestAnswer,
  accessRequestsAnswer,
  accessRequestsQuery,
  approveBody,
  declineBody,
  newAccessRequestBody,
} from '../../contract/requests.ts'
import { decide, isWithin, resourcesIn } from '../../governance/access/index.ts'
import type { AccessRequestRow, AccessRequests, RequestsWithin } from '../../governance/approvals/index.ts'
import { type Caller, callerOf } from '../../governance/identity/index.ts'
import type { Clock } from '../../lib/clock.ts'
import { GatewayError } from '../../lib/errors.ts'
import { instantOfId } from '../../lib/ids.ts'
import type { Policy } from '../../policy/index.ts'
import { parseBody } from '../parse-body.ts'
import { decidersOf, mayDecide, resourceOf } from '../request-deciders.ts'
import type { ControlRequest, Route } from '../route-types.ts'
import { readQuery } from './query.ts'

/** What the routes of requests for access need. */
export interface RequestServices {
  readonly requests: AccessRequests
  readonly policy: Pick<Policy, 'holder' | 'putDocument'>
  readonly clock: Clock
}

const DAY_MS = 24 * 3_600_000
/** Who waited longer asks again: what was true of them may not be any more. */
const WAITS_MS = 30 * DAY_MS

type Asking = Pick<ControlRequest, 'caller' | 'rights' | 'reach'>

function answerOf(row: AccessRequestRow, asking: Asking, { policy, clock }: RequestServices): AccessRequestAnswer {
  const snapshot = policy.holder.current()
  const nowMs = clock.now()
  const at = instantOfId(row.id)
  const isWaiting = row.state === 'pending' && nowMs - at < WAITS_MS
  const iso = (instant: number) => new Date(instant).toISOString()
  return accessRequestAnswer.parse({
    id: row.id,
    at: iso(at),
    requester: row.requester,
    principal: row.principal,
    ...(row.team === null ? {} : { team: row.team }),
    action: row.action,
    on: row.resource,
    reason: row.reason,
    days: row.days,
    state: row.state === 'pending' && !isWaiting ? 'expired' : row.state,
    ...(row.decided_by === null ? {} : { decidedBy: row.decided_by }),
    ...(row.decided_at === null ? {} : { decidedAt: iso(row.decided_at) }),
    ...(row.note === null ? {} : { note: row.note }),
    ...(row.grant_name === null ? {} : { grant: row.grant_name }),
    ...(row.grant_ends === null ? {} : { grantEnds: iso(row.grant_ends) }),
    mayDecide: isWaiting && mayDecide(row, { ...asking, snapshot, nowMs }),
    deciders: isWaiting ? decidersOf(snapshot, row) : [],
  })
}

/** The requests that somebody sees: within the reach of their role, and their own. */
function within({ caller, reach }: Asking): RequestsWithin | undefined {
  if (reach === 'everything') return undefined
  return { principals: reach.principals, teams: reach.teams, requesters: [caller.principal] }
}

function isSeen(row: AccessRequestRow, { caller, reach }: Asking): boolean {
  return (
    row.requester === caller.principal || isWithin(reach, { principal: row.principal, team: row.team ?? undefined })
  )
}

/** A request that the caller sees, or may decide by a grant. Throws `not_found`. */
async function found(request: ControlRequest, services: RequestServices): Promise<AccessRequestRow> {
  const row = await services.requests.find(request.params.id ?? '')
  const by = { ...request, snapshot: services.policy.holder.current(), nowMs: services.clock.now() }
  if (isSeen(row, request) || mayDecide(row, by)) return row
  throw new GatewayError('not_found', { message: `There is no request ${row.id}.` })
}

/** The same, when the caller may decide it and it waits. Throws `not_found`, `access_denied`, `conflict`. */
async function toDecide(request: ControlRequest, services: RequestServices): Promise<AccessRequestRow> {
  const row = await found(request, services)
  const nowMs = services.clock.now()
  if (!mayDecide(row, { ...request, snapshot: services.policy.holder.current(), nowMs })) {
    throw new GatewayError('access_denied', {
      message: 'Somebody else must decide this: a manager of the team, or whoever may approve the resource.',
    })
  }
  if (row.state === 'pending' && nowMs - instantOfId(row.id) >= WAITS_MS) {
    throw new GatewayError('conflict', { message: 'The request has waited too long; it has to be made again.' })
  }
  return row
}

interface Wish {
  readonly principal: string
  readonly action: 'use' | 'read' | 'write'
  readonly on: string
}

/** Checks what is asked for; gives whom it is for. Throws `invalid_request`, `access_denied`, `conflict`. */
function checkNew(asked: Wish, { caller, reach }: Asking, { policy, clock }: RequestServices): Caller {
  const snapshot = policy.holder.current()
  const nowMs = clock.now()
  const subject = asked.principal === caller.principal ? caller : callerOf(snapshot.identity, asked.principal)
  const resource = resourceOf(asked.on)
  if (!subject) throw new GatewayError('invalid_request', { message: 'for names no principal.', param: 'for' })
  if (!isWithin(reach, subject)) {
    const message = 'You may ask for yourself and for the programs that you answer for.'
    throw new GatewayError('access_denied', { message })
  }
  const isKnown = resourcesIn(snapshot.documents).some(
    ({ kind, name }) => kind === resource.kind && name === resource.name,
  )
  if (!isKnown) throw new GatewayError('invalid_request', { message: `There is no ${asked.on}.`, param: 'on' })
  const decision = decide(snapshot.access, { caller: subject, action: asked.action, resource, context: { nowMs } })
  if (decision.effect === 'allow')
    throw new GatewayError('conflict', { message: `It is allowed already. ${decision.reason}` })
  if (decision.rules.length > 0) {
    throw new GatewayError('access_denied', { message: `A grant would not help: ${decision.reason}` })
  }
  return subject
}

/** Grants for as long as is approved, in the transaction that ends the request. */
async function approve(request: ControlRequest, services: RequestServices): Promise<AccessRequestRow> {
  const { days, note } = parseBody(approveBody, request.body ?? {})
  const row = await toDecide(request, services)
  const { caller, origin } = request
  const { policy, requests, clock } = services
  const ends = clock.now() + (days ?? row.days) * DAY_MS
  const name = `access-${row.id.slice('acr_'.length)}`
  const document = {
    kind: 'Grant',
    metadata: { name, labels: { 'access-request': row.id } },
    spec: {
      to: [row.principal],
      actions: [row.action],
      on: [row.resource],
      expires: new Date(ends).toISOString(),
      reason: `Asked by ${row.requester}, approved by ${caller.principal}.`.slice(0, 500),
    },
  }
  const deciding = { decidedBy: caller.principal, note, origin, grant: { name, ends } }
  await policy.putDocument({
    document,
    author: caller.principal,
    origin,
    ifAbsent: true,
    reason: `approve ${row.id}`,
    also: requests.approve(row.id, deciding),
  })
  return requests.find(row.id)
}

/** `/api/v1/access/requests`: asking for access, and the yes or no of who may give it. */
export const requestRoutes: readonly Route<RequestServices>[] = [
  {
    method: 'GET',
    path: '/api/v1/access/requests',
    permission: 'requests:read',
    scoped: true,
    summary: 'Requests for access, newest first: what one asked, and what lies within the reach of a role.',
    query: accessRequestsQuery,
    answer: accessRequestsAnswer,
    handle: async (request, services) => {
      const { limit, cursor, state, mine } = readQuery(accessRequestsQuery, request.query)
      const seen = within(mine === 'true' ? { ...request, reach: { teams: [], principals: [] } } : request)
      const rows = await services.requests.list(
        { state, within: seen },
        { limit: limit + 1, before: cursor || undefined },
      )
      const page = rows.slice(0, limit)
      const nextCursor = rows.length > limit ? (page.at(-1)?.id ?? null) : null
      return { status: 200, body: { items: page.map((row) => answerOf(row, request, services)), nextCursor } }
    },
  },
  {
    method: 'POST',
    path: '/api/v1/access/requests',
    permission: 'requests:create',
    scoped: true,
    summary: 'Asks for access to a resource, for so many days.',
    body: newAccessRequestBody,
    answer: accessRequestAnswer,
    status: 201,
    handle: async (request, services) => {
      const { on, action, for: asked, days, reason } = parseBody(newAccessRequestBody, request.body)
      const { caller, origin } = request
      const principal = asked ?? caller.principal
      const { team } = checkNew({ principal, action, on }, request, services)
      const row = await services.requests.ask({
        requester: caller.principal,
        principal,
        team: team ?? null,
        action,
        resource: on,
        reason,
        days,
        origin,
      })
      return { status: 201, body: answerOf(row, request, services) }
    },
  },
  {
    method: 'GET',
    path: '/api/v1/access/requests/:id',
    permission: 'requests:read',
    scoped: true,
    summary: 'One request for access, and who could decide it.',
    answer: accessRequestAnswer,
    handle: async (request, services) => ({
      status: 200,
      body: answerOf(await found(request, services), request, services),
    }),
  },
  {
    method: 'POST',
    path: '/api/v1/access/requests/:id:approve',
    permission: 'requests:read',
    scoped: true,
    summary:
      'Approves a request: a Grant that ends by itself. Needs requests:decide over whom it is for, or a grant to approve the resource.',
    body: approveBody,
    answer: accessRequestAnswer,
    handle: async (request, services) => ({
      status: 200,
      body: answerOf(await approve(request, services), request, services),
    }),
  },
  {
    method: 'POST',
    path: '/api/v1/access/requests/:id:decline',
    permission: 'requests:read',
    scoped: true,
    summary: 'Declines a request and says why.',
    body: declineBody,
    answer: accessRequestAnswer,
    handle: async (request, services) => {
      const { note } = parseBody(declineBody, request.body)
      const { id } = await toDecide(request, services)
      const { caller, origin } = request
      await services.requests.end(id, 'declined', { decidedBy: caller.principal, note, origin })
      return { status: 200, body: answerOf(await services.requests.find(id), request, services) }
    },
  },
  {
    method: 'POST',
    path: '/api/v1/access/requests/:id:withdraw',
    permission: 'requests:create',
    scoped: true,
    summary: 'Takes back what one asked for, while it waits.',
    answer: accessRequestAnswer,
    handle: async (request, services) => {
      const { caller, origin } = request
      const row = await found(request, services)
      if (row.requester !== caller.principal)
        throw new GatewayError('access_denied', { message: 'Only who asked may take it back.' })
      await services.requests.end(row.id, 'withdrawn', { decidedBy: caller.principal, origin })
      return { status: 200, body: answerOf(await services.requests.find(row.id), request, services) }
    },
  },
]
