import { liveQuery, type OperationAnswer } from '../../contract/operations.ts'
import type { Ledger, OperationFilter } from '../../governance/usage/index.ts'
import type { Clock } from '../../lib/clock.ts'
import { GatewayError } from '../../lib/errors.ts'
import type { Coordinator } from '../../platform/coordination/index.ts'
import type { Policy } from '../../policy/index.ts'
import { withinReach } from '../ledger-reach.ts'
import type { Route } from '../route-types.ts'
import { operationAnswerOf } from './operations.ts'
import { readQuery } from './query.ts'

/** What following operations needs. */
export interface LiveServices {
  readonly ledger: Pick<Ledger, 'list'>
  readonly policy: Pick<Policy, 'holder'>
  readonly coordinator: Coordinator
  readonly clock: Clock
}

/** How often the store is looked at. */
const EVERY_MS = 1_000
/** After so long, or when policy changes, a stream ends and the client comes again, with the reach that it has by then. */
const LASTS_MS = 600_000
/** Of these newest operations those that are new are told; where more end in a second, the oldest of them are left out. */
const NEWEST = 200
const MOST_FOLLOWERS = 64
const MOST_OF_ONE = 4

interface Following {
  readonly services: LiveServices
  readonly filter: OperationFilter
  /** The last operation that the client has; absent: only what ends from now on is told. */
  readonly after: string | undefined
  readonly signal: AbortSignal
  readonly isStillAllowed: () => boolean
}

/** Operations as they come to the store, each once, in the order of their ids within a look. */
async function* follow({
  services,
  filter,
  after,
  signal,
  isStillAllowed,
}: Following): AsyncGenerator<OperationAnswer> {
  const { ledger, clock, policy } = services
  const until = clock.now() + LASTS_MS
  const revision = policy.holder.current().revision
  let seen: ReadonlySet<string> | undefined
  const goesOn = () =>
    !signal.aborted && clock.now() < until && policy.holder.current().revision === revision && isStillAllowed()
  while (goesOn()) {
    const newest = await ledger.list(filter, { limit: NEWEST })
    const isNew = (id: string) => (seen ? !seen.has(id) : after !== undefined && id > after)
    for (const record of newest.toReversed()) if (isNew(record.id)) yield operationAnswerOf(record)
    seen = new Set(newest.map(({ id }) => id))
    await clock.sleep(EVERY_MS, signal).catch(() => undefined)
  }
}

/** Takes a place among the followers. Throws `overloaded` when there is none. */
async function enter(coordinator: Coordinator, principal: string): Promise<() => void> {
  const places = [
    { key: 'live', limit: MOST_FOLLOWERS },
    { key: `live ${principal}`, limit: MOST_OF_ONE },
  ]
  const taken: string[] = []
  const leave = () => {
    for (const key of taken.splice(0)) void coordinator.leave(key)
  }
  for (const { key, limit } of places) {
    const { granted } = await coordinator.enter(key, limit)
    if (granted) {
      taken.push(key)
      continue
    }
    leave()
    throw new GatewayError('overloaded', { message: 'Too many are following operations already.', retryAfterMs: 5_000 })
  }
  return leave
}

function eventStream(following: Omit<Following, 'signal'>, leave: () => void): ReadableStream<Uint8Array> {
  const gone = new AbortController()
  const operations = follow({ ...following, signal: gone.signal })
  const encoder = new TextEncoder()
  return new ReadableStream({
    start: (controller) => controller.enqueue(encoder.encode(`retry: ${EVERY_MS}\n\n`)),
    pull: async (controller) => {
      try {
        const { value, done } = await operations.next()
        if (done) {
          leave()
          controller.close()
        } else
          controller.enqueue(encoder.encode(`id: ${value.id}\nevent: operation\ndata: ${JSON.stringify(value)}\n\n`))
      } catch (cause) {
        leave()
        controller.error(cause)
      }
    },
    cancel: () => {
      gone.abort()
      leave()
    },
  })
}

/** `/api/v1/operations/live`: operations as they end, as server-sent events. */
export const liveRoutes: readonly Route<LiveServices>[] = [
  {
    method: 'GET',
    path: '/api/v1/operations/live',
    permission: 'operations:read',
    scoped: true,
    summary:
      'Operations as they end, as server-sent events; the stream ends now and then, and goes on from last-event-id.',
    query: liveQuery,
    answer: 'text/event-stream',
    handle: async ({ query, reach, headers, caller, isStillAllowed }, services) => {
      const filter = { ...readQuery(liveQuery, query), ...withinReach(reach) }
      const given = headers.get('last-event-id') ?? ''
      const after = /^op_[\w-]{1,128}$/.test(given) ? given : undefined
      const leave = await enter(services.coordinator, caller.principal)
      return {
        status: 200,
        body: eventStream({ services, filter, after, isStillAllowed }, leave),
        headers: { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' },
      }
    },
  },
]
