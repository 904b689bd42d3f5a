import { atMost, type Figure, type Section, told, unmeasured } from '../bench.ts'
import { against, compare, type LaneResult } from '../rounds.ts'
import type { Subject } from '../subject.ts'

const WORK = { behaviour: 'slow', translated: false } as const
const GOALS = { p50: 0.5, p99: 3 } as const

/** What a subject adds to the latency of an upstream that answers after 20 ms. */
export const latency: Section = {
  name: 'latency',
  title: 'Added latency, upstream of 20 ms, 10 connections',
  run: async (bench) => {
    const { direct, bare, governed, inspected, peers, sizes } = bench
    const subjects = [direct, bare, governed, ...(inspected ? [inspected] : []), ...peers]
    const lanes = subjects.map((subject) => ({ name: subject.name, subject, work: WORK, count: sizes.slowRequests }))
    const how = { connections: 10, rounds: sizes.rounds, share: 0.15, warmUps: 1 }
    const [floor, ...others] = await compare(bench, lanes, how)
    if (!floor) return []
    return others.flatMap((result) => figuresOf(result, floor, [governed, inspected]))
  },
}

function figuresOf(result: LaneResult, floor: LaneResult, ours: readonly (Subject | undefined)[]): readonly Figure[] {
  const { name, subject } = result.lane
  if (result.turns.length === 0) return [unmeasured(name, result.failure ?? 'not measured')]
  return (['p50', 'p99'] as const).map((at) => {
    const added = against(result, floor, (turn, base) => turn.report.total[at] - base.report.total[at])
    const measure = { unit: ' ms', digits: 2 }
    const title = `${name}: added ${at}`
    return ours.includes(subject) ? atMost(title, added, { ...measure, goal: GOALS[at] }) : told(title, added, measure)
  })
}
