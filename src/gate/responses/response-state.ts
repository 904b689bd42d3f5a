import { GatewayError } from '../../lib/errors.ts'
import {
  deleteExpiredResponses,
  deleteResponse,
  deleteResponsesOf,
  findItems,
  findResponse,
  type StoredResponse,
} from './responses.store.ts'
import { type WriteBehindOptions, writeBehind } from './write-behind.ts'

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
  /** Forgets all of a principal. Throws `not_ready` when the store is away. */
  readonly forget: (principal: string) => Promise<void>
  /** Resolves when all that was put before has been written. */
  readonly flush: () => Promise<void>
  /** Writes what waits, as far as the database takes it, ends what is being deleted, and stops. */
  readonly stop: () => Promise<void>
}

const EXPIRE_EVERY_MS = 3_600_000

/** Makes a {@link ResponseState}. */
export function responseState(options: WriteBehindOptions): ResponseState {
  const { database, clock, problem } = options
  const behind = writeBehind(options)
  let cleaning: Promise<unknown> | undefined
  const cleaner = clock.every(EXPIRE_EVERY_MS, () => {
    cleaning ??= deleteExpiredResponses(database, clock.now())
      .catch(() => problem('expired responses could not be deleted'))
      .finally(() => {
        cleaning = undefined
      })
  })
  return {
    put: behind.put,
    flush: behind.flush,
    find: async (principal, id) =>
      behind.get(principal, id) ?? guarded(() => findResponse(database, { principal, id, now: clock.now() })),
    findItems: async (principal, ids) => {
      const found = new Map<string, string>()
      for (const response of behind.all()) {
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
      const waited = await behind.take(principal, id)
      const of = { principal, id, now: clock.now() }
      const stored = await guarded(() => database.transaction((tables) => deleteResponse(tables, of)))
      return waited || stored
    },
    forget: async (principal) => {
      await behind.flush()
      await guarded(() => database.transaction((tables) => deleteResponsesOf(tables, principal)))
    },
    stop: async () => {
      cleaner.cancel()
      await cleaning
      await behind.stop()
    },
  }
}

async function guarded<R>(read: () => Promise<R>): Promise<R> {
  try {
    return await read()
  } catch (cause) {
    throw new GatewayError('not_ready', { message: 'Stored responses cannot be read just now.', cause })
  }
}
