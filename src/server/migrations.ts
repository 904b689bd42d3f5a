import { responseMigrations } from '../gate/index.ts'
import { ALERT_MIGRATIONS } from '../governance/alerts/index.ts'
import { APPROVALS_MIGRATIONS } from '../governance/approvals/index.ts'
import { auditMigrations } from '../governance/audit/index.ts'
import { PEOPLE_MIGRATIONS } from '../governance/people/index.ts'
import { siemMigrations } from '../governance/siem/index.ts'
import { SSO_MIGRATIONS } from '../governance/sso/index.ts'
import { usageMigrations } from '../governance/usage/index.ts'
import { jobsMigrations } from '../platform/jobs/index.ts'
import type { Migration } from '../platform/storage/index.ts'
import { VAULT_MIGRATIONS } from '../platform/vault/index.ts'
import { POLICY_MIGRATIONS } from '../policy/index.ts'

/** Every room's tables, in the order in which they are made. */
export const MIGRATIONS: readonly Migration[] = Object.freeze([
  ...POLICY_MIGRATIONS,
  ...usageMigrations,
  ...jobsMigrations,
  ...VAULT_MIGRATIONS,
  ...responseMigrations,
  ...auditMigrations,
  ...siemMigrations,
  ...PEOPLE_MIGRATIONS,
  ...SSO_MIGRATIONS,
  ...APPROVALS_MIGRATIONS,
  ...ALERT_MIGRATIONS,
])
