import type { Permission } from '../contract/permissions.ts'
import type { Rights } from '../governance/access/index.ts'
import { GatewayError } from '../lib/errors.ts'

/** The refusal of somebody without a permission: which one, which roles they have, and who could give it. */
export function lacking(wanted: readonly Permission[], { roles }: Rights): GatewayError {
  const having = roles.length === 0 ? 'you have no role' : `your roles (${roles.join(', ')}) do not give it`
  return new GatewayError('access_denied', {
    message: `This needs the permission ${wanted.join(' or ')}, and ${having}. An owner could change that.`,
    facts: { permission: wanted.join(' '), grantedBy: 'an owner' },
  })
}
