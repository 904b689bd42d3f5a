import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import type { Tables } from '../../platform/storage/index.ts'
import { type Held, heldBy, listHolds } from './holds.store.ts'
import { idFrom } from './operation-id.ts'
import type { OperationTables } from './operation-tables.ts'

const DELETED_A_STATEMENT = 1_000
const NOTHING: ExpiryCount = Object.freeze({ operations: 0, contents: 0 })

/** What is too old; instants in epoch milliseconds. */
export interface Expiry {
  readonly now: number
  /** Operations that began before this go, with their content; absent: none. Roll-ups stay. */
  readonly operationsBefore?: number
  /** Content of operations that began before this goes, whatever it was promised; absent: by its own date alone. */
  readonly contentBefore?: number
}

/** How much would go, or went. */
export interface ExpiryCount {
  readonly operations: number
  readonly contents: number
}

/** Counts what {@link deleteExpired} would delete: what is held is not among it. */
export async function countExpired(tables: Tables, expiry: Expiry): Promise<ExpiryCount> {
  const held = heldBy(await listHolds(tables))
  if (held.all) return NOTHING
  const kysely = tables.tables<OperationTables>()
  const operations = await kysely
    .selectFrom('operations')
    .select((is) => is.fn.countAll<number>().as('count'))
    .where('id', '<', idFrom(expiry.operationsBefore ?? 0))
    .where((is) => isFree(is, held))
    .executeTakeFirstOrThrow()
  const contents = await expiredContents(tables, expiry, held)
    .select((is) => is.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return { operations: operations.count, contents: contents.count }
}

/** Deletes what is too old and not held, in pieces, so that nobody waits long for it. */
export async function deleteExpired(tables: Tables, expiry: Expiry): Promise<ExpiryCount> {
  const held = heldBy(await listHolds(tables))
  if (held.all) return NOTHING
  const kysely = tables.tables<OperationTables>()
  const contents = await inPieces(() =>
    kysely
      .deleteFrom('operation_contents')
      .where('id', 'in', expiredContents(tables, expiry, held).select('id').limit(DELETED_A_STATEMENT))
      .executeTakeFirst(),
  )
  const before = expiry.operationsBefore
  if (before === undefined) return { operations: 0, contents }
  const operations = await inPieces(() =>
    kysely
      .deleteFrom('operations')
      .where('id', 'in', (is) =>
        is
          .selectFrom('operations')
          .select('id')
          .where('id', '<', idFrom(before))
          .where((free) => isFree(free, held))
          .orderBy('id')
          .limit(DELETED_A_STATEMENT),
      )
      .executeTakeFirst(),
  )
  return { operations, contents }
}

function expiredContents(tables: Tables, expiry: Expiry, held: Held) {
  const edge = idFrom(Math.max(expiry.operationsBefore ?? 0, expiry.contentBefore ?? 0))
  const expired = tables
    .tables<OperationTables>()
    .selectFrom('operation_contents')
    .where((is) => is.or([is('expires_at', '<=', expiry.now), is('id', '<', edge)]))
  if (held.team.length + held.app.length + held.user.length === 0) return expired
  return expired.where('id', 'not in', (is) =>
    is
      .selectFrom('operations')
      .select('operations.id')
      .where((of) => of.not(isFree(of, held))),
  )
}

/** That an operation is of nobody who is held. Its columns may be null, which is not in any list. */
function isFree(is: ExpressionBuilder<OperationTables, 'operations'>, held: Held): Expression<SqlBool> {
  const columns = ['team', 'app', 'user'] as const
  const free = columns
    .filter((column) => held[column].length > 0)
    .map((column) => is.or([is(column, 'is', null), is(column, 'not in', held[column])]))
  return is.and(free)
}

async function inPieces(piece: () => Promise<{ readonly numDeletedRows: bigint }>): Promise<number> {
  let total = 0
  for (;;) {
    const deleted = Number((await piece()).numDeletedRows)
    total += deleted
    if (deleted < DELETED_A_STATEMENT) return total
  }
}
