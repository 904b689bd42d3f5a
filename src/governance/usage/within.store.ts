import { type RawBuilder, sql } from 'kysely'
import type { Within } from './operation-tables.ts'

/**
 * {@link Within} as a condition over the columns of operations, which know an agent by its principal alone, or of roll-ups.
 */
export function liesWithin({ agent, ...within }: Within, table: 'operations' | 'rollups'): RawBuilder<boolean> {
  const columns: Readonly<Record<string, readonly string[]>> =
    table === 'rollups' ? { ...within, agent } : { ...within, principal: agent.map((name) => `agent:${name}`) }
  const each = Object.entries(columns).flatMap(([column, all]) => {
    // Under the empty name roll-ups count what has none: it is nobody's.
    const names = all.filter((name) => name !== '')
    return names.length === 0 ? [] : [sql`${sql.ref(column)} in (${sql.join(names)})`]
  })
  return each.length === 0 ? sql<boolean>`1 = 0` : sql<boolean>`(${sql.join(each, sql` or `)})`
}
