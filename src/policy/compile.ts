import { administers, compileAccess, compileRoles } from '../governance/access/index.ts'
import { compileGuardrails, smallModels } from '../governance/guardrails/index.ts'
import { compileIdentity } from '../governance/identity/index.ts'
import { compileLimits } from '../governance/limits/index.ts'
import { captureKind, compileCapture } from '../governance/usage/index.ts'
import { type Catalog, compilePricing } from '../models/catalog/index.ts'
import { compileModels } from '../models/routing/index.ts'
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
export function compiler(catalog: Catalog): Compile {
  const trained = smallModels()
  return (documents, { number, publishedAt }) => {
    const access = compileAccess(documents)
    const identity = compileIdentity(documents, {
      administers: (caller) => administers(access, caller),
      isPrivileged: (caller) => roles.rightsOf(caller).roles.some((role) => role !== 'member'),
    })
    const roles = compileRoles(documents, { access, identity })
    const capture = compileCapture(documents.all(captureKind))
    const models = compileModels(documents, { catalog, pricing: compilePricing(documents) })
    const guardrails = compileGuardrails(documents, { models: trained })
    return Object.freeze({
      revision: documents.revision,
      number,
      publishedAt,
      documents,
      models,
      identity,
      access,
      roles,
      limits: compileLimits(documents),
      guardrails,
      capture,
    })
  }
}
