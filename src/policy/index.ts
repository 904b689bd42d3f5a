export type { Applied, ChangeRequest } from './changes.ts'
export { compile } from './compile.ts'
export { readPolicy } from './directory.ts'
export type { FieldChange } from './field-diff.ts'
export type { Fault, FaultSource, PolicyLog, SnapshotHolder } from './holder.ts'
export { POLICY_KINDS } from './kinds.ts'
export type { PolicyOptions, PolicyStatus } from './options.ts'
export type { Change, Intent, Party } from './plan.ts'
export {
  createPolicy,
  type DeleteDocument,
  type Policy,
  type PutDocument,
  problemsOf,
} from './policy.ts'
export { policyMigrations, type RevisionSummary } from './revisions.store.ts'
export type { Snapshot } from './snapshot.ts'
export { etagOf } from './stored.ts'
