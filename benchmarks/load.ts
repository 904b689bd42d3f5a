import { join } from 'node:path'
import { type Program, startProgram } from './processes.ts'
import type { Summary } from './statistics.ts'

/** One request as it goes over the wire. */
export interface Shot {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Requests one after the other on each of `connections` kept-alive connections. */
export interface Round {
  readonly kind: 'round'
  readonly shot: Shot
  readonly connections: number
  readonly count: number
}

/** Streams that are opened and held; `opened` more with every question. */
export interface Hold {
  readonly kind: 'hold'
  readonly shot: Shot
  readonly count: number
  /** How many are begun every 20 ms. */
  readonly batch: number
  /** Whether to wait until each of them is answered. */
  readonly answered: boolean
}

/** What the load process is asked. */
export type LoadQuestion =
  | Round
  | Hold
  /** How the held streams are. */
  | { readonly kind: 'held'; readonly silentAfterMs: number }
  /** Close them all. */
  | { readonly kind: 'leave' }

/** What a round came to. Timings in milliseconds. */
export interface RoundReport {
  readonly completed: number
  readonly elapsedMs: number
  /** Status lines other than 200, and how often each came. */
  readonly failures: Readonly<Record<string, number>>
  readonly total: Summary
  /** From the request's last byte to the first token; of streams whose tokens are stamped. */
  readonly firstToken: Summary
  /** From when the upstream sent a token to when it was read here; of streams whose tokens are stamped. */
  readonly token: Summary
}

/** How held streams are. */
export interface HoldReport {
  /** Answered with 200 and still open. */
  readonly open: number
  /** Status lines other than 200, and how often each came. */
  readonly refused: Readonly<Record<string, number>>
  /** Of those refused: answers that say when to come again. */
  readonly retryAfter: number
  /** Of those open: streams that have said nothing for longer than was asked. */
  readonly silent: number
  /** Connections that could not be made or were closed by the other side. */
  readonly broken: number
  /** Of `leave`: the instant before the first was closed, epoch milliseconds. */
  readonly leftAt: number
}

/** The generator of load, in a process of its own: what it costs counts nowhere. */
export interface Load {
  readonly round: (round: Omit<Round, 'kind'>) => Promise<RoundReport>
  readonly hold: (hold: Omit<Hold, 'kind'>) => Promise<HoldReport>
  readonly held: (silentAfterMs: number) => Promise<HoldReport>
  readonly leave: () => Promise<HoldReport>
  readonly stop: () => Promise<void>
}

/** Starts a generator of load. Its rounds reject when any answer was not a 200. */
export function startLoad(): Load {
  const program: Program<LoadQuestion, RoundReport & HoldReport> = startProgram(
    join(import.meta.dir, 'programs/load.ts'),
  )
  return {
    round: async (round) => {
      const report = await program.ask({ kind: 'round', ...round })
      const failures = Object.entries(report.failures)
      if (failures.length === 0) return report
      const said = failures.map(([status, count]) => `${count} × ${status}`).join('; ')
      throw new Error(`${round.shot.origin}${round.shot.path} answered ${said}`)
    },
    hold: (hold) => program.ask({ kind: 'hold', ...hold }),
    held: (silentAfterMs) => program.ask({ kind: 'held', silentAfterMs }),
    leave: () => program.ask({ kind: 'leave' }),
    stop: program.stop,
  }
}
