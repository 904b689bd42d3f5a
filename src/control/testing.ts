import { PERMISSION_NAMES } from '../contract/permissions.ts'
import type { ControlRequest } from './route-types.ts'

/** What a request by an owner carries besides its own, for tests that call handlers directly. */
export const OWNER: Pick<ControlRequest, 'rights' | 'origin' | 'isStillAllowed'> & { readonly reach: 'everything' } =
  Object.freeze({
    isStillAllowed: () => true,
    rights: { roles: ['owner'], permissions: PERMISSION_NAMES, reach: () => 'everything' as const },
    reach: 'everything',
    origin: { actor: 'app:bootstrap', requestId: 'req_1', address: '192.0.2.1' },
  })
