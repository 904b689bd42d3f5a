import type { Clock, Timer } from '../../lib/clock.ts'
import { GatewayError } from '../../lib/errors.ts'

/** The phases of a call that have a time of their own. */
export type Phase = 'connect' | 'firstToken' | 'idle' | 'total'

const SENTENCES: Record<Phase, string> = {
  connect: 'The provider did not accept a connection in time.',
  firstToken: 'The provider did not begin to answer in time.',
  idle: 'The provider stopped answering.',
  total: 'The provider did not finish answering in time.',
}

/**
 * One attempt's time: a total, and a phase within it. When either runs out, or the client goes away, the signal aborts
 * and the upstream connection closes. Made once an attempt; changing the phase costs no timer.
 */
export class Deadline {
  readonly signal: AbortSignal
  private readonly controller = new AbortController()
  private phase: Phase = 'firstToken'
  private phaseEndsAt = Number.POSITIVE_INFINITY
  private readonly endsAt: number
  private timer: Timer | undefined
  private expired: Phase | undefined
  private armedFor = Number.POSITIVE_INFINITY

  constructor(
    private readonly clock: Clock,
    totalMs: number,
    private readonly client: AbortSignal,
  ) {
    this.signal = this.controller.signal
    this.endsAt = clock.monotonic() + totalMs
    if (client.aborted) this.controller.abort(client.reason)
    else client.addEventListener('abort', this.onClientAbort)
  }

  /** Begins a phase; the one before it is over. */
  enter(phase: Phase, withinMs: number): void {
    this.phase = phase
    this.phaseEndsAt = this.clock.monotonic() + withinMs
    if (this.phaseEndsAt < this.armedFor) this.arm()
  }

  /** Nothing is waited for just now: the client is reading slowly, which is not the upstream's fault. */
  pause(): void {
    this.phaseEndsAt = Number.POSITIVE_INFINITY
  }

  /** The attempt is over; nothing aborts any more. */
  clear(): void {
    this.timer?.cancel()
    this.timer = undefined
    this.client.removeEventListener('abort', this.onClientAbort)
  }

  /** Closes the upstream now. */
  abort(reason?: unknown): void {
    this.clear()
    this.controller.abort(reason)
  }

  /** What a rejected wait means: time ran out, the client left, or something else failed. */
  explain(cause: unknown): GatewayError {
    if (this.expired) {
      return new GatewayError('upstream_timeout', {
        message: SENTENCES[this.expired],
        facts: { phase: this.expired },
        cause,
      })
    }
    if (this.client.aborted) return new GatewayError('client_closed', { cause })
    if (cause instanceof GatewayError) return cause
    const detail = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
    return new GatewayError('upstream_error', {
      message: 'The connection to the provider broke.',
      internalDetail: detail,
      cause,
    })
  }

  private readonly onClientAbort = () => {
    this.timer?.cancel()
    this.controller.abort(this.client.reason)
  }

  private arm(): void {
    this.timer?.cancel()
    this.armedFor = Math.min(this.endsAt, this.phaseEndsAt)
    this.timer = this.clock.schedule(Math.max(1, this.armedFor - this.clock.monotonic()), this.check)
  }

  /** A timer is not moved when its phase is prolonged (every chunk does): it looks again when it fires. */
  private readonly check = () => {
    const now = this.clock.monotonic()
    if (now >= this.endsAt) return this.expire('total')
    if (now >= this.phaseEndsAt) return this.expire(this.phase)
    this.arm()
  }

  private expire(phase: Phase): void {
    this.expired = phase
    this.clear()
    this.controller.abort(new GatewayError('upstream_timeout', { message: SENTENCES[phase] }))
  }
}
