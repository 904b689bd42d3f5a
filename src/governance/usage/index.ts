export { type CaptureSpec, captureKind } from './capture.kind.ts'
export { type Capture, type CaptureIndex, compileCapture } from './capture-index.ts'
export type { Expiry, ExpiryCount } from './expiry.store.ts'
export { type Hold, heldBy } from './holds.store.ts'
export { type Ledger, type LedgerOptions, type LedgerStatus, type OperationPage, openLedger } from './ledger.ts'
export type { OperationFilter, Within } from './operation-tables.ts'
export type {
  OperationCursor,
  OperationIdKind,
  SpendScope,
} from './operations.store.ts'
export type {
  OperationKind,
  OperationRecord,
  Outcome,
  RecordedAttempt,
  RecordedTokens,
} from './record.ts'
export { OUTCOMES } from './record.ts'
export type { RecordedFacts } from './record-text.ts'
export { type Records, recordKeeping } from './retention.ts'
export { DIMENSIONS, type Dimension, type Measure, type UsageQuery, type UsageRow } from './rollups.store.ts'
export { type SealedBatch, sealedRecords } from './sealed-records.ts'
export type { Sealing } from './seals.store.ts'
export type { TimeSpan } from './span.store.ts'
export { usageMigrations } from './usage-migrations.ts'
export { type LedgerVerdict, verifyLedger } from './verify-ledger.ts'
