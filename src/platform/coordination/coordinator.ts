import type { NanoUsd } from '../../lib/money.ts'

/** A value now, or a promise of it. In one process every answer is a value, so that the hot path never yields. */
export type Awaitable<T> = T | Promise<T>

/** A wish to take `amount` (requests, tokens) from a rate. */
export interface RateRequest {
  /** Names the counter; the caller makes it unique for limit, dimension and window. At most a few hundred characters. */
  readonly key: string
  readonly amount: number
  /** How many may be taken in any `perMs` milliseconds. */
  readonly limit: number
  readonly perMs: number
  readonly nowMs: number
  /** Takes the amount even when it does not fit; `granted` still tells whether it did. For limits that only watch. */
  readonly force?: boolean
}

/** What a rate answers. */
export interface RateAnswer {
  /** The amount fitted. Nothing was taken when it is false, unless the request was forced. */
  readonly granted: boolean
  /** What may still be taken now; never negative. */
  readonly remaining: number
  /** Until the whole limit is free again if nothing more is taken, milliseconds. */
  readonly resetMs: number
  /** When refused: how long until the amount would fit; absent when it is larger than the limit and never will. */
  readonly retryAfterMs?: number
}

/** Sets right what was taken from a rate: below zero gives back, above zero takes more without asking. */
export interface RateCorrection {
  readonly key: string
  readonly perMs: number
  readonly delta: number
  /** The `nowMs` of the request that took it: what is given back goes to the window it came from. */
  readonly takenAtMs: number
  readonly nowMs: number
}

/** A wish to hold money of a budget before it is spent. */
export interface HoldRequest {
  readonly key: string
  /** The period the money belongs to. A later start opens a new period with nothing spent. Epoch milliseconds. */
  readonly periodStart: number
  /** When the account may be forgotten (the period's end); `Infinity` for a budget without one. Epoch milliseconds. */
  readonly expiresAt: number
  /** What the operation may cost; zero always fits, so that free things stay usable when a budget is spent. */
  readonly amount: NanoUsd
  /** The budget as the policy states it now: a changed amount takes effect at once, what was spent is kept. */
  readonly limit: NanoUsd
  readonly nowMs: number
  /** Holds the amount even when it does not fit; `granted` still tells whether it did. */
  readonly force?: boolean
}

/** Money held. It ends exactly once, by `settle` or `release`; whatever is called after that does nothing. */
export interface MoneyHold {
  readonly amount: NanoUsd
  /** Turns the hold into what was really spent and answers what remains of the budget. */
  readonly settle: (actual: NanoUsd) => Awaitable<NanoUsd>
  /** Gives the whole hold back. */
  readonly release: () => Awaitable<void>
}

/** What a budget answers. */
export interface HoldAnswer {
  readonly granted: boolean
  /** Limit less spent less held, after this hold; below zero when the budget is overdrawn. */
  readonly remaining: NanoUsd
  /** Spent and held before this hold. */
  readonly used: NanoUsd
  /** Absent when refused. */
  readonly hold?: MoneyHold
}

/** What the ledger knows of a budget from before this process (or this budget) began. */
export interface Priming {
  readonly key: string
  readonly periodStart: number
  readonly expiresAt: number
  readonly spent: NanoUsd
  readonly nowMs: number
}

/** How an account stands. */
export interface MoneyState {
  readonly spent: NanoUsd
  readonly held: NanoUsd
}

/** The answer of a concurrency counter. */
export interface EntryAnswer {
  readonly granted: boolean
  /** How many are inside, this one included when it was let in. */
  readonly active: number
}

/**
 * The counters that governance decides by: rates, concurrency and money. Values are counted, never stored: what must
 * outlive the process is the ledger's, and budgets are primed from it.
 *
 * The port is made for two implementations. In one process all answers are plain values. A shared one (Redis) leases
 * each node a slice of every counter — some requests of a rate, some nano-dollars of a budget — and answers from the
 * slice with a plain value too; only an empty slice makes it answer with a promise. Hence `Awaitable`, hence amounts
 * that are given back rather than recomputed, and hence no method that must see the counters of all nodes at once.
 */
export interface Coordinator {
  readonly take: (request: RateRequest) => Awaitable<RateAnswer>
  readonly correct: (correction: RateCorrection) => Awaitable<void>
  /** Lets one in if fewer than `limit` are inside; `force` lets it in all the same. Each let in must leave once. */
  readonly enter: (key: string, limit: number, force?: boolean) => Awaitable<EntryAnswer>
  readonly leave: (key: string) => Awaitable<void>
  readonly hold: (request: HoldRequest) => Awaitable<HoldAnswer>
  /** Sets what was already spent in a period. The first priming of a period counts, later ones do nothing. */
  readonly prime: (priming: Priming) => Awaitable<void>
  /** Whether this period of the budget was primed already. */
  readonly isPrimed: (key: string, periodStart: number) => Awaitable<boolean>
  /** What was spent and is held of a budget in this period, as far as it was counted; for people, never to decide by. */
  readonly moneyOf: (key: string, periodStart: number) => Awaitable<MoneyState>
  /** What was taken of a rate lately; for people, never to decide by. */
  readonly takenOf: (key: string, perMs: number, nowMs: number) => Awaitable<number>
  /** How many are inside; for people, never to decide by. */
  readonly insideOf: (key: string) => Awaitable<number>
  /** How many counters are in memory, for the metrics. */
  readonly size: () => number
}
