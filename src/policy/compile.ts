import { administers, compileAccess } from '../governance/access/index.ts'
import { compileIdentity } from '../governance/identity/index.ts'
import { captureKind, compileCapture } from '../governance/usage/index.ts'
import type { DocumentSet } from '../platform/documents/index.ts'
import type { Snapshot } from './snapshot.ts'

/** When and as what documents are compiled. */
export interface CompileOptions {
  readonly number: number
  /** Epoch milliseconds. */
  readonly publishedAt: number
}

/** Compiles valid documents into a snapshot; pure. Throws when a room cannot make sense of them. */
export type Compile = (documents: DocumentSet, options: CompileOptions) => Snapshot

/** Makes the compiler: every room compiles its own slice. */
export function compiler(): Compile {
  return (documents, { number, publishedAt }) => {
    const access = compileAccess(documents)
    const identity = compileIdentity(documents, { administers: (caller) => administers(access, caller) })
    const capture = compileCapture(documents.all(captureKind))
    return Object.freeze({ revision: documents.revision, number, publishedAt, documents, identity, access, capture })
  }
}
