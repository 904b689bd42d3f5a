import { pageQuery } from '../../contract/list.ts'
import {
  decideItemBody,
  newReviewBody,
  type ReviewAnswer,
  type ReviewItemAnswer,
  reviewAnswer,
  reviewItemAnswer,
  reviewItemsAnswer,
  reviewItemsQuery,
  reviewsAnswer,
  signBody,
} from '../../contract/reviews.ts'
import type { Reach } from '../../governance/access/index.ts'
import {
  digestOfItems,
  MOST_ITEMS,
  notClosable,
  type ReviewItemRow,
  type ReviewProgress,
  type Reviews,
} from '../../governance/approvals/index.ts'
import type { Clock } from '../../lib/clock.ts'
import { GatewayError } from '../../lib/errors.ts'
import { instantOfId } from '../../lib/ids.ts'
import { fromJson } from '../../platform/documents/index.ts'
import type { Policy } from '../../policy/index.ts'
import { type PermitServices, permitChanges } from '../document-permissions.ts'
import { parseBody } from '../parse-body.ts'
import { reviewables, revocationOf } from '../reviewing.ts'
import type { ControlRequest, Route } from '../route-types.ts'
import { readQuery } from './query.ts'

/** What the routes of reviews need. */
export interface ReviewServices extends PermitServices {
  readonly reviews: Reviews
  readonly policy: Pick<Policy, 'holder' | 'apply' | 'status' | 'boundHosts'>
  readonly clock: Clock
}

const DAY_MS = 24 * 3_600_000

function answerOf(row: ReviewProgress): ReviewAnswer {
  const iso = (instant: number) => new Date(instant).toISOString()
  return {
    id: row.id,
    name: row.name,
    ...(row.team === null ? {} : { team: row.team }),
    at: iso(instantOfId(row.id)),
    openedBy: row.opened_by,
    ...(row.due_at === null ? {} : { due: iso(row.due_at) }),
    state: row.state,
    items: row.items,
    undecided: row.undecided,
    revoked: row.revoked,
    ...(row.closed_by === null ? {} : { closedBy: row.closed_by }),
    ...(row.closed_at === null ? {} : { closedAt: iso(row.closed_at) }),
    ...(row.revision === null ? {} : { revision: row.revision }),
    ...(row.note === null ? {} : { note: row.note }),
  }
}

function itemAnswer(row: ReviewItemRow): ReviewItemAnswer {
  return reviewItemAnswer.parse({
    number: row.number,
    kind: row.kind,
    name: row.name,
    subject: row.subject,
    what: row.what,
    ...(row.decision === null ? {} : { decision: row.decision }),
    ...(row.decided_by === null ? {} : { decidedBy: row.decided_by }),
    ...(row.decided_at === null ? {} : { decidedAt: new Date(row.decided_at).toISOString() }),
    ...(row.note === null ? {} : { note: row.note }),
  })
}

/** Whether a review lies within a reach: those of everything are for who reaches everything. */
function isSeen({ team }: Pick<ReviewProgress, 'team'>, reach: Reach): boolean {
  return reach === 'everything' || (team !== null && reach.teams.includes(team))
}

/** The review that the address names. Throws `not_found`. */
async function found({ params, reach }: ControlRequest, { reviews }: ReviewServices): Promise<ReviewProgress> {
  const review = await reviews.find(params.id ?? '')
  if (isSeen(review, reach)) return review
  throw new GatewayError('not_found', { message: `There is no review ${review.id}.` })
}

async function open(request: ControlRequest, { reviews, policy, clock }: ReviewServices): Promise<ReviewProgress> {
  const { name, team = null, dueDays } = parseBody(newReviewBody, request.body)
  const { caller, reach, origin } = request
  if (!isSeen({ team }, reach)) {
    throw new GatewayError('access_denied', { message: 'You may review the teams that you manage. Name one of them.' })
  }
  const snapshot = policy.holder.current()
  const below = [...snapshot.identity.ancestry].flatMap(([one, way]) => (way.includes(team ?? '') ? [one] : []))
  if (team !== null && below.length === 0) {
    throw new GatewayError('invalid_request', { message: `There is no team ${team}.`, param: 'team' })
  }
  const items = reviewables(snapshot, team === null ? 'everything' : { teams: below, principals: [] }, clock.now())
  if (items.length > MOST_ITEMS) {
    const message = `That is ${items.length} items, and a review has ${MOST_ITEMS} at most: review team by team.`
    throw new GatewayError('invalid_request', { message })
  }
  const due_at = dueDays === undefined ? null : clock.now() + dueDays * DAY_MS
  return reviews.open({ name, team, opened_by: caller.principal, due_at, items, origin })
}

/** Takes away what was revoked and signs, in one transaction. */
async function sign(request: ControlRequest, services: ReviewServices): Promise<ReviewProgress> {
  const { reviews, policy, people } = services
  const { note } = parseBody(signBody, request.body ?? {})
  const review = await found(request, services)
  if (review.state === 'closed' || review.undecided > 0) throw notClosable(review)
  const items = await reviews.items(review.id, { limit: MOST_ITEMS, after: 0 })
  const revoked = items.filter(({ decision }) => decision === 'revoke')
  const { documents, remove } = revocationOf(revoked, policy.holder.current())
  const { number } = policy.status()
  const by = { by: request.caller.principal, note, digest: digestOfItems(items), origin: request.origin }
  if (documents.length === 0 && remove.length === 0) {
    await reviews.closeAlone(review.id, { ...by, revision: number })
    return reviews.find(review.id)
  }
  const sources = fromJson([...documents], { file: `review ${review.id}`, owner: 'console' })
  await policy.apply(
    { party: 'console', sources, remove, apiVersion: 'optional' },
    {
      author: request.caller.principal,
      origin: request.origin,
      reason: `review ${review.id}`,
      ifRevision: String(number),
      // Taking away what a team of theirs has is what managers review for; what everybody has needs the usual permissions.
      ...(review.team === null ? { permit: permitChanges(request, { policy, people }) } : {}),
      also: reviews.close(review.id, { ...by, revision: number + 1 }),
    },
  )
  return reviews.find(review.id)
}

/** `/api/v1/access/reviews`: who has what, kept or taken away one by one, and signed. */
export const reviewRoutes: readonly Route<ReviewServices>[] = [
  {
    method: 'GET',
    path: '/api/v1/access/reviews',
    permission: 'reviews:read',
    scoped: true,
    summary: 'Reviews of access, newest first.',
    query: pageQuery,
    answer: reviewsAnswer,
    handle: async ({ query, reach }, { reviews }) => {
      const { limit, cursor } = readQuery(pageQuery, query)
      const teams = reach === 'everything' ? undefined : reach.teams
      const rows = await reviews.list(teams, { limit: limit + 1, before: cursor || undefined })
      const page = rows.slice(0, limit)
      const nextCursor = rows.length > limit ? (page.at(-1)?.id ?? null) : null
      return { status: 200, body: { items: page.map(answerOf), nextCursor } }
    },
  },
  {
    method: 'POST',
    path: '/api/v1/access/reviews',
    permission: 'reviews:write',
    scoped: true,
    summary: 'Opens a review of what a team has, or of everything: grants, roles and keys as they are now.',
    body: newReviewBody,
    answer: reviewAnswer,
    status: 201,
    handle: async (request, services) => ({ status: 201, body: answerOf(await open(request, services)) }),
  },
  {
    method: 'GET',
    path: '/api/v1/access/reviews/:id',
    permission: 'reviews:read',
    scoped: true,
    summary: 'One review and how far it has come.',
    answer: reviewAnswer,
    handle: async (request, services) => ({ status: 200, body: answerOf(await found(request, services)) }),
  },
  {
    method: 'GET',
    path: '/api/v1/access/reviews/:id/items',
    permission: 'reviews:read',
    scoped: true,
    summary: 'What is to be reviewed, in order.',
    query: reviewItemsQuery,
    answer: reviewItemsAnswer,
    handle: async (request, services) => {
      const { limit, cursor } = readQuery(reviewItemsQuery, request.query)
      const { id } = await found(request, services)
      const rows = await services.reviews.items(id, { limit: limit + 1, after: cursor })
      const page = rows.slice(0, limit)
      const nextCursor = rows.length > limit ? String(page.at(-1)?.number ?? 0) : null
      return { status: 200, body: { items: page.map(itemAnswer), nextCursor } }
    },
  },
  {
    method: 'POST',
    path: '/api/v1/access/reviews/:id/items/:number',
    permission: 'reviews:write',
    scoped: true,
    summary: 'Decides one item: keep or revoke. Nothing is taken away until the review is signed.',
    body: decideItemBody,
    answer: reviewAnswer,
    handle: async (request, services) => {
      const { decision, note } = parseBody(decideItemBody, request.body)
      const { id } = await found(request, services)
      const { caller, origin, params } = request
      const number = /^\d{1,9}$/.test(params.number ?? '') ? Number(params.number) : 0
      await services.reviews.decide(id, number, { decision, by: caller.principal, note, origin })
      return { status: 200, body: answerOf(await services.reviews.find(id)) }
    },
  },
  {
    method: 'POST',
    path: '/api/v1/access/reviews/:id:sign',
    permission: 'reviews:write',
    scoped: true,
    summary: 'Signs a review when everything is decided, and takes away what was revoked, in one revision.',
    body: signBody,
    answer: reviewAnswer,
    handle: async (request, services) => ({ status: 200, body: answerOf(await sign(request, services)) }),
  },
]
