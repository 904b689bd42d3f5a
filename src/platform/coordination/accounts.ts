import type { NanoUsd } from '../../lib/money.ts'
import type { HoldAnswer, HoldRequest, MoneyHold, MoneyState, Priming } from './coordinator.ts'
import { expiringMap } from './expiring-map.ts'

/** The money accounts of one process: one for each budget and dimension, holding its current period. */
export interface Accounts {
  readonly hold: (request: HoldRequest) => HoldAnswer
  readonly prime: (priming: Priming) => void
  readonly isPrimed: (key: string, periodStart: number) => boolean
  readonly stateOf: (key: string, periodStart: number) => MoneyState
  readonly size: () => number
}

interface Account {
  readonly periodStart: number
  expiresAt: number
  spent: NanoUsd
  held: NanoUsd
  primed: boolean
}

const NOTHING: MoneyState = Object.freeze({ spent: 0, held: 0 })

/** Money held of one account. A hold of a period that is over settles into that period's account, which nobody asks any more. */
class AccountHold implements MoneyHold {
  readonly amount: NanoUsd
  readonly #account: Account
  readonly #limit: NanoUsd
  #open = true

  constructor(account: Account, amount: NanoUsd, limit: NanoUsd) {
    this.#account = account
    this.#limit = limit
    this.amount = amount
    account.held += amount
  }

  readonly settle = (actual: NanoUsd): NanoUsd => {
    const account = this.#account
    if (this.#open) {
      this.#open = false
      account.held -= this.amount
      // A cost that is no number must not make the operation free: what was held counts.
      account.spent += Number.isFinite(actual) ? Math.max(0, Math.ceil(actual)) : this.amount
    }
    return this.#limit - account.spent - account.held
  }

  readonly release = (): void => {
    if (!this.#open) return
    this.#open = false
    this.#account.held -= this.amount
  }
}

/**
 * Makes {@link Accounts}.
 * INVARIANT: `held` is the sum of the open holds, so it is never negative, and `spent + held` passes the limit only by
 * forced holds and by what settled holds cost more than they held.
 */
export function accounts(): Accounts {
  const open = expiringMap<Account>((account, nowMs) => nowMs >= account.expiresAt && account.held === 0)

  const at = (key: string, period: { periodStart: number; expiresAt: number; nowMs: number }): Account => {
    const known = open.get(key)
    if (known && known.periodStart >= period.periodStart) {
      if (period.expiresAt > known.expiresAt) known.expiresAt = period.expiresAt
      return known
    }
    const { periodStart, expiresAt } = period
    // A period that follows one we counted from its beginning needs no priming: nothing of it is older than we are.
    const fresh: Account = { periodStart, expiresAt, spent: 0, held: 0, primed: known !== undefined }
    open.set(key, fresh, period.nowMs)
    return fresh
  }
  const hold = (request: HoldRequest): HoldAnswer => {
    const account = at(request.key, request)
    const amount = Number.isFinite(request.amount) ? Math.max(0, Math.ceil(request.amount)) : request.limit
    const used = account.spent + account.held
    const granted = amount === 0 || used + amount <= request.limit
    if (!granted && !request.force) return { granted, remaining: request.limit - used, used }
    const taken = new AccountHold(account, amount, request.limit)
    return { granted, remaining: request.limit - used - amount, used, hold: taken }
  }
  const prime = (priming: Priming): void => {
    const account = at(priming.key, priming)
    if (account.primed || account.periodStart !== priming.periodStart) return
    account.primed = true
    // The ledger may hold what was settled here already; the larger of the two counts nothing twice and forgets least.
    account.spent = Math.max(account.spent, priming.spent)
  }
  return {
    hold,
    prime,
    isPrimed: (key, periodStart) => {
      const account = open.get(key)
      return account?.primed === true && account.periodStart >= periodStart
    },
    stateOf: (key, periodStart) => {
      const account = open.get(key)
      if (account === undefined || account.periodStart < periodStart) return NOTHING
      return { spent: account.spent, held: account.held }
    },
    size: open.size,
  }
}
