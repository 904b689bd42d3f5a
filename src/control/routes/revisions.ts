import { planAnswer } from '../../contract/documents.ts'
import { listOf } from '../../contract/list.ts'
import { policyStatusAnswer, type RevisionAnswer, revisionAnswer, revisionsQuery } from '../../contract/revisions.ts'
import { GatewayError } from '../../lib/errors.ts'
import type { Policy, RevisionSummary } from '../../policy/index.ts'
import { type PermitServices, permitChanges } from '../document-permissions.ts'
import type { Route } from '../route-types.ts'
import { readQuery } from './query.ts'

function answerOf(revision: RevisionSummary): RevisionAnswer {
  const { number, author, reason, hash } = revision
  return { number, at: new Date(revision.at).toISOString(), author, reason, hash }
}

/** A parameter that must be the number of a revision. Throws `not_found`. */
function revisionNumber(text: string | undefined): number {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number > 0) return number
  throw new GatewayError('not_found', { message: `There is no revision ${text ?? ''}.` })
}

/** `/api/v1/revisions…`: every state that policy ever was in. */
export const revisionRoutes: readonly Route<PermitServices & { readonly policy: Policy }>[] = [
  {
    method: 'GET',
    path: '/api/v1/revisions',
    permission: 'revisions:read',
    summary: 'The revisions, newest first.',
    query: revisionsQuery,
    answer: listOf(revisionAnswer),
    handle: async ({ query }, { policy }) => {
      const { limit, cursor } = readQuery(revisionsQuery, query)
      const items = await policy.revisions({ limit, ...(cursor === undefined ? {} : { before: cursor }) })
      const last = items.at(-1)
      const nextCursor = last && last.number > 1 && items.length === limit ? String(last.number) : null
      return { status: 200, body: { items: items.map(answerOf), nextCursor } }
    },
  },
  {
    method: 'POST',
    path: '/api/v1/revisions/:number:rollback',
    fresh: 60,
    permission: 'revisions:rollback',
    summary: 'Makes the documents of an old revision count again, as a new revision.',
    answer: planAnswer,
    handle: async (request, { policy, people }) => {
      const number = revisionNumber(request.params.number)
      const author = request.caller.principal
      const change = {
        author,
        origin: request.origin,
        reason: `rollback to ${number}`,
        permit: permitChanges(request, { policy, people }),
      }
      return { status: 200, body: await policy.rollback(number, change) }
    },
  },
  {
    method: 'GET',
    path: '/api/v1/policy/status',
    permission: 'revisions:read',
    summary: 'Which revision counts on this node, and what is wrong.',
    answer: policyStatusAnswer,
    handle: async (_, { policy }) => ({ status: 200, body: policy.status() }),
  },
]
