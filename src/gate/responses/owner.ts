import type { Caller } from '../../governance/identity/index.ts'

/**
 * Whose a kept response is: its principal's, so that any key of an app goes on with what another began. What is made with
 * a key that is narrowed stays with that key, and such a key sees nothing else: it may lack the model that answered.
 */
export function ownerOf({ principal, key, narrowTo, onBehalfOf }: Caller): string {
  const own = narrowTo === undefined || key === undefined ? principal : `key:${key}`
  // What an agent makes for one person is not there when it acts for another.
  return onBehalfOf === undefined ? own : `${own} for ${onBehalfOf.principal}`
}
