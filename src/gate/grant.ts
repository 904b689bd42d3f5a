import type { Decision } from '../governance/access/index.ts'
import type { Guards } from '../governance/guardrails/index.ts'
import type { Caller, Scope } from '../governance/identity/index.ts'
import type { Capture } from '../governance/usage/index.ts'

/** What `authorize` grants: the decision with its reasons, and the rules under which the call may go on. */
export interface Grant {
  readonly caller: Caller
  readonly decision: Decision
  /** Every scope that caller and resource stand in. */
  readonly scopes: readonly Scope[]
  readonly guards: Guards
  /** What is kept of the content. */
  readonly capture: Capture
}
