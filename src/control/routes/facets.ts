import { type FacetsAnswer, facetsAnswer, facetsQuery } from '../../contract/overview.ts'
import { DIMENSIONS, type Ledger, OUTCOMES } from '../../governance/usage/index.ts'
import type { Clock } from '../../lib/clock.ts'
import { withinReach } from '../ledger-reach.ts'
import type { Route } from '../route-types.ts'
import { readQuery } from './query.ts'

const MOST_VALUES = 100
const DEFAULT_SPAN_MS = 30 * 24 * 3_600_000

/** `/api/v1/operations/facets`: what the list can be narrowed by. From the roll-ups, so whole hours are counted. */
export const facetRoutes: readonly Route<{ readonly ledger: Pick<Ledger, 'usage'>; readonly clock: Clock }>[] = [
  {
    method: 'GET',
    path: '/api/v1/operations/facets',
    permission: 'operations:read',
    scoped: true,
    summary: 'The names by which operations can be filtered, and how many there are of each.',
    query: facetsQuery,
    answer: facetsAnswer,
    handle: async ({ query, reach }, { ledger, clock }) => {
      const { from, to = clock.now() + 1, ...where } = readQuery(facetsQuery, query)
      const span = { from: from ?? to - DEFAULT_SPAN_MS, to, where, ...withinReach(reach) }
      const facets: Partial<FacetsAnswer> = {}
      for (const dimension of DIMENSIONS) {
        const rows = await ledger.usage({ groupBy: [dimension], ...span })
        facets[dimension] = rows
          .map((row) => ({ value: row[dimension] ?? '', operations: row.operations }))
          .filter(({ value }) => value !== '')
          .toSorted((a, b) => b.operations - a.operations)
          .slice(0, MOST_VALUES)
      }
      const [all] = await ledger.usage({ groupBy: [], ...span })
      const outcome = OUTCOMES.map((value) => ({ value, operations: all?.[value] ?? 0 }))
      return { status: 200, body: { ...facets, outcome: outcome.filter(({ operations }) => operations > 0) } }
    },
  },
]
