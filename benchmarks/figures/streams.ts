import { atMost, type Bench, type Figure, type Section, told, unmeasured } from '../bench.ts'
import { against, compare, type Lane, type LaneResult, medianOf } from '../rounds.ts'
import type { Subject } from '../subject.ts'

const PASS_GOAL = 1.5
const TRANSLATED_GOAL = 2.5
/** Inspecting may cost half as much again. */
const INSPECTED = 1.5
const PEER_SHARE = 0.25

/** CPU for a stream of 200 events: written in one go, and one by one. */
export const streams: Section = {
  name: 'streams',
  title: 'Streams of 200 events, 10 connections',
  run: async (bench) => {
    const figures: Figure[] = []
    for (const behaviour of ['burst', 'steps'] as const) {
      const how = { connections: 10, rounds: bench.sizes.rounds, share: 0.1, warmUps: bench.sizes.streamWarmUps }
      const [floor, ...others] = await compare(bench, lanes(bench, behaviour), how)
      if (!floor || floor.turns.length === 0) {
        figures.push(unmeasured(`bare, ${behaviour}`, floor?.failure ?? 'not measured'))
        continue
      }
      const measure = { unit: ' µs', digits: 0 }
      figures.push(
        told(
          `${floor.lane.name}: CPU a stream`,
          medianOf(floor, (turn) => turn.cpuMicros),
          measure,
        ),
      )
      figures.push(...others.flatMap((result) => figuresOf(result, floor, bench)))
    }
    return figures
  },
}

const WRITTEN = { burst: 'events back to back', steps: 'events one by one' } as const

function lanes({ bare, governed, inspected, peers, sizes }: Bench, behaviour: 'burst' | 'steps'): readonly Lane[] {
  const lane = (subject: Subject, translated: boolean): Lane => ({
    name: `${subject.name}, ${translated ? 'translated' : 'pass-through'}, ${WRITTEN[behaviour]}`,
    subject,
    work: { behaviour, translated },
    count: Math.ceil(sizes.streams * (subject.isPeer ? PEER_SHARE : 1)),
  })
  const both = [governed, ...(inspected ? [inspected] : []), ...peers]
  const all = both.flatMap((subject) => [lane(subject, false), lane(subject, true)])
  return [lane(bare, false), ...all.filter(({ subject, work }) => subject.shot(work))]
}

function figuresOf(result: LaneResult, floor: LaneResult, { governed, inspected }: Bench): readonly Figure[] {
  const { name, subject, work } = result.lane
  if (result.turns.length === 0) return [unmeasured(name, result.failure ?? 'not measured')]
  const ratio = against(result, floor, (turn, base) => turn.cpuMicros / base.cpuMicros)
  const goal = (work.translated ? TRANSLATED_GOAL : PASS_GOAL) * (subject === inspected ? INSPECTED : 1)
  const isOurs = subject === governed || subject === inspected
  const title = `${name}: CPU a stream against bare`
  const measure = { unit: ' ×', digits: 2 }
  return [
    isOurs ? atMost(title, ratio, { ...measure, goal }) : told(title, ratio, measure),
    told(
      `${name}: CPU a stream`,
      medianOf(result, (turn) => turn.cpuMicros),
      { unit: ' µs', digits: 0 },
    ),
  ]
}
