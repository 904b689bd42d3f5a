import { grantKind, resourceGroupKind, roleKind } from '../governance/access/index.ts'
import { alertKind } from '../governance/alerts/index.ts'
import { brandingKind } from '../governance/branding/index.ts'
import { guardrailKind, wordListKind } from '../governance/guardrails/index.ts'
import { agentKind, appKind, keyKind, teamKind } from '../governance/identity/index.ts'
import { budgetKind, limitKind } from '../governance/limits/index.ts'
import { identityProviderKind } from '../governance/sso/index.ts'
import { captureKind } from '../governance/usage/index.ts'
import { pricingKind } from '../models/catalog/index.ts'
import { providerKind } from '../models/providers/index.ts'
import { modelKind } from '../models/routing/index.ts'
import type { Kind } from '../platform/documents/index.ts'

/** Every kind of document there is, in the order in which the reference tells of them. */
export const POLICY_KINDS: readonly Kind[] = Object.freeze([
  providerKind,
  modelKind,
  pricingKind,
  teamKind,
  appKind,
  agentKind,
  keyKind,
  identityProviderKind,
  resourceGroupKind,
  grantKind,
  roleKind,
  limitKind,
  budgetKind,
  guardrailKind,
  wordListKind,
  captureKind,
  alertKind,
  brandingKind,
])
