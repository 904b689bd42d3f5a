import { nextTurn } from '../../lib/clock.ts'
import type { Tables } from '../../platform/storage/index.ts'
import { idFrom } from './operation-id.ts'
import type { OperationTables } from './operation-tables.ts'
import { type RecordedFacts, readFacts } from './record-text.ts'

/** A span of time, epoch milliseconds: `from` inclusive, `to` exclusive. */
export interface TimeSpan {
  readonly from: number
  readonly to: number
}

/** Rows read in one go: over SQLite a few milliseconds of the event loop, and then everybody else has a turn. */
const ROWS_AT_ONCE = 500

/** The facts of the records of a span, oldest first, batch after batch; what comes meanwhile is not waited for. */
export async function* recordsBetween(tables: Tables, span: TimeSpan): AsyncGenerator<readonly RecordedFacts[]> {
  const before = idFrom(span.to)
  for (let after = idFrom(span.from); ; ) {
    const rows = await tables
      .tables<OperationTables>()
      .selectFrom('operations')
      .select(['id', 'record'])
      .where('id', '>', after)
      .where('id', '<', before)
      .orderBy('id')
      .limit(ROWS_AT_ONCE)
      .execute()
    const last = rows.at(-1)
    if (!last) return
    yield rows.map(({ record }) => readFacts(record))
    after = last.id
    await nextTurn()
  }
}
