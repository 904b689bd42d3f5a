import type { Clock } from '../../lib/clock.ts'
import { GatewayError } from '../../lib/errors.ts'

/** The phases of a call that have a time of their own. */
export type Phase = 'firstToken' | 'idle' | 'total'

const SENTENCES: Record<Phase, string> = {
  firstToken: 'The provider did not begin to answer in time.',
  idle: 'The provider stopped answering.',
  total: 'The provider did not finish answering in time.',
}

/** Looks after every running attempt with one timer: a timer an attempt costs more than all the rest of its bookkeeping. */
export interface DeadlineWatch {
  readonly add: (deadline: Deadline) => void
  readonly remove: (deadline: Deadline) => void
}

/** How late a time-out may be noticed. */
const LOOK_EVERY_MS = 25

/** Makes the watch of a process. */
export function deadlineWatch(clock: Clock): DeadlineWatch {
  const running = new Set<Deadline>()
  clock.every(LOOK_EVERY_MS, () => {
    if (running.size === 0) return
    const now = clock.monotonic()
    for (const deadline of running) deadline.look(now)
  })
  return { add: (deadline) => running.add(deadline), remove: (deadline) => running.delete(deadline) }
}

/** What a deadline is made from. */
export interface DeadlineOptions {
  readonly clock: Clock
  readonly watch: DeadlineWatch
  readonly totalMs: number
  /** The client's. */
  readonly client: AbortSignal
}

/**
 * One attempt's time: a total, and a phase within it. When either runs out, or the client goes away, the signal aborts
 * and the upstream connection closes. Changing the phase costs an assignment.
 */
export class Deadline {
  readonly signal: AbortSignal
  private readonly controller = new AbortController()
  private phase: Phase = 'total'
  private phaseEndsAt = Number.POSITIVE_INFINITY
  private readonly endsAt: number
  private expired: Phase | undefined

  constructor(private readonly options: DeadlineOptions) {
    this.signal = this.controller.signal
    this.endsAt = options.clock.monotonic() + options.totalMs
    if (options.client.aborted) this.controller.abort(options.client.reason)
    else options.client.addEventListener('abort', this.onClientAbort)
    options.watch.add(this)
  }

  /** Begins a phase; the one before it is over. */
  enter(phase: Phase, withinMs: number): void {
    this.phase = phase
    this.phaseEndsAt = this.options.clock.monotonic() + withinMs
  }

  /** Nothing is waited for just now: the client is reading slowly, which is not the upstream's fault. */
  pause(): void {
    this.phaseEndsAt = Number.POSITIVE_INFINITY
  }

  /** The attempt is over; nothing aborts any more. */
  clear(): void {
    this.options.watch.remove(this)
    this.options.client.removeEventListener('abort', this.onClientAbort)
  }

  /** Closes the upstream now. */
  abort(reason?: unknown): void {
    this.clear()
    this.controller.abort(reason)
  }

  /** Called by the watch: has time run out? */
  look(now: number): void {
    if (now >= this.endsAt) this.expire('total')
    else if (now >= this.phaseEndsAt) this.expire(this.phase)
  }

  /** What a rejected wait means: time ran out, the client left, or something else failed. */
  explain(cause: unknown): GatewayError {
    if (this.expired) {
      const message = SENTENCES[this.expired]
      return new GatewayError('upstream_timeout', { message, facts: { phase: this.expired }, cause })
    }
    if (this.options.client.aborted) return new GatewayError('client_closed', { cause })
    if (cause instanceof GatewayError) return cause
    const internalDetail = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
    return new GatewayError('upstream_error', {
      message: 'The connection to the provider broke.',
      internalDetail,
      cause,
    })
  }

  private readonly onClientAbort = () => {
    this.options.watch.remove(this)
    this.controller.abort(this.options.client.reason)
  }

  private expire(phase: Phase): void {
    this.expired = phase
    this.abort(new GatewayError('upstream_timeout', { message: SENTENCES[phase] }))
  }
}
