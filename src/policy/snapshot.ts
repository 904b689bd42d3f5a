import type { AccessIndex, RoleIndex } from '../governance/access/index.ts'
import type { GuardrailIndex } from '../governance/guardrails/index.ts'
import type { IdentityIndex } from '../governance/identity/index.ts'
import type { LimitIndex } from '../governance/limits/index.ts'
import type { CaptureIndex } from '../governance/usage/index.ts'
import type { ModelIndex } from '../models/routing/index.ts'
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
  readonly models: ModelIndex
  readonly identity: IdentityIndex
  readonly access: AccessIndex
  readonly roles: RoleIndex
  readonly limits: LimitIndex
  readonly guardrails: GuardrailIndex
  readonly capture: CaptureIndex
}
