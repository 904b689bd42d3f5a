import { atLeast, atMost, type Bench, type Figure, type Section, told, unmeasured } from '../bench.ts'
import { against, compare, type Lane, type LaneResult, medianOf, type Turn } from '../rounds.ts'

const PASS = { behaviour: 'whole', translated: false } as const
const TRANSLATED = { behaviour: 'whole', translated: true } as const
/** How much less a peer is asked, so that its rounds do not take all the time. */
const PEER_SHARE = 0.25

const GOALS: Readonly<Record<string, { readonly ratio: number; readonly perSecond?: number }>> = {
  'governed, pass-through': { ratio: 1.6, perSecond: 10_000 },
  'inspected, pass-through': { ratio: 3, perSecond: 6_000 },
  'governed, translated': { ratio: 2.2 },
  'inspected, translated': { ratio: 3.5 },
}

/** CPU for a request of one kilobyte, and requests a second. */
export const requests: Section = {
  name: 'requests',
  title: 'Requests of 1 KB, not streamed, 10 connections',
  run: async (bench) => {
    const { rounds } = bench.sizes
    const [floor, ...others] = await compare(bench, lanes(bench), {
      connections: 10,
      rounds,
      share: 0.25,
      warmUps: bench.sizes.warmUps,
    })
    if (!floor || floor.turns.length === 0) return [unmeasured('bare', floor?.failure ?? 'not measured')]
    const figures = others.flatMap((result) => figuresOf(result, floor))
    const missing = bench.inspected ? [] : [unmeasured('inspected', 'this build has no guardrails')]
    return [...floorFigures(floor), ...figures, ...missing]
  },
}

function lanes({ bare, governed, inspected, peers, sizes }: Bench): readonly Lane[] {
  const count = sizes.requests
  const guarded = inspected
    ? [
        { name: 'inspected, pass-through', subject: inspected, work: PASS, count },
        { name: 'inspected, translated', subject: inspected, work: TRANSLATED, count },
      ]
    : []
  const others = peers.flatMap((subject) =>
    [PASS, TRANSLATED]
      .filter((work) => subject.shot(work))
      .map((work) => {
        const name = `${subject.name}, ${work.translated ? 'translated' : 'pass-through'}`
        return { name, subject, work, count: Math.ceil(count * PEER_SHARE) }
      }),
  )
  return [
    { name: 'bare', subject: bare, work: PASS, count },
    { name: 'governed, pass-through', subject: governed, work: PASS, count },
    { name: 'governed, translated', subject: governed, work: TRANSLATED, count },
    ...guarded,
    ...others,
  ]
}

const perCpuSecond = (turn: Turn) => 1_000_000 / turn.cpuMicros

function floorFigures(floor: LaneResult): readonly Figure[] {
  return [
    told(
      'bare: CPU a request',
      medianOf(floor, (turn) => turn.cpuMicros),
      { unit: ' µs', digits: 0 },
    ),
    told('bare: requests a CPU second', medianOf(floor, perCpuSecond), { unit: '', digits: 0 }),
    told(
      'bare: requests a second here',
      medianOf(floor, (turn) => turn.perSecond),
      { unit: '', digits: 0 },
    ),
  ]
}

function figuresOf(result: LaneResult, floor: LaneResult): readonly Figure[] {
  const { name } = result.lane
  if (result.turns.length === 0) return [unmeasured(name, result.failure ?? 'not measured')]
  const ratio = against(result, floor, (turn, base) => turn.cpuMicros / base.cpuMicros)
  const goal = GOALS[name]
  const each = medianOf(result, perCpuSecond)
  const title = `${name}: CPU a request against bare`
  return [
    goal
      ? atMost(title, ratio, { unit: ' ×', digits: 2, goal: goal.ratio })
      : told(title, ratio, { unit: ' ×', digits: 2 }),
    told(
      `${name}: CPU a request`,
      medianOf(result, (turn) => turn.cpuMicros),
      { unit: ' µs', digits: 0 },
    ),
    goal?.perSecond
      ? atLeast(`${name}: requests a CPU second`, each, { unit: '', digits: 0, goal: goal.perSecond })
      : told(`${name}: requests a CPU second`, each, { unit: '', digits: 0 }),
    told(
      `${name}: requests a second here`,
      medianOf(result, (turn) => turn.perSecond),
      { unit: '', digits: 0 },
    ),
    ...(result.failure === undefined ? [] : [unmeasured(name, `stopped early: ${result.failure}`)]),
  ]
}
