import type { Audit } from '../governance/audit/index.ts'
import type { Ledger } from '../governance/usage/index.ts'
import type { Clock } from '../lib/clock.ts'
import type { Catalog } from '../models/catalog/index.ts'
import type { Database } from '../platform/storage/index.ts'
import type { Bindings } from '../platform/vault/index.ts'
import type { Fault, PolicyLog } from './holder.ts'
import type { Snapshot } from './snapshot.ts'

/** What policy is made from. */
export interface PolicyOptions {
  /** Migrated. Absent when it could not be reached: the gate then serves the last good documents, read-only. */
  readonly database: Database | undefined
  readonly clock: Clock
  /** What is known of models and prices beside the documents. */
  readonly catalog: Catalog
  readonly dataDir: string
  readonly log: PolicyLog
  /** To which hosts secrets may be sent; absent: to any. */
  readonly bindings?: Bindings | undefined
  /** Keeps secrets back, of which documents that no change brought in would have them sent elsewhere. */
  readonly withhold?: ((refs: readonly string[]) => void) | undefined
  /** Where every change is told, in its own transaction. */
  readonly audit?: Pick<Audit, 'append'> | undefined
  /** What was recorded, to say what a change would have done to it. */
  readonly ledger?: Pick<Ledger, 'between' | 'spentSince'> | undefined
  /** Makes the secrets at hand that documents refer to, before they count; gives those that failed (`Vault.prefetch`). */
  readonly prefetch: (secretRefs: readonly string[]) => Promise<readonly Error[]>
  /** Runs before a snapshot counts: what must be ready by then. */
  readonly prepare?: (snapshot: Snapshot) => Promise<unknown>
  /** SHA-256 (hex) of the first virtual key: of GATEHOUSE_BOOTSTRAP_KEY, or of one that was just made. */
  readonly bootstrapKeySha256: string
  /** The key above was given by the operator, so it also replaces an older one of the system's. */
  readonly bootstrapKeyGiven?: boolean
  /** On a fresh start this person (an e-mail address) may manage everything. */
  readonly firstAdministrator?: string | undefined
  /** GATEHOUSE_POLICY: a directory or file of documents that Git owns. */
  readonly policyPath?: string
}

/** How policy is. */
export interface PolicyStatus {
  readonly number: number
  readonly revision: string
  /** Epoch milliseconds. */
  readonly publishedAt: number
  /** Where the documents that count came from when this process started. */
  readonly startedFrom: 'database' | 'last-good' | 'nothing'
  /** What is wrong now; empty when all is well. */
  readonly faults: readonly Fault[]
}
