import type { RateAnswer, RateCorrection, RateRequest } from './coordinator.ts'
import { expiringMap } from './expiring-map.ts'

/** The rate counters of one process. */
export interface Rates {
  readonly take: (request: RateRequest) => RateAnswer
  readonly correct: (correction: RateCorrection) => void
  readonly takenOf: (key: string, perMs: number, nowMs: number) => number
  readonly size: () => number
}

/** Two fixed windows; the older one weighs as much as it still reaches into the sliding window. */
interface Windows {
  start: number
  readonly perMs: number
  current: number
  previous: number
}

/**
 * Sliding-window counters: what was taken in the last full window, weighted by how much of it the sliding window still
 * covers, plus what was taken in this one. Constant memory a counter, no burst of twice the limit at a border.
 */
export function rates(): Rates {
  const counters = expiringMap<Windows>((windows, nowMs) => nowMs >= windows.start + 2 * windows.perMs)

  const at = (key: string, perMs: number, nowMs: number): Windows => {
    const start = nowMs - (nowMs % perMs)
    const known = counters.get(key)
    if (known && known.perMs === perMs) {
      slide(known, start)
      return known
    }
    const fresh: Windows = { start, perMs, current: 0, previous: 0 }
    counters.set(key, fresh, nowMs)
    return fresh
  }
  const take = (request: RateRequest): RateAnswer => {
    const windows = at(request.key, request.perMs, request.nowMs)
    const used = usedAt(windows, request.nowMs)
    const granted = used + request.amount <= request.limit
    if (granted || request.force) windows.current += request.amount
    const after = granted || request.force ? used + request.amount : used
    const remaining = Math.max(0, Math.floor(request.limit - after))
    const resetMs = untilFree(windows, request.nowMs)
    if (granted) return { granted, remaining, resetMs }
    const retryAfterMs = untilFits(windows, request)
    return retryAfterMs === undefined ? { granted, remaining, resetMs } : { granted, remaining, resetMs, retryAfterMs }
  }
  const correct = ({ key, perMs, delta, takenAtMs, nowMs }: RateCorrection): void => {
    if (delta === 0) return
    const windows = at(key, perMs, nowMs)
    const takenIn = takenAtMs - (takenAtMs % perMs)
    // More than was taken counts from now on: charging a window that is almost over would let it go free.
    if (delta > 0 || takenIn >= windows.start) windows.current = Math.max(0, windows.current + delta)
    else if (takenIn === windows.start - perMs) windows.previous = Math.max(0, windows.previous + delta)
  }
  const takenOf = (key: string, perMs: number, nowMs: number): number => {
    const known = counters.get(key)
    if (known === undefined || known.perMs !== perMs) return 0
    slide(known, nowMs - (nowMs % perMs))
    return Math.ceil(usedAt(known, nowMs))
  }
  return { take, correct, takenOf, size: counters.size }
}

/** Moves to the window that begins at `start`. A clock that went back changes nothing. */
function slide(windows: Windows, start: number): void {
  if (start <= windows.start) return
  windows.previous = start === windows.start + windows.perMs ? windows.current : 0
  windows.current = 0
  windows.start = start
}

function usedAt(windows: Windows, nowMs: number): number {
  if (windows.previous === 0) return windows.current
  const elapsed = Math.min(1, Math.max(0, (nowMs - windows.start) / windows.perMs))
  return windows.previous * (1 - elapsed) + windows.current
}

function untilFree(windows: Windows, nowMs: number): number {
  const windowEnd = windows.start + windows.perMs
  if (windows.current > 0) return windowEnd + windows.perMs - nowMs
  return windows.previous > 0 ? windowEnd - nowMs : 0
}

/** How long until the refused amount fits, if nobody else takes anything; undefined when it never will. */
function untilFits(windows: Windows, request: RateRequest): number | undefined {
  const room = request.limit - request.amount
  if (room < 0) return undefined
  const intoWindow = request.nowMs - windows.start
  if (windows.current <= room && windows.previous > 0) {
    const share = 1 - (room - windows.current) / windows.previous
    return Math.max(1, Math.ceil(share * windows.perMs - intoWindow))
  }
  // This window alone is too full: it has to become the previous one and then fade.
  const share = Math.max(0, 1 - room / windows.current)
  return Math.max(1, Math.ceil(windows.perMs - intoWindow + share * windows.perMs))
}
