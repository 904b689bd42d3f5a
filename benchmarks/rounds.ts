import type { Bench } from './bench.ts'
import type { RoundReport } from './load.ts'
import { untilQuiet } from './processes.ts'
import { median } from './statistics.ts'
import type { Subject, Work } from './subject.ts'

/** Something that takes its turn in every round. */
export interface Lane {
  readonly name: string
  readonly subject: Subject
  readonly work: Work
  /** Requests a round. */
  readonly count: number
}

/** One turn of one lane. */
export interface Turn {
  readonly report: RoundReport
  /** CPU time of the subject's process a request, microseconds; 0 for the upstream itself. */
  readonly cpuMicros: number
  readonly perSecond: number
}

/** What a lane came to. */
export interface LaneResult {
  readonly lane: Lane
  readonly turns: readonly Turn[]
  /** Why there are no (more) turns. */
  readonly failure: string | undefined
}

/** How a comparison is run. */
export interface Comparison {
  readonly connections: number
  readonly rounds: number
  /** The share of all time after which no further round begins. */
  readonly share: number
  /** How often a lane's count is run before anything is measured: compilers and caches need it. */
  readonly warmUps: number
}

interface Running {
  readonly lane: Lane
  readonly turns: Turn[]
  failure: string | undefined
}

/** Runs lanes in turn (A, B, A, B, …), so that whatever else the machine does hits them alike. */
export async function compare(bench: Bench, lanes: readonly Lane[], how: Comparison): Promise<readonly LaneResult[]> {
  const running = lanes.map((lane): Running => ({ lane, turns: [], failure: undefined }))
  const until = performance.now() + Math.min(bench.sizes.seconds * how.share * 1_000, bench.timeLeft())
  for (let round = -how.warmUps; round < how.rounds; round++) {
    if (round > 0 && performance.now() > until) break
    for (const entry of running) {
      if (entry.failure !== undefined) continue
      try {
        const turn = await take(bench, entry.lane, { connections: how.connections, isWarmUp: round < -1 })
        if (round >= 0) entry.turns.push(turn)
      } catch (cause) {
        entry.failure = cause instanceof Error ? cause.message : String(cause)
      }
    }
  }
  return running
}

interface Taking {
  readonly connections: number
  /** Nothing is read of it, and another turn of the same kind follows before anything is. */
  readonly isWarmUp: boolean
}

async function take(bench: Bench, { subject, work, count }: Lane, { connections, isWarmUp }: Taking): Promise<Turn> {
  const shot = subject.shot(work)
  if (!shot) throw new Error(`${subject.name} cannot do this`)
  const { child } = subject
  const before = child?.cpuSeconds() ?? 0
  const report = await bench.load.round({ shot, connections, count })
  // What the process puts off is part of what the round cost; and the next turn must find it at rest.
  if (child && !isWarmUp) await untilQuiet(child)
  const cpuMicros = (((child?.cpuSeconds() ?? 0) - before) * 1_000_000) / count
  return { report, cpuMicros, perSecond: (report.completed * 1_000) / report.elapsedMs }
}

/** The median over the turns of a lane. */
export function medianOf(result: LaneResult, read: (turn: Turn) => number): number {
  return median(result.turns.map(read))
}

/** The median, over the rounds, of what a lane's turn says against the floor's turn of the same round. */
export function against(result: LaneResult, floor: LaneResult, read: (turn: Turn, floor: Turn) => number): number {
  const values = result.turns.flatMap((turn, round) => {
    const base = floor.turns[round]
    return base ? [read(turn, base)] : []
  })
  return median(values)
}
