import { GatewayError } from '../../lib/errors.ts'
import { formatUsd, type NanoUsd } from '../../lib/money.ts'
import type { RateAnswer } from '../../platform/coordination/index.ts'
import { printRate } from '../../platform/documents/index.ts'
import type { AnyCounter, BudgetCounter, ConcurrencyCounter, RateCounter } from './limit-index.ts'
import { formatWait, rateHeaders } from './rate-headers.ts'

// How long calls take is not known beforehand; a second is short enough to lose little and long enough not to hammer.
const CONCURRENCY_RETRY_MS = 1_000

/** `rate_limited`, in words that name the limit and say whether waiting helps. */
export function rateRefusal(counter: RateCounter, amount: number, answer: RateAnswer): GatewayError {
  const allowed = `${printRate({ count: counter.limit, perMs: counter.perMs })} ${counter.of}`
  const wait = answer.retryAfterMs
  const advice =
    wait === undefined
      ? `This request alone needs up to ${amount}; make it smaller.`
      : `Try again in ${formatWait(wait)}.`
  return new GatewayError('rate_limited', {
    message: `The limit ${counter.name} allows ${allowed} for ${who(counter)}. ${advice}`,
    facts: { ...facts(counter), counter: counter.of },
    headers: rateHeaders([{ counter, answer }]),
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  })
}

/** `concurrency_limited`. */
export function concurrencyRefusal(counter: ConcurrencyCounter): GatewayError {
  return new GatewayError('concurrency_limited', {
    message: `The limit ${counter.name} allows ${counter.limit} calls at once for ${who(counter)}. Wait for one to end.`,
    facts: facts(counter),
    retryAfterMs: CONCURRENCY_RETRY_MS,
  })
}

/** What was asked of a budget, and what it had. */
export interface RefusedMoney {
  readonly cost: NanoUsd
  readonly remaining: NanoUsd
  /** Until the next period begins, milliseconds; absent where there is none. */
  readonly untilNextMs: number | undefined
}

/** `budget_exceeded`. `retryAfterMs` is there only when the next period could pay for the call. */
export function budgetRefusal(counter: BudgetCounter, refused: RefusedMoney): GatewayError {
  const { cost, remaining, untilNextMs } = refused
  const wait = cost <= counter.amount ? untilNextMs : undefined
  const period = counter.period === 'total' ? 'in all' : `a ${counter.period}`
  const amount = `${formatUsd(counter.amount)} USD ${period}`
  return new GatewayError('budget_exceeded', {
    message: `The budget ${counter.name} of ${amount} for ${who(counter)} does not cover this call: ${formatUsd(Math.max(0, remaining))} USD are left, up to ${formatUsd(cost)} are needed.`,
    facts: { ...facts(counter), period: counter.period },
    headers: { 'x-gatehouse-budget-remaining-usd': formatUsd(Math.max(0, remaining)) },
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  })
}

function who({ scope, per }: AnyCounter): string {
  return per === undefined ? scope : `each ${per} of ${scope}`
}

function facts({ name, scope, per }: AnyCounter): Readonly<Record<string, string>> {
  return per === undefined ? { limit: name, scope } : { limit: name, scope, per }
}
