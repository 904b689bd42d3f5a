import { type Clock, nextTurn } from '../../lib/clock.ts'
import type { Database } from '../../platform/storage/index.ts'
import { addResponses, type StoredResponse } from './responses.store.ts'

/** Responses on their way into the database: in memory until it has them, and not longer. */
export interface WriteBehind {
  /** Takes a response and returns; it is written soon. Never throws. */
  readonly put: (response: StoredResponse) => void
  readonly get: (principal: string, id: string) => StoredResponse | undefined
  readonly all: () => Iterable<StoredResponse>
  /** Takes a response back; says whether it was waiting. Resolves when nothing that is being written can bring it back. */
  readonly take: (principal: string, id: string) => Promise<boolean>
  /** Resolves when nothing waits, or what waits cannot be written before the stop. */
  readonly flush: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** What {@link writeBehind} needs; the database must be migrated. */
export interface WriteBehindOptions {
  readonly database: Database
  readonly clock: Clock
  /** Told when a response could not be kept, or not yet. */
  readonly problem: (message: string) => void
}

const BATCH = 50
/** What may wait for a store that is away, in characters; beyond it the oldest is given up. */
const MAX_WAITING_CHARACTERS = 64 * 1_048_576
const RETRY_AFTER_MS = 1_000

/** Makes a {@link WriteBehind}. */
export function writeBehind(options: WriteBehindOptions): WriteBehind {
  const queue = boundedQueue(options.problem)
  const stopping = new AbortController()
  let writing: Promise<unknown> | undefined
  let running: Promise<void> | undefined

  const run = async () => {
    await nextTurn()
    while (queue.size() > 0) {
      const written = writeBatch(queue, options)
      writing = written
      const isWritten = await written
      if (!isWritten && stopping.signal.aborted) break
      if (!isWritten) await options.clock.sleep(RETRY_AFTER_MS, stopping.signal).catch(() => undefined)
    }
    running = undefined
  }
  return {
    put: (response) => {
      queue.put(response)
      running ??= run()
    },
    get: (principal, id) => queue.get(keyOf({ principal, id })),
    all: queue.all,
    take: async (principal, id) => {
      const waited = queue.forget(keyOf({ principal, id }))
      await writing
      return waited
    },
    flush: async () => {
      await running
    },
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}

/** One batch in one transaction; says whether that worked. */
async function writeBatch(queue: BoundedQueue, { database, problem }: WriteBehindOptions): Promise<boolean> {
  const batch = queue.first(BATCH)
  try {
    await database.transaction((tables) => addResponses(tables, batch))
  } catch (cause) {
    problem(`stored responses cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`)
    return false
  }
  // One that was put again meanwhile waits on.
  for (const response of batch) if (queue.get(keyOf(response)) === response) queue.forget(keyOf(response))
  return true
}

interface BoundedQueue {
  readonly put: (response: StoredResponse) => void
  readonly get: (key: string) => StoredResponse | undefined
  readonly forget: (key: string) => boolean
  readonly first: (count: number) => readonly StoredResponse[]
  readonly all: () => Iterable<StoredResponse>
  readonly size: () => number
}

function boundedQueue(problem: (message: string) => void): BoundedQueue {
  const waiting = new Map<string, StoredResponse>()
  let characters = 0
  const forget = (key: string): boolean => {
    const response = waiting.get(key)
    if (response === undefined) return false
    characters -= sizeOf(response)
    return waiting.delete(key)
  }
  return {
    forget,
    get: (key) => waiting.get(key),
    first: (count) => [...waiting.values()].slice(0, count),
    all: () => waiting.values(),
    size: () => waiting.size,
    put: (response) => {
      forget(keyOf(response))
      waiting.set(keyOf(response), response)
      characters += sizeOf(response)
      for (const oldest of waiting.keys()) {
        if (characters <= MAX_WAITING_CHARACTERS) break
        forget(oldest)
        problem('a response was not kept: too many wait for the database')
      }
    },
  }
}

function keyOf({ principal, id }: Pick<StoredResponse, 'principal' | 'id'>): string {
  return `${principal}\n${id}`
}

function sizeOf({ response, input, items }: StoredResponse): number {
  return response.length + input.length + items.reduce((sum, { item }) => sum + item.length, 0)
}
