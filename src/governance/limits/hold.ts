import type { NanoUsd } from '../../lib/money.ts'
import {
  type Awaitable,
  type Coordinator,
  isPending,
  type MoneyHold,
  type RateAnswer,
} from '../../platform/coordination/index.ts'
import type { AnyCounter, BudgetCounter, ConcurrencyCounter, RateCounter } from './limit-index.ts'
import { rateHeaders } from './rate-headers.ts'

/** What an operation came to. */
export interface Spent {
  /** Input and output together. */
  readonly tokens: number
  readonly cost: NanoUsd
}

/** Everything that an operation holds while it runs. It ends exactly once; what is called after that does nothing. */
export interface Hold {
  readonly kind: 'held'
  /** Puts what was really spent in the place of the estimates. A promise only with a shared coordinator. */
  readonly settle: (spent: Spent) => Awaitable<void>
  /** Gives back tokens, money and the place among the calls in flight; the request itself still counts. */
  readonly release: () => Awaitable<void>
  /** `x-ratelimit-*` of the limits with the least left; empty when no limit applies. */
  readonly rateHeaders: () => Readonly<Record<string, string>>
  /** What is left of the budget with the least left, nano-USD; below zero when overdrawn; absent without a budget. */
  readonly budgetRemaining: NanoUsd | undefined
  /** Limits and budgets in monitor mode that would have refused: `<name>: rate_limited`. */
  readonly wouldHave: readonly string[]
  /** Whether it holds of this counter. */
  readonly holds: (counter: AnyCounter) => boolean
}

/** Two holds of one operation, as one: both end when it ends. */
export function joinedHold(first: Hold, second: Hold): Hold {
  return {
    kind: 'held',
    settle: (spent) => both(first.settle(spent), second.settle(spent)),
    release: () => both(first.release(), second.release()),
    rateHeaders: () => ({ ...second.rateHeaders(), ...first.rateHeaders() }),
    get budgetRemaining() {
      const [one, other] = [first.budgetRemaining, second.budgetRemaining]
      return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other)
    },
    wouldHave: [...first.wouldHave, ...second.wouldHave],
    holds: (counter) => first.holds(counter) || second.holds(counter),
  }
}

function both(one: Awaitable<void>, other: Awaitable<void>): Awaitable<void> {
  if (isPending(one) || isPending(other)) return Promise.all([one, other]).then(() => undefined)
}

interface TakenRate {
  readonly counter: RateCounter
  readonly amount: number
  readonly answer: RateAnswer
}

interface TakenMoney {
  readonly counter: BudgetCounter
  readonly hold: MoneyHold
  remaining: NanoUsd
}

/** A {@link Hold} as it is gathered, one counter after the other. A class, for it lives and ends. */
export class GatheredHold implements Hold {
  readonly kind = 'held'
  readonly wouldHave: string[] = []
  readonly #coordinator: Coordinator
  readonly #nowMs: number
  readonly #rates: TakenRate[] = []
  readonly #entries: ConcurrencyCounter[] = []
  readonly #money: TakenMoney[] = []
  #open = true

  constructor(coordinator: Coordinator, nowMs: number) {
    this.#coordinator = coordinator
    this.#nowMs = nowMs
  }

  addRate(counter: RateCounter, amount: number, answer: RateAnswer): void {
    this.#rates.push({ counter, amount, answer })
  }

  addEntry(counter: ConcurrencyCounter): void {
    this.#entries.push(counter)
  }

  addMoney(counter: BudgetCounter, hold: MoneyHold, remaining: NanoUsd): void {
    this.#money.push({ counter, hold, remaining })
  }

  get budgetRemaining(): NanoUsd | undefined {
    let least: NanoUsd | undefined
    for (const { counter, remaining } of this.#money) {
      if (!counter.watches && (least === undefined || remaining < least)) least = remaining
    }
    return least
  }

  rateHeaders(): Readonly<Record<string, string>> {
    return rateHeaders(this.#rates)
  }

  holds({ kind, key }: AnyCounter): boolean {
    if (kind === 'concurrency') return this.#entries.some((entry) => entry.key === key)
    const taken: readonly { readonly counter: AnyCounter }[] = kind === 'rate' ? this.#rates : this.#money
    return taken.some(({ counter }) => counter.key === key)
  }

  settle(spent: Spent): Awaitable<void> {
    if (!this.#open) return
    const pending: Promise<unknown>[] = []
    for (const taken of this.#money) {
      const remaining = taken.hold.settle(spent.cost)
      if (isPending(remaining)) pending.push(remaining.then(update(taken)))
      else taken.remaining = remaining
    }
    return this.#close(spent.tokens, pending)
  }

  release(): Awaitable<void> {
    if (!this.#open) return
    return this.#close(0, this.#releaseMoney())
  }

  /** As if it had never been asked: also the requests are given back. For a hold of which another counter refused. */
  giveBack(): Awaitable<void> {
    if (!this.#open) return
    const pending = this.#releaseMoney()
    for (const taken of this.#rates) {
      if (taken.counter.of === 'requests') this.#correct(taken, -taken.amount, pending)
    }
    return this.#close(0, pending)
  }

  #releaseMoney(): Promise<unknown>[] {
    const pending: Promise<unknown>[] = []
    for (const { hold } of this.#money) gather(pending, hold.release())
    return pending
  }

  #close(tokens: number, pending: Promise<unknown>[]): Awaitable<void> {
    this.#open = false
    for (const taken of this.#rates) {
      if (taken.counter.of === 'tokens') this.#correct(taken, tokens - taken.amount, pending)
    }
    for (const { key } of this.#entries) gather(pending, this.#coordinator.leave(key))
    if (pending.length > 0) return Promise.all(pending).then(() => undefined)
  }

  #correct({ counter }: TakenRate, delta: number, pending: Promise<unknown>[]): void {
    if (delta === 0 || Number.isNaN(delta)) return
    const { key, perMs } = counter
    const correction = { key, perMs, delta, takenAtMs: this.#nowMs, nowMs: this.#nowMs }
    gather(pending, this.#coordinator.correct(correction))
  }
}

function update(taken: TakenMoney): (remaining: NanoUsd) => void {
  return (remaining) => {
    taken.remaining = remaining
  }
}

function gather(pending: Promise<unknown>[], answer: Awaitable<unknown>): void {
  if (isPending(answer)) pending.push(answer)
}
