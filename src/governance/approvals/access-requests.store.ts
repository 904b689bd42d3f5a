import type { Tables } from '../../platform/storage/index.ts'

/** How a request for access stands. */
export const REQUEST_STATES = ['pending', 'approved', 'declined', 'withdrawn'] as const
/** One of {@link REQUEST_STATES}. */
export type RequestState = (typeof REQUEST_STATES)[number]

/** A request for access. Instants in epoch milliseconds; when it was made stands in its id. */
export interface AccessRequestRow {
  readonly id: string
  /** Who asked: `user:x`. */
  readonly requester: string
  /** For whom: themselves, or a program that they answer for. */
  readonly principal: string
  /** The team of that principal. */
  readonly team: string | null
  readonly action: string
  readonly resource: string
  readonly reason: string
  /** For how long it was asked. */
  readonly days: number
  readonly state: RequestState
  readonly decided_by: string | null
  readonly decided_at: number | null
  readonly note: string | null
  /** The Grant that the approval made. */
  readonly grant_name: string | null
  readonly grant_ends: number | null
}

interface ApprovalTables {
  readonly access_requests: AccessRequestRow
}

/** Which requests are meant; what is absent does not matter. */
export interface RequestFilter {
  readonly state?: RequestState | undefined
  /** Only those of these principals or teams, or asked by this requester; absent: all. */
  readonly within?: RequestsWithin | undefined
}

/** Requests of any of these principals or teams, or by any of these requesters: one match is enough, none named is none. */
export interface RequestsWithin {
  readonly principals: readonly string[]
  readonly teams: readonly string[]
  readonly requesters: readonly string[]
}

const rows = (tables: Tables) => tables.tables<ApprovalTables>()

/** Adds a request. Gives false when one for the same already waits. */
export async function addRequest(tables: Tables, row: AccessRequestRow): Promise<boolean> {
  const { numInsertedOrUpdatedRows = 0n } = await rows(tables)
    .insertInto('access_requests')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows > 0n
}

/** One request; undefined when there is none. */
export async function findRequest(tables: Tables, id: string): Promise<AccessRequestRow | undefined> {
  const row = await rows(tables).selectFrom('access_requests').selectAll().where('id', '=', id).executeTakeFirst()
  return row && numbered(row)
}

/** How many requests of somebody wait. */
export async function countWaiting(tables: Tables, requester: string): Promise<number> {
  const { count } = await rows(tables)
    .selectFrom('access_requests')
    .select((is) => is.fn.countAll<number>().as('count'))
    .where('requester', '=', requester)
    .where('state', '=', 'pending')
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** Requests, newest first, from behind `before`. */
export async function listRequests(
  tables: Tables,
  { state, within }: RequestFilter,
  page: { readonly limit: number; readonly before?: string | undefined },
): Promise<readonly AccessRequestRow[]> {
  let select = rows(tables).selectFrom('access_requests').selectAll()
  if (state !== undefined) select = select.where('state', '=', state)
  if (page.before !== undefined) select = select.where('id', '<', page.before)
  if (within) {
    const columns = [
      ['principal', within.principals],
      ['team', within.teams],
      ['requester', within.requesters],
    ] as const
    const named = columns.filter(([, names]) => names.length > 0)
    select = select.where((is) =>
      named.length === 0 ? is.lit(false) : is.or(named.map(([column, names]) => is(column, 'in', names))),
    )
  }
  const found = await select.orderBy('id', 'desc').limit(page.limit).execute()
  return found.map(numbered)
}

/** What ends a request. */
export type RequestEnd = Pick<
  AccessRequestRow,
  'state' | 'decided_by' | 'decided_at' | 'note' | 'grant_name' | 'grant_ends'
>

/** Ends a request that waits; false when it does not wait any more. */
export async function endRequest(tables: Tables, id: string, end: RequestEnd): Promise<boolean> {
  const { numUpdatedRows } = await rows(tables)
    .updateTable('access_requests')
    .set(end)
    .where('id', '=', id)
    .where('state', '=', 'pending')
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

function numbered(row: AccessRequestRow): AccessRequestRow {
  const number = (value: number | null) => (value === null ? null : Number(value))
  return { ...row, days: Number(row.days), decided_at: number(row.decided_at), grant_ends: number(row.grant_ends) }
}
