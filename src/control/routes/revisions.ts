import type { RevisionAnswer } from '../../contract/revisions.ts'
import { GatewayError } from '../../lib/errors.ts'
import type { Policy, RevisionSummary } from '../../policy/index.ts'
import { permitChanges } from '../document-permissions.ts'
import type { Route } from '../route-types.ts'

const MOST_ITEMS = 200
const DEFAULT_ITEMS = 50

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
export const revisionRoutes: readonly Route<{ readonly policy: Policy }>[] = [
  {
    method: 'GET',
    path: '/api/v1/revisions',
    permission: 'revisions:read',
    summary: 'The revisions, newest first.',
    handle: async ({ query }, { policy }) => {
      const limit = Math.min(MOST_ITEMS, Math.max(1, Number(query.get('limit')) || DEFAULT_ITEMS))
      const cursor = Number(query.get('cursor'))
      const items = await policy.revisions({ limit, ...(cursor > 0 ? { before: cursor } : {}) })
      const last = items.at(-1)
      const nextCursor = last && last.number > 1 && items.length === limit ? String(last.number) : null
      return { status: 200, body: { items: items.map(answerOf), nextCursor } }
    },
  },
  {
    method: 'POST',
    path: '/api/v1/revisions/:number:rollback',
    permission: 'revisions:rollback',
    summary: 'Makes the documents of an old revision count again, as a new revision.',
    handle: async (request, { policy }) => {
      const number = revisionNumber(request.params.number)
      const author = request.caller.principal
      const change = { author, reason: `rollback to ${number}`, permit: permitChanges(request) }
      return { status: 200, body: await policy.rollback(number, change) }
    },
  },
  {
    method: 'GET',
    path: '/api/v1/policy/status',
    permission: 'revisions:read',
    summary: 'Which revision counts on this node, and what is wrong.',
    handle: async (_, { policy }) => ({ status: 200, body: policy.status() }),
  },
]
