import type { Tables } from '../../platform/storage/index.ts'
import { keptRows } from './operations-check.store.ts'
import type { OperationRecord } from './record.ts'
import { readRecord } from './record-text.ts'
import { newestSeal, readSeals } from './seals.store.ts'

/** Records in the order in which they were stored, which ids do not tell: a long call is stored after one that began later. */
export interface SealedBatch {
  /** The sequence of the last seal that was read; undefined when there is none behind `after`. */
  readonly last: number | undefined
  /** The newest seal's sequence, 0 before the first. */
  readonly newest: number
  readonly records: readonly OperationRecord[]
}

/** The records of the seals behind a sequence; without their content. What has expired is left out. */
export async function sealedRecords(
  tables: Tables,
  page: { readonly after: number; readonly limit: number },
): Promise<SealedBatch> {
  const newest = await newestSeal(tables)
  if (page.after >= newest) return { last: undefined, newest, records: [] }
  const seals = await readSeals(tables, { from: page.after + 1, limit: page.limit })
  const ids = seals.flatMap((seal) => seal.ids.split(' '))
  const rows = await keptRows(tables, ids)
  const records = ids.flatMap((id) => {
    const row = rows.get(id)
    return row ? [readRecord(row.record)] : []
  })
  return { last: seals.at(-1)?.sequence, newest, records }
}
