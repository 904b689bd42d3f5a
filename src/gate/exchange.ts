import type { Pseudonyms, Verdict } from '../governance/guardrails/index.ts'
import type { Caller } from '../governance/identity/index.ts'
import type { Hold } from '../governance/limits/index.ts'
import type { Outcome } from '../governance/usage/index.ts'
import type { GatewayError } from '../lib/errors.ts'
import type { Attempt, Served, ServedStream } from '../models/routing/index.ts'
import type { Snapshot } from '../policy/index.ts'
import type { GovernedCall } from './governed.ts'
import type { Grant } from './grant.ts'
import type { OperationFacts } from './incoming.ts'
import type { Gate } from './parts.ts'
import type { Claim } from './replays.ts'
import { type ExchangeTrace, traceOf } from './trace.ts'
import type { Transcript } from './transcript.ts'

/** The steps of the story whose time is taken. */
export type Step = 'authenticate' | 'receive' | 'decode' | 'authorize' | 'reserve' | 'inspect' | 'perform' | 'answer'

/** What is known of the cost so far. */
export interface Metered {
  input: number
  output: number
  cacheRead: number
  cacheWrite: number
  reasoning: number
  /** Counted by the gate because the provider did not say, or the answer was cut. */
  partial: boolean
  /** Nano-USD. */
  cost: number
  priceVersion: string | undefined
  priceKnown: boolean
}

/**
 * The life of one operation. It is bound to ONE snapshot from beginning to end and closes exactly once: with the last
 * byte, a failure, or the client's hang-up. Closing settles the hold and writes the one ledger record.
 */
export class Exchange {
  readonly id: string
  readonly requestId: string
  readonly decisionId: string
  readonly trace: ExchangeTrace
  readonly snapshot: Snapshot
  readonly startedAt: number
  /** Aborts with the client. */
  readonly signal: AbortSignal
  readonly tags: Readonly<Record<string, string>>

  caller: Caller | undefined
  call: GovernedCall | undefined
  grant: Grant | undefined
  hold: Hold | undefined
  served: Served | undefined
  error: GatewayError | undefined
  status = 0
  streamed = false
  /** The answer that streams, from the moment it has begun at the upstream. */
  stream: ServedStream | undefined
  /** Milliseconds spent waiting for others, upstreams and a client that sends or reads slowly: what is not overhead. */
  othersMs = 0
  /** The model that answers instead of the one asked for, because a budget says so. */
  downgradedTo: string | undefined
  cache: 'hit' | 'miss' | 'off' = 'off'
  readonly attempts: Attempt[] = []
  readonly verdicts: Verdict[] = []
  readonly warnings: string[] = []
  readonly timings: Partial<Record<Step | 'firstToken' | 'overhead', number>> = {}
  readonly metered: Metered = {
    input: 0,
    output: 0,
    cacheRead: 0,
    cacheWrite: 0,
    reasoning: 0,
    partial: false,
    cost: 0,
    priceVersion: undefined,
    priceKnown: true,
  }
  /** Names that the model reads instead of values, when a guardrail masks reversibly. */
  pseudonyms: Pseudonyms | undefined
  /** The request as a Capture document wants it kept. */
  capturedRequest: string | undefined
  /** What the client is told, where something needs it. */
  transcript: Transcript | undefined
  /** This operation answers for its idempotency key. */
  claim: Claim | undefined

  private closed = false
  private stepStart: number

  constructor(
    readonly gate: Gate,
    readonly operation: OperationFacts,
    tags: Readonly<Record<string, string>>,
    private readonly onClose: (exchange: Exchange, outcome: Outcome) => void,
  ) {
    this.id = gate.ids('op')
    // One operation, one number: what a client quotes from any header leads to the record by its primary key.
    const number = this.id.slice(this.id.indexOf('_'))
    this.requestId = `req${number}`
    this.decisionId = `dec${number}`
    this.trace = traceOf(operation.incoming.headers, gate.traceIds)
    this.snapshot = gate.snapshot()
    this.startedAt = gate.clock.now()
    this.stepStart = operation.incoming.receivedAt
    this.signal = operation.incoming.signal
    this.tags = tags
  }

  /** Marks the end of a step; its time is what passed since the step before. */
  lap(step: Step): void {
    const tick = this.gate.clock.monotonic()
    this.timings[step] = (this.timings[step] ?? 0) + tick - this.stepStart
    this.stepStart = tick
  }

  /** Adds a warning for the `x-gatehouse-warnings` header, once. */
  readonly warn = (warning: string): void => {
    if (this.warnings.length < 32 && !this.warnings.includes(warning)) this.warnings.push(warning)
  }

  /** Whether the record has been written. */
  get isClosed(): boolean {
    return this.closed
  }

  /**
   * Ends the operation. Only the first call counts: whatever comes later has come too late to change the record.
   * INVARIANT: called before the last byte of the answer is handed to the client.
   */
  close(outcome: Outcome): void {
    if (this.closed) return
    this.closed = true
    try {
      this.onClose(this, outcome)
    } finally {
      this.operation.incoming.closed()
    }
  }
}
