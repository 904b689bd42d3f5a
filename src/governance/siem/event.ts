import type { StoredEntry } from '../audit/index.ts'
import type { OperationRecord } from '../usage/index.ts'

/** Something to tell a security information system: an entry of the audit log, or an operation. */
export type SiemEvent =
  | { readonly kind: 'audit'; readonly entry: StoredEntry; readonly hash: string }
  | { readonly kind: 'operation'; readonly record: OperationRecord }

/** What every format tells of an event. */
export interface EventFacts {
  readonly id: string
  /** Epoch milliseconds. */
  readonly at: number
  readonly action: string
  readonly actor: string
  readonly object: string
  readonly address?: string | undefined
  readonly reason?: string | undefined
  readonly isSuccess: boolean
  /** 1 informational, 2 low, 3 medium, 4 high: the numbers of OCSF. */
  readonly severity: 1 | 2 | 3 | 4
}

const REFUSED = new Set(['denied', 'blocked', 'limited', 'rejected'])
const WEIGHTY = /^(secret\.reveal|bootstrap\.use|subject\.erase|vault\.rotate|content\.read|policy\.rollback|hold\.)/

/** The facts of an event. */
export function factsOf(event: SiemEvent): EventFacts {
  if (event.kind === 'audit') {
    const { log, sequence, at, action, actor, object = '', address, reason } = event.entry
    const severity = WEIGHTY.test(action) ? 3 : 1
    return {
      id: `${log}/${sequence}`,
      at: Date.parse(at),
      action,
      actor,
      object,
      address,
      reason,
      isSuccess: true,
      severity,
    }
  }
  const { id, at, kind, principal = 'nobody', modelAsked = '', outcome, decision } = event.record
  return {
    id,
    at,
    action: kind,
    actor: principal,
    object: modelAsked === '' ? '' : `model:${modelAsked}`,
    reason: decision.reason,
    isSuccess: outcome === 'succeeded',
    severity: outcome === 'blocked' || outcome === 'denied' ? 3 : REFUSED.has(outcome) ? 2 : 1,
  }
}

/** The event as it is kept. */
export function bodyOf(event: SiemEvent): object {
  return event.kind === 'audit' ? { ...event.entry, hash: event.hash } : event.record
}
