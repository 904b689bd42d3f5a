import type { Database } from '../../platform/storage/index.ts'
import { countExpired, deleteExpired, type Expiry, type ExpiryCount } from './operations.store.ts'

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
