import type { Clock } from '../../lib/clock.ts'
import type { Database, Tables } from '../../platform/storage/index.ts'
import type { Audit } from '../audit/index.ts'
import { countExpired, deleteExpired, type Expiry, type ExpiryCount } from './expiry.store.ts'
import { addHold, type Hold, listHolds, removeHold } from './holds.store.ts'

/** Deletes what is older than the organisation wants to keep; run as a job. */
export interface Retention {
  /** How much would go: nothing is touched. */
  readonly dryRun: (expiry: Expiry) => Promise<ExpiryCount>
  readonly run: (expiry: Expiry) => Promise<ExpiryCount>
}

/** Makes a {@link Retention} over the ledger's tables. */
export function retention(database: Database): Retention {
  return {
    dryRun: (expiry) => countExpired(database, expiry),
    run: (expiry) => deleteExpired(database, expiry),
  }
}

/** For how long records are kept, and what is held. */
export interface Records {
  /** What the next run would delete. */
  readonly preview: () => Promise<ExpiryCount & { readonly operationsBefore?: number; readonly holds: number }>
  /** Deletes what has expired. That operations are going is told in the audit log first, so that their seals say no fault. */
  readonly expire: () => Promise<ExpiryCount>
  readonly holds: () => Promise<readonly Hold[]>
  /** Lays a hold; `also` runs in the same transaction. */
  readonly lay: (hold: Omit<Hold, 'at'>, also: (tables: Tables) => Promise<unknown>) => Promise<Hold>
  /** Lifts a hold and gives it; `also` runs in the same transaction, and only then. */
  readonly lift: (id: string, also: (tables: Tables, hold: Hold) => Promise<unknown>) => Promise<Hold | undefined>
}

/** What {@link recordKeeping} needs. */
export interface RecordKeeping {
  readonly database: Database
  readonly clock: Clock
  readonly audit: Pick<Audit, 'record'>
  /** Operations are kept so long, milliseconds; absent: for ever. */
  readonly operationsMs?: number | undefined
}

/** Makes the {@link Records} of an organisation. */
export function recordKeeping({ database, clock, audit, operationsMs }: RecordKeeping): Records {
  const keeper = retention(database)
  const expiry = (): Expiry => {
    const now = clock.now()
    return { now, ...(operationsMs !== undefined && { operationsBefore: now - operationsMs }) }
  }
  return {
    preview: async () => {
      const { operationsBefore } = expiry()
      const counts = await keeper.dryRun(expiry())
      const holds = (await listHolds(database)).length
      return { ...counts, holds, ...(operationsBefore !== undefined && { operationsBefore }) }
    },
    expire: async () => {
      const wanted = expiry()
      const { operations } = await keeper.dryRun(wanted)
      if (operations > 0 && wanted.operationsBefore !== undefined) {
        const operationsBefore = new Date(wanted.operationsBefore).toISOString()
        await audit.record({ actor: 'system', action: 'ledger.expire', facts: { operationsBefore, operations } })
      }
      return keeper.run(wanted)
    },
    holds: () => listHolds(database),
    lay: (hold, also) =>
      database.transaction(async (tables) => {
        const laid = { ...hold, at: clock.now() }
        await addHold(tables, laid)
        await also(tables)
        return laid
      }),
    lift: (id, also) =>
      database.transaction(async (tables) => {
        const hold = await removeHold(tables, id)
        if (hold) await also(tables, hold)
        return hold
      }),
  }
}
