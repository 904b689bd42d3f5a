import type { Alerts } from '../governance/alerts/index.ts'
import type { AccessRequests, Reviews } from '../governance/approvals/index.ts'
import type { Audit } from '../governance/audit/index.ts'
import type { GuardrailTrial } from '../governance/guardrails/index.ts'
import type { People } from '../governance/people/index.ts'
import type { Scim, Sso } from '../governance/sso/index.ts'
import type { Ledger, LedgerVerdict, Records } from '../governance/usage/index.ts'
import type { Clock } from '../lib/clock.ts'
import type { IdMaker } from '../lib/ids.ts'
import type { Random } from '../lib/random.ts'
import type { TargetHealth } from '../models/routing/index.ts'
import type { Coordinator } from '../platform/coordination/index.ts'
import type { Bindings, LocalSecrets, SubjectKeys, Vault } from '../platform/vault/index.ts'
import type { Policy } from '../policy/index.ts'
import type { OpenRoute, Route } from './route-types.ts'
import { accessRoutes } from './routes/access.ts'
import { accountRoutes } from './routes/account.ts'
import { alertRoutes } from './routes/alerts.ts'
import { auditRoutes } from './routes/audit.ts'
import { brandingRoutes, openBrandingRoutes } from './routes/branding.ts'
import { budgetRoutes } from './routes/budgets.ts'
import { documentRoutes } from './routes/documents.ts'
import { facetRoutes } from './routes/facets.ts'
import { guardrailRoutes } from './routes/guardrails.ts'
import { keyRoutes } from './routes/keys.ts'
import { openLeakRoutes } from './routes/leaked-keys.ts'
import { liveRoutes } from './routes/live.ts'
import { meRoutes } from './routes/me.ts'
import { modelRoutes } from './routes/models.ts'
import { operationRoutes } from './routes/operations.ts'
import { overviewRoutes } from './routes/overview.ts'
import { referenceRoutes } from './routes/reference.ts'
import { requestRoutes } from './routes/requests.ts'
import { reviewRoutes } from './routes/reviews.ts'
import { revisionRoutes } from './routes/revisions.ts'
import { schemaRoutes } from './routes/schema.ts'
import { scimRoutes } from './routes/scim.ts'
import { secretRoutes } from './routes/secrets.ts'
import { openSessionRoutes, sessionRoutes } from './routes/session.ts'
import { openSsoRoutes } from './routes/sso.ts'
import { subjectRoutes } from './routes/subjects.ts'
import { targetRoutes } from './routes/targets.ts'
import { teamRoutes } from './routes/teams.ts'
import { usageRoutes } from './routes/usage.ts'
import { userRoutes } from './routes/users.ts'

/** What the routes need of the running gateway, all together; each names its own share. */
export interface ControlServices {
  readonly policy: Policy
  readonly people: People
  readonly sso: Sso
  readonly scim: Scim
  readonly publicUrl: string
  readonly ledger: Ledger
  readonly alerts: Alerts
  readonly audit: Audit
  readonly seals: Audit
  readonly ids: IdMaker
  readonly records: Records
  readonly subjects: SubjectKeys
  readonly forgetResponses: (principal: string) => Promise<void>
  readonly verifyLedger: () => Promise<LedgerVerdict>
  readonly random: Random
  readonly clock: Clock
  readonly vault: Vault & { readonly local: LocalSecrets; readonly bindings: Bindings }
  readonly health: TargetHealth
  readonly coordinator: Coordinator
  readonly requests: AccessRequests
  readonly reviews: Reviews
  readonly guardrails: GuardrailTrial
}

/** Every address of the control plane. */
export const CONTROL_ROUTES: readonly Route<ControlServices>[] = Object.freeze([
  ...accessRoutes,
  ...accountRoutes,
  ...alertRoutes,
  ...auditRoutes,
  ...brandingRoutes,
  ...budgetRoutes,
  ...documentRoutes,
  ...guardrailRoutes,
  ...keyRoutes,
  ...meRoutes,
  ...modelRoutes,
  // Before the one operation of an id, which would take their words for one.
  ...facetRoutes,
  ...liveRoutes,
  ...operationRoutes,
  ...overviewRoutes,
  ...requestRoutes,
  ...reviewRoutes,
  ...revisionRoutes,
  ...schemaRoutes,
  ...scimRoutes,
  ...secretRoutes,
  ...sessionRoutes,
  ...subjectRoutes,
  ...targetRoutes,
  ...teamRoutes,
  ...usageRoutes,
  ...userRoutes,
])

/** Every address of the control plane that asks for no credential. */
export const OPEN_ROUTES: readonly OpenRoute<ControlServices>[] = Object.freeze([
  ...openBrandingRoutes,
  ...referenceRoutes(() => [...OPEN_ROUTES, ...CONTROL_ROUTES]),
  ...openLeakRoutes,
  ...openSessionRoutes,
  ...openSsoRoutes,
])
