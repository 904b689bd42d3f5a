import { PERMISSION_NAMES } from '../contract/permissions.ts'
import type { Rights } from '../governance/access/index.ts'
import type { AuditOrigin } from '../governance/audit/index.ts'

/** What a request by an owner carries besides its own, for tests that call handlers directly. */
export const OWNER: { readonly rights: Rights; readonly reach: 'everything'; readonly origin: AuditOrigin } =
  Object.freeze({
    rights: { roles: ['owner'], permissions: PERMISSION_NAMES, reach: () => 'everything' as const },
    reach: 'everything',
    origin: { actor: 'app:bootstrap', requestId: 'req_1', address: '192.0.2.1' },
  })
