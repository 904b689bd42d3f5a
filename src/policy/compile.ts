import type { DocumentSet } from '../platform/documents/index.ts'
import type { Snapshot } from './snapshot.ts'

/** When and as what documents are compiled. */
export interface CompileOptions {
  readonly number: number
  /** Epoch milliseconds. */
  readonly publishedAt: number
}

/** Compiles valid documents into a snapshot; pure. Throws when a room cannot make sense of them. */
export function compile(documents: DocumentSet, { number, publishedAt }: CompileOptions): Snapshot {
  return Object.freeze({ revision: documents.revision, number, publishedAt, documents })
}
