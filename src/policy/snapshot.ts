import type { DocumentSet } from '../platform/documents/index.ts'

/**
 * All policy as one immutable value: an operation takes it once when it opens and keeps it to its end, so nobody ever
 * sees half of a change.
 */
export interface Snapshot {
  /** The hash of the documents it was compiled from. */
  readonly revision: string
  /** The number of the revision; 0 before the first. */
  readonly number: number
  /** Epoch milliseconds. */
  readonly publishedAt: number
  readonly documents: DocumentSet
}
