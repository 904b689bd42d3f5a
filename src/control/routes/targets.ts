import { listOf } from '../../contract/list.ts'
import { targetAnswer } from '../../contract/targets.ts'
import type { TargetHealth } from '../../models/routing/index.ts'
import type { Route } from '../route-types.ts'

/** What the routes of targets need. */
export interface TargetServices {
  readonly health: Pick<TargetHealth, 'report'>
}

/** `/api/v1/targets`: how the upstreams have been doing lately, as this process sees it. */
export const targetRoutes: readonly Route<TargetServices>[] = [
  {
    method: 'GET',
    path: '/api/v1/targets',
    permission: 'models:read',
    summary: 'Every target that was called: latency, calls in flight, failures, cool-down.',
    answer: listOf(targetAnswer),
    handle: async (_, { health }) => ({ status: 200, body: { items: health.report(), nextCursor: null } }),
  },
]
