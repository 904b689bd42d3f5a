/** The only source of time. Everything above `lib` is handed a `Clock`, so that tests can turn its hands. */
export interface Clock {
  /** Now, in epoch milliseconds. */
  readonly now: () => number
  /** A monotonic instant in milliseconds with microsecond resolution; only differences mean something. */
  readonly monotonic: () => number
  /** Runs `task` once, `delayMs` from now. A waiting timer does not keep the process alive. */
  readonly schedule: (delayMs: number, task: () => void) => Timer
  /** Runs `task` every `intervalMs` until cancelled. */
  readonly every: (intervalMs: number, task: () => void) => Timer
  /** Resolves after `delayMs`, or rejects with the signal's reason when it aborts first. */
  readonly sleep: (delayMs: number, signal?: AbortSignal) => Promise<void>
}

/** A timer that can be taken back; cancelling twice is harmless. */
export interface Timer {
  readonly cancel: () => void
}

/** The clock of the machine. */
export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule: (delayMs: number, task: () => void) => {
    const handle = setTimeout(task, delayMs)
    handle.unref?.()
    return { cancel: () => clearTimeout(handle) }
  },
  every: (intervalMs: number, task: () => void) => {
    const handle = setInterval(task, intervalMs)
    handle.unref?.()
    return { cancel: () => clearInterval(handle) }
  },
  sleep: (delayMs: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const onAbort = () => {
        clearTimeout(handle)
        reject(signal?.reason)
      }
      const handle = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort)
        resolve()
      }, delayMs)
      signal?.addEventListener('abort', onAbort, { once: true })
    }),
})

/** Lets everything else that is ready run once before going on: for long work that is done in pieces. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** A clock that stands still until it is moved: for tests and simulation. */
export interface ManualClock extends Clock {
  /** Moves time forward and runs, in order, every task that falls due; lets promises settle in between. */
  readonly advance: (byMs: number) => Promise<void>
}

interface Waiting {
  readonly dueAt: number
  readonly sequence: number
  readonly task: () => void
}

/** Makes a {@link ManualClock} that starts at `startAt` (epoch milliseconds). */
export function manualClock(startAt = 1_750_000_000_000): ManualClock {
  let now = startAt
  let sequence = 0
  const waiting = new Set<Waiting>()

  const add = (delayMs: number, task: () => void): Waiting => {
    const entry = { dueAt: now + Math.max(0, delayMs), sequence: sequence++, task }
    waiting.add(entry)
    return entry
  }
  const schedule = (delayMs: number, task: () => void): Timer => {
    const entry = add(delayMs, task)
    return { cancel: () => waiting.delete(entry) }
  }
  const every = (intervalMs: number, task: () => void): Timer => {
    let current: Timer
    const tick = () => {
      current = schedule(intervalMs, tick)
      task()
    }
    current = schedule(intervalMs, tick)
    return { cancel: () => current.cancel() }
  }
  const sleep = (delayMs: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const timer = schedule(delayMs, resolve)
      signal?.addEventListener('abort', () => {
        timer.cancel()
        reject(signal.reason)
      })
    })
  const earliest = (): Waiting | undefined => {
    let first: Waiting | undefined
    for (const entry of waiting) {
      if (!first || entry.dueAt < first.dueAt || (entry.dueAt === first.dueAt && entry.sequence < first.sequence)) {
        first = entry
      }
    }
    return first
  }
  const settle = async () => {
    for (let turn = 0; turn < 10; turn++) await Promise.resolve()
  }
  const advance = async (byMs: number) => {
    const until = now + byMs
    await settle()
    for (let next = earliest(); next && next.dueAt <= until; next = earliest()) {
      waiting.delete(next)
      now = next.dueAt
      next.task()
      await settle()
    }
    now = until
    await settle()
  }
  return { now: () => now, monotonic: () => now, schedule, every, sleep, advance }
}
