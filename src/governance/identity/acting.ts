import { GatewayError } from '../../lib/errors.ts'
import { callerOf, type IdentityIndex } from './identity-index.ts'
import type { Caller } from './principal.ts'

/** The header by which an agent says for whom it acts: `user:ann@example.com`, or the e-mail alone. */
export const ON_BEHALF_OF = 'x-gatehouse-on-behalf-of'

const PERSON = /^(?:user:)?([^\s:]{1,256})$/

/**
 * An agent as it acts in one call: by itself, or for the person that the header names. Naming somebody never widens what
 * the agent may, so the agent is believed. Remembered in the index, so that one caller stays one object.
 * @throws GatewayError `access_denied` when an agent that acts for people names nobody, `invalid_request` for a name that
 * is none, and when an agent that acts for itself names somebody: it would be taken for narrowed, and is not.
 */
export function actingCaller(index: IdentityIndex, caller: Caller, header: string | null): Caller {
  if (caller.agent === undefined) return caller
  if (caller.actsFor !== 'user') {
    if (header === null) return caller
    throw new GatewayError('invalid_request', {
      message: `The agent ${caller.agent} acts for itself; only an agent with \`actsFor: user\` may send ${ON_BEHALF_OF}.`,
      param: ON_BEHALF_OF,
    })
  }
  if (header === null) {
    throw new GatewayError('access_denied', {
      message: `The agent ${caller.agent} acts for people only. Name one in the header ${ON_BEHALF_OF}: user:ann@example.com.`,
    })
  }
  const known = index.remembered.acting.get(`${caller.key ?? ''}\n${caller.principal}\n${header}`)
  return known ?? newActing(index, caller, header)
}

function newActing(index: IdentityIndex, caller: Caller, header: string): Caller {
  const [, user] = PERSON.exec(header) ?? []
  const onBehalfOf = user === undefined ? undefined : callerOf(index, `user:${user}`)
  if (user === undefined || onBehalfOf === undefined) {
    throw new GatewayError('invalid_request', {
      message: `${ON_BEHALF_OF} names no person; write user:ann@example.com.`,
      param: ON_BEHALF_OF,
    })
  }
  const acting = Object.freeze({ ...caller, user, onBehalfOf })
  index.remembered.acting.set(`${caller.key ?? ''}\n${caller.principal}\n${header}`, acting)
  return acting
}
