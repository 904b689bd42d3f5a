import type { Clock } from '../../lib/clock.ts'
import type { ErrorCode } from '../../lib/errors.ts'
import type { Attempt, Target } from './served.ts'

/** How a target has been doing lately; kept per process. */
export interface TargetHealth {
  /** A call is about to go to it. */
  readonly begin: (target: Target) => void
  /** The calls are over: learns from each of them, once. */
  readonly settle: (attempts: readonly Attempt[]) => void
  /** Is it in a cool-down (rate-limited, or its circuit open)? After a cool-down one call at a time may try it. */
  readonly isCooling: (target: Target) => boolean
  /** Smoothed milliseconds to the first content; 0 when nothing is known yet. */
  readonly latencyMs: (target: Target) => number
  /** Calls in flight. */
  readonly inFlight: (target: Target) => number
  /** For the console and metrics. */
  readonly report: () => readonly TargetReport[]
}

/** One line of a health report. */
export interface TargetReport {
  readonly target: string
  readonly state: 'healthy' | 'cooling'
  readonly latencyMs: number
  readonly inFlight: number
  readonly consecutiveFailures: number
  /** Epoch milliseconds; 0 when not cooling. */
  readonly coolingUntil: number
}

interface State {
  failures: number
  coolingUntil: number
  probing: boolean
  latencyMs: number
  inFlight: number
}

/** Failures in a row that open the circuit. */
const OPEN_AFTER = 5
const OPEN_FOR_MS = 15_000
/** How long a rate-limited target rests when the provider does not say. */
const COOL_DOWN_MS = 5_000
const MAX_COOL_DOWN_MS = 300_000
const SMOOTHING = 0.2
/** Removed documents leave their state behind; this many are remembered. */
const MAX_TARGETS = 10_000

/** What tells that a target itself is not well; a caller's mistake or a content filter does not. */
const UNWELL = new Set<ErrorCode>([
  'upstream_error',
  'upstream_invalid',
  'upstream_auth',
  'upstream_unreachable',
  'upstream_overloaded',
  'upstream_timeout',
])

/** Keeps {@link TargetHealth} in memory. */
export function targetHealth(clock: Clock): TargetHealth {
  const states = new Map<string, State>()
  const stateOf = (target: Target): State => {
    const known = states.get(target.id)
    if (known) return known
    if (states.size >= MAX_TARGETS) states.delete(states.keys().next().value ?? '')
    const fresh: State = { failures: 0, coolingUntil: 0, probing: false, latencyMs: 0, inFlight: 0 }
    states.set(target.id, fresh)
    return fresh
  }
  const isCooling = (target: Target) => {
    const state = states.get(target.id)
    return state !== undefined && isResting(state, clock.now())
  }
  return {
    begin: (target) => {
      const state = stateOf(target)
      state.inFlight++
      if (state.coolingUntil > 0 && clock.now() >= state.coolingUntil) state.probing = true
    },
    settle: (attempts) => {
      for (const attempt of attempts) {
        if (attempt.settled) continue
        attempt.settled = true
        learn(stateOf(attempt.target), attempt, clock.now())
      }
    },
    isCooling,
    latencyMs: (target) => states.get(target.id)?.latencyMs ?? 0,
    inFlight: (target) => states.get(target.id)?.inFlight ?? 0,
    report: () => {
      const now = clock.now()
      return [...states].map(([target, state]) => ({
        target,
        state: isResting(state, now) ? 'cooling' : 'healthy',
        latencyMs: state.latencyMs,
        inFlight: state.inFlight,
        consecutiveFailures: state.failures,
        coolingUntil: isResting(state, now) ? state.coolingUntil : 0,
      }))
    },
  }
}

function isResting(state: State, now: number): boolean {
  return state.coolingUntil > 0 && (now < state.coolingUntil || state.probing)
}

function learn(state: State, attempt: Attempt, now: number): void {
  state.inFlight = Math.max(0, state.inFlight - 1)
  state.probing = false
  const code = attempt.error?.code
  if (code === 'upstream_rate_limited') {
    const restMs = Math.min(attempt.error?.retryAfterMs ?? COOL_DOWN_MS, MAX_COOL_DOWN_MS)
    state.coolingUntil = Math.max(state.coolingUntil, now + restMs)
    return
  }
  if (code && UNWELL.has(code)) {
    state.failures++
    if (state.failures >= OPEN_AFTER) state.coolingUntil = now + OPEN_FOR_MS
    return
  }
  if (code) return
  state.failures = 0
  state.coolingUntil = 0
  const seen = attempt.firstTokenMs ?? attempt.durationMs
  state.latencyMs = state.latencyMs === 0 ? seen : state.latencyMs + SMOOTHING * (seen - state.latencyMs)
}
