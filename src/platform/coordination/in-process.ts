import { accounts } from './accounts.ts'
import type { Awaitable, Coordinator, EntryAnswer, HoldAnswer, RateAnswer } from './coordinator.ts'
import { rates } from './rates.ts'

/** A {@link Coordinator} whose every answer is a plain value. */
export interface InProcessCoordinator extends Coordinator {
  readonly take: (...args: Parameters<Coordinator['take']>) => RateAnswer
  readonly enter: (...args: Parameters<Coordinator['enter']>) => EntryAnswer
  readonly hold: (...args: Parameters<Coordinator['hold']>) => HoldAnswer
  readonly isPrimed: (key: string, periodStart: number) => boolean
}

/** Makes the coordinator of a single process: counters in memory, no I/O, no timers, idle counters forgotten. */
export function inProcessCoordinator(): InProcessCoordinator {
  const counted = rates()
  const money = accounts()
  const inside = new Map<string, number>()

  const enter = (key: string, limit: number, force = false): EntryAnswer => {
    const active = inside.get(key) ?? 0
    const granted = active < limit
    if (!granted && !force) return { granted, active }
    inside.set(key, active + 1)
    return { granted, active: active + 1 }
  }
  const leave = (key: string): void => {
    const active = inside.get(key) ?? 0
    if (active > 1) inside.set(key, active - 1)
    else inside.delete(key)
  }
  return Object.freeze({
    take: counted.take,
    correct: counted.correct,
    enter,
    leave,
    hold: money.hold,
    prime: money.prime,
    isPrimed: money.isPrimed,
    moneyOf: money.stateOf,
    takenOf: counted.takenOf,
    insideOf: (key: string) => inside.get(key) ?? 0,
    size: () => counted.size() + money.size() + inside.size,
  })
}

/** Whether an answer has still to come. Cheaper than `await`, which yields even for a value that is there. */
export function isPending<T>(answer: Awaitable<T>): answer is Promise<T> {
  return answer instanceof Promise
}
