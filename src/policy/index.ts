export type { ChangeOrigin } from './audited.ts'
export type { Applied, BeforeAndAfter, ChangeRequest, Permit } from './changes.ts'
export { adviceOnSources, type Check, checkDocuments } from './check.ts'
export { type Compile, type CompileOptions, compiler } from './compile.ts'
export { addedUses } from './credential-uses.ts'
export { readPolicy } from './directory.ts'
export type { FieldChange } from './field-diff.ts'
export type { Foresight, ForesightOptions } from './foresee.ts'
export { type Fault, type FaultSource, type PolicyLog, type SnapshotHolder, secretRefsOf } from './holder.ts'
export { POLICY_KINDS } from './kinds.ts'
export type { PolicyOptions, PolicyStatus } from './options.ts'
export type { Change, Intent, Party } from './plan.ts'
export {
  createPolicy,
  type DeleteDocument,
  type Policy,
  type PutDocument,
} from './policy.ts'
export { POLICY_MIGRATIONS, type RevisionSummary } from './revisions.store.ts'
export type { Snapshot } from './snapshot.ts'
export { etagOf } from './stored.ts'
export { administratorDocument } from './system.ts'
export type { TestResult } from './tests/run-tests.ts'
export { type TestReport, testPolicy } from './tests/test-directory.ts'
