import { type Clock, nextTurn } from '../../lib/clock.ts'
import { GatewayError } from '../../lib/errors.ts'
import type { Database } from '../../platform/storage/index.ts'
import {
  addResponses,
  deleteExpiredResponses,
  deleteResponse,
  findItems,
  findResponse,
  type StoredResponse,
} from './responses.store.ts'

/** The responses that conversations go on from. The gate keeps them itself, so that every provider can serve them. */
export interface ResponseState {
  /** Keeps a response: seen by this process at once, by others when it has been written. Never waits, never throws. */
  readonly put: (response: StoredResponse) => void
  /** A principal's response; `undefined` when there is none or it is another's. Throws `not_ready` when the store is away. */
  readonly find: (principal: string, id: string) => Promise<StoredResponse | undefined>
  /** Output items by id, as JSON text. Throws `not_ready` when the store is away. */
  readonly findItems: (principal: string, ids: readonly string[]) => Promise<ReadonlyMap<string, string>>
  /** Forgets a response; says whether it was there. Throws `not_ready` when the store is away. */
  readonly delete: (principal: string, id: string) => Promise<boolean>
  /** Resolves when all that was put before has been written, or could not be. */
  readonly flush: () => Promise<void>
  /** Writes what waits and stops. */
  readonly stop: () => Promise<void>
}

/** What {@link responseState} needs; the database must be migrated. */
export interface ResponseStateOptions {
  readonly database: Database
  readonly clock: Clock
  /** Told when a response could not be kept. */
  readonly problem: (message: string) => void
}

const BATCH = 50
/** What may wait for a store that is away, in characters; beyond it the oldest is given up. */
const MAX_WAITING_CHARACTERS = 64 * 1_048_576
const RETRY_AFTER_MS = 1_000
const EXPIRE_EVERY_MS = 3_600_000

/** Makes a {@link ResponseState} that writes behind: a response is in memory until the database has it, and not longer. */
export function responseState({ database, clock, problem }: ResponseStateOptions): ResponseState {
  const waiting = new Map<string, StoredResponse>()
  const stopping = new AbortController()
  let waitingCharacters = 0
  let writing: Promise<void> | undefined
  let running: Promise<void> | undefined

  const forget = (key: string): boolean => {
    const response = waiting.get(key)
    if (response === undefined) return false
    waitingCharacters -= sizeOf(response)
    return waiting.delete(key)
  }
  const writeBatch = async () => {
    const batch = [...waiting].slice(0, BATCH)
    await database.transaction((tables) =>
      addResponses(
        tables,
        batch.map(([, response]) => response),
      ),
    )
    // One that was put again meanwhile waits on.
    for (const [key, response] of batch) if (waiting.get(key) === response) forget(key)
  }
  const run = async () => {
    await nextTurn()
    while (waiting.size > 0) {
      writing = writeBatch()
      const failure = await writing.then(
        () => undefined,
        (cause: unknown) => cause,
      )
      writing = undefined
      if (failure === undefined) continue
      problem(`stored responses cannot be written: ${failure instanceof Error ? failure.message : String(failure)}`)
      if (stopping.signal.aborted) break
      await clock.sleep(RETRY_AFTER_MS, stopping.signal).catch(() => undefined)
    }
    running = undefined
  }
  const guarded = <R>(read: () => Promise<R>): Promise<R> =>
    read().catch((cause: unknown) => {
      throw new GatewayError('not_ready', { message: 'Stored responses cannot be read just now.', cause })
    })
  const cleaning = clock.every(EXPIRE_EVERY_MS, () => {
    deleteExpiredResponses(database, clock.now()).catch(() => problem('expired responses could not be deleted'))
  })
  return {
    put: (response) => {
      const key = keyOf(response.principal, response.id)
      forget(key)
      waiting.set(key, response)
      waitingCharacters += sizeOf(response)
      for (const oldest of waiting.keys()) {
        if (waitingCharacters <= MAX_WAITING_CHARACTERS) break
        forget(oldest)
        problem('a response was not kept: too many wait for the database')
      }
      running ??= run()
    },
    find: async (principal, id) => {
      const known = waiting.get(keyOf(principal, id))
      return known ?? guarded(() => findResponse(database, { principal, id, now: clock.now() }))
    },
    findItems: async (principal, ids) => {
      const found = new Map<string, string>()
      for (const response of waiting.values()) {
        if (response.principal !== principal) continue
        for (const { id, item } of response.items) if (ids.includes(id)) found.set(id, item)
      }
      const missing = ids.filter((id) => !found.has(id))
      if (missing.length === 0) return found
      const stored = await guarded(() => findItems(database, { principal, ids: missing, now: clock.now() }))
      for (const { id, item } of stored) found.set(id, item)
      return found
    },
    delete: async (principal, id) => {
      const waited = forget(keyOf(principal, id))
      // What is being written at this moment would come back.
      await writing?.catch(() => undefined)
      const stored = await guarded(() =>
        database.transaction((tables) => deleteResponse(tables, { principal, id, now: clock.now() })),
      )
      return waited || stored
    },
    flush: async () => {
      await running
    },
    stop: async () => {
      cleaning.cancel()
      stopping.abort()
      await running
    },
  }
}

function keyOf(principal: string, id: string): string {
  return `${principal}\n${id}`
}

function sizeOf({ response, input, items }: StoredResponse): number {
  return response.length + input.length + items.reduce((sum, { item }) => sum + item.length, 0)
}
