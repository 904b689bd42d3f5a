import type { ErrorCode } from '../../lib/errors.ts'
import type { NanoUsd } from '../../lib/money.ts'
import type { Verdict } from '../guardrails/index.ts'

/** What was done. */
export type OperationKind =
  | 'model.chat'
  | 'model.complete'
  | 'model.embed'
  | 'model.count'
  | 'model.list'
  | 'model.state'

/** How an operation may end; exactly one final record an operation. */
export const OUTCOMES = [
  'succeeded',
  'failed',
  'interrupted',
  'client_closed',
  'denied',
  'limited',
  'blocked',
  'rejected',
] as const
/** One of {@link OUTCOMES}. */
export type Outcome = (typeof OUTCOMES)[number]

/** Tokens by kind, totals including their parts. */
export interface RecordedTokens {
  readonly input: number
  readonly output: number
  readonly cacheRead: number
  readonly cacheWrite: number
  readonly reasoning: number
  /** The provider did not say, or the answer was cut: counted or estimated by the gate. */
  readonly partial: boolean
}

/** One try at one target. */
export interface RecordedAttempt {
  readonly provider: string
  /** The model as the provider knows it. */
  readonly model: string
  readonly startedAt: number
  readonly durationMs: number
  /** Until the upstream's first content, where any came. */
  readonly firstTokenMs?: number
  readonly status?: number
  readonly error?: ErrorCode
  readonly tokens?: RecordedTokens
  readonly cost: NanoUsd
}

/** The one ledger record of an operation. Instants in epoch milliseconds, money in nano-USD. JSON-serialisable as it is. */
export interface OperationRecord {
  readonly id: string
  readonly requestId: string
  readonly traceId: string
  readonly decisionId: string
  readonly at: number
  readonly durationMs: number
  readonly kind: OperationKind
  readonly surface: string
  readonly outcome: Outcome
  /** HTTP status sent to the client. */
  readonly status: number
  readonly error?: { readonly code: ErrorCode; readonly message: string; readonly detail?: string }
  /** `user:…`, `app:…`, `agent:…`; absent when nobody was recognised. */
  readonly principal?: string
  /** The chain: key, app, team, team's parents. */
  readonly key?: string
  readonly app?: string
  readonly user?: string
  readonly team?: string
  readonly teams: readonly string[]
  readonly modelAsked?: string
  /** Provider document and its model, of the attempt that served. */
  readonly provider?: string
  readonly modelServed?: string
  readonly attempts: readonly RecordedAttempt[]
  readonly tokens: RecordedTokens
  readonly cost: NanoUsd
  /** The dated price snapshot (or override) used; `unknown` when there was no price: then `cost` counts nothing for it. */
  readonly priceVersion?: string
  readonly priceKnown: boolean
  /** Milliseconds by step of the story: authenticate, authorize, reserve, inspect, perform, firstToken, overhead. */
  readonly timings: Readonly<Record<string, number>>
  readonly decision: {
    readonly effect: 'allow' | 'deny' | 'none'
    readonly rules: readonly string[]
    readonly reason?: string
  }
  readonly revision: string
  readonly verdicts: readonly Verdict[]
  readonly cache: 'hit' | 'semantic' | 'miss' | 'off'
  readonly stream: boolean
  readonly run?: string
  readonly session?: string
  readonly tags: Readonly<Record<string, string>>
  readonly warnings: readonly string[]
  /** What grants, limits and budgets in monitor mode would have done: `<name>: deny`, `<name>: rate_limited`. */
  readonly wouldHave?: readonly string[]
  /** The node that wrote it. */
  readonly node: string
  /** Captured content, only where a Capture document asks for it. */
  readonly content?: {
    readonly request?: string
    readonly answer?: string
    /** How long it is kept, milliseconds from `at`; 30 days when absent. */
    readonly retainMs?: number
  }
}
