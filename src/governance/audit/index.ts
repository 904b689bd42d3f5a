export { auditMigrations, type CheckpointRow, type EntryFilter, type EntryRow } from './audit.store.ts'
export { type Audit, type AuditOptions, type AuditProof, openAudit } from './audit.ts'
export type { AuditEntry, AuditField, AuditOrigin, StoredEntry } from './entry.ts'
export type { AuditFault, AuditMark, AuditVerdict } from './verify.ts'
