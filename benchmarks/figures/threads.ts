import { type Bench, type Figure, type Section, told } from '../bench.ts'
import { untilQuiet } from '../processes.ts'
import type { Subject, Work } from '../subject.ts'

const MICROS = 1_000_000
/** What takes less a request is not listed. */
const LEAST_MICROS = 5

/** Where CPU time goes, by the threads of a process: the event loop, the runtime's HTTP client, its compilers, its collector. */
export const threads: Section = {
  name: 'threads',
  title: 'CPU a request by thread, 10 connections',
  run: async (bench) => {
    const figures: Figure[] = []
    for (const behaviour of ['whole', 'burst'] as const) {
      for (const translated of [false, true]) {
        for (const subject of [bench.bare, bench.governed, ...(bench.inspected ? [bench.inspected] : [])])
          figures.push(...(await threadsOf(bench, subject, { behaviour, translated })))
      }
    }
    return figures
  },
}

async function threadsOf(bench: Bench, subject: Subject, work: Work): Promise<readonly Figure[]> {
  const { child } = subject
  const shot = subject.shot(work)
  if (!child || !shot) return []
  const count = work.behaviour === 'whole' ? bench.sizes.requests : bench.sizes.streams
  for (let warmUp = 0; warmUp < bench.sizes.warmUps; warmUp++) await bench.load.round({ shot, connections: 10, count })
  await untilQuiet(child)
  const before = child.threadSeconds()
  await bench.load.round({ shot, connections: 10, count })
  await untilQuiet(child)
  const what = `${subject.name}, ${work.translated ? 'translated' : 'pass-through'}, ${work.behaviour}`
  return [...child.threadSeconds()]
    .map(([name, seconds]) => ({ name, micros: ((seconds - (before.get(name) ?? 0)) * MICROS) / count }))
    .filter(({ micros }) => micros >= LEAST_MICROS)
    .toSorted((a, b) => b.micros - a.micros)
    .map(({ name, micros }) => told(`${what}: ${name}`, micros, { unit: ' µs', digits: 0 }))
}
