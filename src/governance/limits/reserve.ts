import type { GatewayError } from '../../lib/errors.ts'
import type { NanoUsd } from '../../lib/money.ts'
import {
  type Awaitable,
  type Coordinator,
  type EntryAnswer,
  type HoldAnswer,
  isPending,
  type RateAnswer,
} from '../../platform/coordination/index.ts'
import type { Caller, Resource } from '../identity/index.ts'
import { GatheredHold, type Hold } from './hold.ts'
import type { AnyCounter, BudgetCounter, ConcurrencyCounter, LimitIndex, RateCounter } from './limit-index.ts'
import { budgetRefusal, concurrencyRefusal, rateRefusal } from './refusal.ts'

/** What an operation will take at most, as far as can be told before it runs. */
export interface Estimate {
  readonly inputTokens: number
  readonly outputTokens: number
  /** Nano-USD; 0 for what is free or has no known price. */
  readonly cost: NanoUsd
}

/** A wish to begin an operation. */
export interface ReserveRequest {
  readonly index: LimitIndex
  readonly coordinator: Coordinator
  readonly caller: Caller
  readonly resource: Resource
  readonly estimate: Estimate
  /** What the operation holds already: of that it takes nothing again. */
  readonly beside?: Hold
  /** The run that the operation belongs to; without one it is a run of its own. */
  readonly run?: string | undefined
  /** Epoch milliseconds. */
  readonly nowMs: number
}

/** A budget is spent that offers another model instead. Nothing is held; reserve again for that model. */
export interface Downgrade {
  readonly kind: 'downgrade'
  /** The Model to use instead. */
  readonly to: string
  readonly budget: string
}

/** What a reservation comes to when it is not refused. */
export type Reservation = Hold | Downgrade

// A run that nobody has heard of for six hours is over.
const RUN_KEPT_MS = 6 * 3_600_000
const RUN_NAME_LENGTH = 128

/**
 * Holds rates, a place among the calls in flight and money, all or nothing: when one refuses, everything taken before
 * is given back. Answers with a plain value where the coordinator does.
 *
 * @throws GatewayError `rate_limited`, `concurrency_limited`, `budget_exceeded` (also as a rejection, when the
 * coordinator answers with promises), with the facts `limit`, `scope` and `per`, and with the time to wait if waiting helps
 */
export function reserve(request: ReserveRequest): Awaitable<Reservation> {
  const { beside } = request
  const all = request.index.countersFor(request.caller, request.resource)
  const counters = beside ? all.filter((counter) => !beside.holds(counter)) : all
  const hold = new GatheredHold(request.coordinator, request.nowMs)
  return gatherFrom({ request, counters, hold }, 0)
}

interface Gathering {
  readonly request: ReserveRequest
  readonly counters: readonly AnyCounter[]
  readonly hold: GatheredHold
}

type Obstacle = GatewayError | Downgrade | undefined

function gatherFrom(gathering: Gathering, from: number): Awaitable<Reservation> {
  const { counters, hold } = gathering
  for (let place = from; place < counters.length; place++) {
    const counter = counters[place]
    if (!counter) continue
    const obstacle = ask(gathering, counter)
    if (isPending(obstacle)) return gatherLater(gathering, obstacle, place + 1)
    if (obstacle) return end(hold, obstacle)
  }
  return hold
}

async function gatherLater(gathering: Gathering, pending: Promise<Obstacle>, next: number): Promise<Reservation> {
  let obstacle: Obstacle
  try {
    obstacle = await pending
  } catch (cause) {
    await gathering.hold.giveBack()
    throw cause
  }
  return obstacle ? end(gathering.hold, obstacle) : gatherFrom(gathering, next)
}

function end(hold: GatheredHold, obstacle: GatewayError | Downgrade): Awaitable<Downgrade> {
  const given = hold.giveBack()
  const finish = () => {
    if (obstacle instanceof Error) throw obstacle
    return obstacle
  }
  return isPending(given) ? given.then(finish) : finish()
}

function whenThere<T, R>(answer: Awaitable<T>, then: (answer: T) => R): Awaitable<R> {
  return isPending(answer) ? answer.then(then) : then(answer)
}

function ask(gathering: Gathering, counter: AnyCounter): Awaitable<Obstacle> {
  switch (counter.kind) {
    case 'rate':
      return askRate(gathering, counter)
    case 'concurrency': {
      const entered = gathering.request.coordinator.enter(counter.key, counter.limit, counter.watches)
      return whenThere(entered, (answer) => tookEntry(gathering.hold, counter, answer))
    }
    case 'budget':
      return askBudget(gathering, counter)
  }
}

function askRate({ request, hold }: Gathering, counter: RateCounter): Awaitable<Obstacle> {
  const { estimate, coordinator, nowMs } = request
  const amount = counter.of === 'requests' ? 1 : estimate.inputTokens + estimate.outputTokens
  const { key, limit, perMs, watches } = counter
  const taken = coordinator.take({ key, amount, limit, perMs, nowMs, force: watches })
  return whenThere(taken, (answer: RateAnswer) => {
    if (!answer.granted && !watches) return rateRefusal(counter, amount, answer)
    if (!answer.granted) hold.wouldHave.push(`${counter.name}: rate_limited`)
    hold.addRate(counter, amount, answer)
    return undefined
  })
}

function tookEntry(hold: GatheredHold, counter: ConcurrencyCounter, answer: EntryAnswer): Obstacle {
  if (!answer.granted && !counter.watches) return concurrencyRefusal(counter)
  if (!answer.granted) hold.wouldHave.push(`${counter.name}: concurrency_limited`)
  hold.addEntry(counter)
  return undefined
}

function askBudget({ request, hold }: Gathering, counter: BudgetCounter): Awaitable<Obstacle> {
  const { estimate, coordinator, nowMs } = request
  const force = counter.watches || counter.atLimit === 'alert'
  // An operation without a run is a run of its own: there is nothing to add up.
  if (counter.period === 'run' && request.run === undefined) {
    if (estimate.cost <= counter.amount || force) return undefined
    return spentObstacle({ request, counter, remaining: counter.amount, periodEnd: Number.POSITIVE_INFINITY })
  }
  const account = accountOf(request, counter)
  const asked = coordinator.hold({ ...account, amount: estimate.cost, limit: counter.amount, nowMs, force })
  return whenThere(asked, (answer: HoldAnswer) => {
    if (!answer.granted && !force) {
      return spentObstacle({ request, counter, remaining: answer.remaining, periodEnd: account.expiresAt })
    }
    if (!answer.granted && counter.watches) hold.wouldHave.push(`${counter.name}: budget_exceeded`)
    if (answer.hold) hold.addMoney(counter, answer.hold, answer.remaining)
    return undefined
  })
}

function accountOf({ index, run, nowMs }: ReserveRequest, counter: BudgetCounter) {
  const { key, period, timeZone } = counter
  if (period === 'total') return { key, periodStart: 0, expiresAt: Number.POSITIVE_INFINITY }
  if (period !== 'run') {
    const span = index.calendar.spanAt(period, timeZone, nowMs)
    return { key, periodStart: span.start, expiresAt: span.end }
  }
  // Runs are named by clients: a name is cut, so that it cannot fill the memory.
  return { key: `${key} ${run?.slice(0, RUN_NAME_LENGTH)}`, periodStart: 0, expiresAt: nowMs + RUN_KEPT_MS }
}

interface Spent {
  readonly request: ReserveRequest
  readonly counter: BudgetCounter
  readonly remaining: NanoUsd
  readonly periodEnd: number
}

function spentObstacle({ request, counter, remaining, periodEnd }: Spent): Obstacle {
  const { atLimit } = counter
  // Whoever uses the cheaper model already has no further way down.
  if (typeof atLimit === 'object' && request.resource.name !== atLimit.downgrade.to) {
    return { kind: 'downgrade', to: atLimit.downgrade.to, budget: counter.name }
  }
  const ends = counter.period !== 'run' && Number.isFinite(periodEnd)
  const untilNextMs = ends ? Math.max(1, periodEnd - request.nowMs) : undefined
  return budgetRefusal(counter, { cost: request.estimate.cost, remaining, untilNextMs })
}
