import type { Clock } from '../../lib/clock.ts'
import { GatewayError } from '../../lib/errors.ts'
import type { IdMaker } from '../../lib/ids.ts'
import type { Database, Tables } from '../../platform/storage/index.ts'
import type { Audit, AuditOrigin } from '../audit/index.ts'
import {
  type AccessRequestRow,
  addRequest,
  countWaiting,
  endRequest,
  findRequest,
  listRequests,
  type RequestEnd,
  type RequestFilter,
} from './access-requests.store.ts'

/** What somebody asks for. */
export interface NewRequest
  extends Pick<AccessRequestRow, 'requester' | 'principal' | 'team' | 'action' | 'resource' | 'reason' | 'days'> {
  readonly origin: AuditOrigin
}

/** Who decides, and what they say about it. */
export interface Deciding {
  readonly decidedBy: string
  readonly note?: string | undefined
  readonly origin: AuditOrigin
}

/** The Grant that an approval makes. */
export interface ApprovedGrant {
  readonly name: string
  /** Epoch milliseconds. */
  readonly ends: number
}

/** Requests for access: asked, and approved, declined or withdrawn, once. Each step is told in the audit log. */
export interface AccessRequests {
  /** Throws `conflict` when the same is asked already, `rate_limited` when too many of the requester's wait. */
  readonly ask: (request: NewRequest) => Promise<AccessRequestRow>
  /** Throws `not_found`. */
  readonly find: (id: string) => Promise<AccessRequestRow>
  readonly list: (
    filter: RequestFilter,
    page: { readonly limit: number; readonly before?: string | undefined },
  ) => Promise<readonly AccessRequestRow[]>
  /** Throws `conflict` when the request does not wait any more. */
  readonly end: (id: string, state: 'declined' | 'withdrawn', deciding: Deciding) => Promise<void>
  /**
   * Ends a request as approved, within the transaction that makes the Grant: both happen or neither. Throws `conflict`
   * when the request does not wait any more.
   */
  readonly approve: (
    id: string,
    deciding: Deciding & { readonly grant: ApprovedGrant },
  ) => (tables: Tables) => Promise<void>
}

/** What {@link accessRequests} needs; the database must be migrated. */
export interface AccessRequestOptions {
  readonly database: Database
  readonly audit: Pick<Audit, 'append'>
  readonly clock: Clock
  readonly ids: IdMaker
}

const MOST_WAITING = 50

/** Makes the requests for access of one organisation. */
export function accessRequests({ database, audit, clock, ids }: AccessRequestOptions): AccessRequests {
  const found = async (tables: Tables, id: string): Promise<AccessRequestRow> => {
    const row = await findRequest(tables, id)
    if (row) return row
    throw new GatewayError('not_found', { message: `There is no request ${id}.` })
  }
  const ended = async (tables: Tables, id: string, end: RequestEnd): Promise<void> => {
    if (await endRequest(tables, id, end)) return
    const { state } = await found(tables, id)
    throw new GatewayError('conflict', { message: `The request is ${state} already.`, facts: { state } })
  }
  return {
    ask: async ({ origin, ...asked }) => {
      const row = { ...asked, id: ids('acr'), state: 'pending', ...NOTHING_DECIDED } as const
      await database.transaction(async (tables) => {
        if ((await countWaiting(tables, asked.requester)) >= MOST_WAITING) {
          throw new GatewayError('rate_limited', { message: `At most ${MOST_WAITING} of your requests may wait.` })
        }
        if (!(await addRequest(tables, row))) {
          throw new GatewayError('conflict', { message: 'This was asked already and waits for an answer.' })
        }
        const facts = { on: row.resource, for: row.principal, days: row.days }
        await audit.append(tables, { ...origin, action: 'access.request', object: row.id, reason: row.reason, facts })
      })
      return row
    },
    find: (id) => found(database, id),
    list: (filter, page) => listRequests(database, filter, page),
    end: (id, state, { decidedBy, note, origin }) =>
      database.transaction(async (tables) => {
        const end = { ...NOTHING_DECIDED, state, decided_by: decidedBy, decided_at: clock.now(), note: note ?? null }
        await ended(tables, id, end)
        await audit.append(tables, { ...origin, action: `access.${ENDS[state]}`, object: id, reason: note })
      }),
    approve:
      (id, { decidedBy, note, grant }) =>
      (tables) =>
        // The Grant's own entry in the audit log names the request; it is written in the same transaction.
        ended(tables, id, {
          state: 'approved',
          decided_by: decidedBy,
          decided_at: clock.now(),
          note: note ?? null,
          grant_name: grant.name,
          grant_ends: grant.ends,
        }),
  }
}

const ENDS = { declined: 'decline', withdrawn: 'withdraw' } as const

const NOTHING_DECIDED = {
  decided_by: null,
  decided_at: null,
  note: null,
  grant_name: null,
  grant_ends: null,
} as const
