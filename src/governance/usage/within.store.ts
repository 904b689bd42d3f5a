import { type RawBuilder, sql } from 'kysely'
import type { Within } from './operation-tables.ts'

const COLUMNS = ['team', 'user', 'app'] as const

/** {@link Within} as a condition over the columns of operations and roll-ups. */
export function liesWithin(within: Within): RawBuilder<boolean> {
  const each = COLUMNS.flatMap((column) => {
    // Under the empty name roll-ups count what has none: it is nobody's.
    const names = within[column].filter((name) => name !== '')
    return names.length === 0 ? [] : [sql`${sql.ref(column)} in (${sql.join(names)})`]
  })
  return each.length === 0 ? sql<boolean>`1 = 0` : sql<boolean>`(${sql.join(each, sql` or `)})`
}
