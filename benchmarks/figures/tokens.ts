import { atMost, type Bench, type Figure, type Section, told, unmeasured } from '../bench.ts'
import { against, compare, type LaneResult, type Turn } from '../rounds.ts'
import type { Behaviour } from '../subject.ts'

const MICROS_PER_MS = 1_000

/** What a subject adds to the time to the first token, and to each token after it. */
export const tokens: Section = {
  name: 'tokens',
  title: 'Added time to tokens, 10 connections',
  run: async (bench) => {
    const { firstTokens, pacedStreams } = bench.sizes
    const first = await measure(bench, 'first', firstTokens)
    const each = await measure(bench, 'paced', pacedStreams)
    return [
      ...added(bench, first, {
        title: 'time to first token',
        at: (turn, share) => turn.report.firstToken[share],
        unit: ' ms',
        digits: 2,
        goal: 1,
      }),
      ...added(bench, each, {
        title: 'time of a token',
        at: (turn, share) => turn.report.token[share] * MICROS_PER_MS,
        unit: ' µs',
        digits: 0,
        goal: 50,
      }),
    ]
  },
}

function measure(bench: Bench, behaviour: Behaviour, count: number): Promise<readonly LaneResult[]> {
  const work = { behaviour, translated: false }
  const subjects = [bench.direct, bench.bare, bench.governed, ...bench.peers]
  const lanes = subjects.map((subject) => ({ name: subject.name, subject, work, count }))
  const rounds = Math.min(3, bench.sizes.rounds)
  return compare(bench, lanes, { connections: 10, rounds, share: 0.1, warmUps: 1 })
}

interface Reading {
  readonly title: string
  readonly at: (turn: Turn, share: 'p50' | 'p99') => number
  readonly unit: string
  readonly digits: number
  /** Of the 99th percentile. */
  readonly goal: number
}

function added(bench: Bench, [direct, ...others]: readonly LaneResult[], reading: Reading): readonly Figure[] {
  if (!direct) return []
  return others.flatMap((result) => {
    const { name, subject } = result.lane
    if (result.turns.length === 0) return [unmeasured(name, result.failure ?? 'not measured')]
    return (['p50', 'p99'] as const).map((share) => {
      const value = against(result, direct, (turn, base) => reading.at(turn, share) - reading.at(base, share))
      const title = `${name}: added ${reading.title}, ${share}`
      const isBound = share === 'p99' && subject === bench.governed
      return isBound ? atMost(title, value, reading) : told(title, value, reading)
    })
  })
}
