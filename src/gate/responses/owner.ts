import type { Caller } from '../../governance/identity/index.ts'

/**
 * Whose a kept response is: its principal's, so that any key of an app goes on with what another began. What is made with
 * a key that is narrowed stays with that key, and such a key sees nothing else: it may lack the model that answered.
 */
export function ownerOf({ principal, key, narrowTo }: Caller): string {
  return narrowTo === undefined || key === undefined ? principal : `key:${key}`
}
