import type { Clock } from '../lib/clock.ts'
import { GatewayError } from '../lib/errors.ts'

/** Keeps the process within what it can hold: open operations, memory, and a responsive event loop. */
export interface Admission {
  /** Room for one more, or why not. Whoever was let in must leave. */
  readonly enter: () => GatewayError | undefined
  readonly leave: () => void
  /** No more are let in. */
  readonly drain: () => void
  readonly isDraining: () => boolean
  readonly open: () => number
  /** Resolves when nothing is open, or after `withinMs`. */
  readonly idle: (withinMs: number) => Promise<boolean>
}

/** What the process may take. */
export interface AdmissionBounds {
  readonly maxOpen: number
  /** Resident bytes beyond which nothing new is taken. */
  readonly maxResidentBytes: number
  /** Milliseconds the event loop may lag behind. */
  readonly maxLagMs: number
  /** Whether what is done can be recorded; what cannot be is not begun. */
  readonly isRecording: () => boolean
}

const WATCH_EVERY_MS = 500
const RETRY_AFTER_MS = 1_000

/** Makes the admission control of a process. */
export function admissionControl(clock: Clock, bounds: AdmissionBounds): Admission {
  let open = 0
  let draining = false
  let strained = false
  let lastLook = clock.monotonic()
  let waiting: (() => void)[] = []
  clock.every(WATCH_EVERY_MS, () => {
    const lagMs = clock.monotonic() - lastLook - WATCH_EVERY_MS
    lastLook = clock.monotonic()
    strained = lagMs > bounds.maxLagMs || process.memoryUsage.rss() > bounds.maxResidentBytes
  })
  const leave = () => {
    open--
    if (open > 0) return
    for (const wake of waiting) wake()
    waiting = []
  }
  return {
    enter: () => {
      if (draining) return new GatewayError('draining', { retryAfterMs: RETRY_AFTER_MS })
      if (open >= bounds.maxOpen || strained) return new GatewayError('overloaded', { retryAfterMs: RETRY_AFTER_MS })
      if (!bounds.isRecording()) {
        const message = 'The gateway cannot record operations at the moment, so it takes none on. Try again soon.'
        return new GatewayError('not_ready', { message, retryAfterMs: RETRY_AFTER_MS })
      }
      open++
      return undefined
    },
    leave,
    drain: () => {
      draining = true
    },
    isDraining: () => draining,
    open: () => open,
    idle: (withinMs) => {
      if (open === 0) return Promise.resolve(true)
      // A timer that still waits would keep the process alive after its work is done.
      const enough = new AbortController()
      const late = clock.sleep(withinMs, enough.signal).then(
        () => false,
        () => true,
      )
      waiting.push(() => enough.abort())
      return late
    },
  }
}
