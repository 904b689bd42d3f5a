import type { ConditionPart } from './condition-parts.ts'
import type { Decision } from './decide.ts'

/** What one grant had to say. */
export interface ExplainedRule {
  readonly rule: string
  readonly effect: 'allow' | 'deny'
  readonly mode: 'enforce' | 'monitor'
  /** `file:line` of the grant; undefined when it was not written in a file. */
  readonly at?: string
  /** The subject of the grant that the caller is (`team:claims`); undefined when it is none of them. */
  readonly subject?: string
  /** The pattern that the resource matches, with groups replaced by their members; undefined when none does. */
  readonly pattern?: string
  /** The condition as written. */
  readonly when?: string
  /** `none` when the grant has no condition. */
  readonly condition: 'none' | 'true' | 'false' | 'failed'
  /** The statements of the condition, with the values that they met. */
  readonly parts?: readonly ConditionPart[]
  /** From when it does not count any more, epoch milliseconds. */
  readonly expires?: number
  readonly ended: boolean
  readonly matches: boolean
  /** The grant that decided. */
  readonly decides: boolean
}

/** A decision with everything that led to it. */
export interface Explanation {
  readonly decision: Decision
  /** Whether the caller's key is narrowed away from the resource: then no grant is asked. */
  readonly narrowed: boolean
  /** Grants that speak of this caller or of this resource with this action: those that match first, denials first. */
  readonly rules: readonly ExplainedRule[]
  /** What would have to be otherwise for the other answer, in sentences; the smallest changes first. */
  readonly changes: readonly string[]
  /** The same for the person whom an agent acts for. */
  readonly onBehalfOf?: Explanation
}
