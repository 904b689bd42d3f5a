import type { Audit } from '../governance/audit/index.ts'
import type { People } from '../governance/people/index.ts'
import type { Ledger, LedgerVerdict } from '../governance/usage/index.ts'
import type { Clock } from '../lib/clock.ts'
import type { Random } from '../lib/random.ts'
import type { TargetHealth } from '../models/routing/index.ts'
import type { LocalSecrets, Vault } from '../platform/vault/index.ts'
import type { Policy } from '../policy/index.ts'
import type { OpenRoute, Route } from './route-types.ts'
import { accessRoutes } from './routes/access.ts'
import { accountRoutes } from './routes/account.ts'
import { auditRoutes } from './routes/audit.ts'
import { brandingRoutes, openBrandingRoutes } from './routes/branding.ts'
import { documentRoutes } from './routes/documents.ts'
import { keyRoutes } from './routes/keys.ts'
import { meRoutes } from './routes/me.ts'
import { operationRoutes } from './routes/operations.ts'
import { referenceRoutes } from './routes/reference.ts'
import { revisionRoutes } from './routes/revisions.ts'
import { schemaRoutes } from './routes/schema.ts'
import { secretRoutes } from './routes/secrets.ts'
import { openSessionRoutes, sessionRoutes } from './routes/session.ts'
import { targetRoutes } from './routes/targets.ts'
import { usageRoutes } from './routes/usage.ts'
import { userRoutes } from './routes/users.ts'

/** What the routes need of the running gateway, all together; each names its own share. */
export interface ControlServices {
  readonly policy: Policy
  readonly people: People
  readonly ledger: Ledger
  readonly audit: Audit
  readonly seals: Audit
  readonly verifyLedger: () => Promise<LedgerVerdict>
  readonly random: Random
  readonly clock: Clock
  readonly vault: Vault & { readonly local: LocalSecrets }
  readonly health: TargetHealth
}

/** Every address of the control plane. */
export const CONTROL_ROUTES: readonly Route<ControlServices>[] = Object.freeze([
  ...accessRoutes,
  ...accountRoutes,
  ...auditRoutes,
  ...brandingRoutes,
  ...documentRoutes,
  ...keyRoutes,
  ...meRoutes,
  ...operationRoutes,
  ...referenceRoutes(() => [...OPEN_ROUTES, ...CONTROL_ROUTES]),
  ...revisionRoutes,
  ...schemaRoutes,
  ...secretRoutes,
  ...sessionRoutes,
  ...targetRoutes,
  ...usageRoutes,
  ...userRoutes,
])

/** Every address of the control plane that asks for no credential. */
export const OPEN_ROUTES: readonly OpenRoute<ControlServices>[] = Object.freeze([
  ...openBrandingRoutes,
  ...openSessionRoutes,
])
