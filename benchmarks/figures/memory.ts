import { atMost, type Bench, type Section, told } from '../bench.ts'
import type { Gateway } from '../gateway.ts'
import { untilQuiet } from '../processes.ts'

const MIB = 1_048_576
const REST_GOAL_MIB = 150
const GROWTH_GOAL = 20
/** By then the runtime has compiled what it will and its heap has found its size. */
const WARM_SHARE = 0.1

/** Memory at rest, and whether it grows with the number of requests. */
export const memory: Section = {
  name: 'memory',
  title: 'Resident memory of one process',
  run: async (bench) => {
    const { memoryRequests } = bench.sizes
    const gateway = await bench.site.start({ name: 'memory' })
    try {
      const rest = await resident(gateway)
      const early = Math.ceil(memoryRequests * WARM_SHARE)
      await ask(bench, gateway, early)
      const warm = await resident(gateway)
      await ask(bench, gateway, memoryRequests - early)
      const end = await resident(gateway)
      const mib = { unit: ' MiB', digits: 0 }
      const after = `${memoryRequests.toLocaleString('en')} requests`
      return [
        atMost('at rest', rest, { ...mib, goal: REST_GOAL_MIB }),
        told(`after ${early.toLocaleString('en')} requests`, warm, mib),
        told(`after ${after}`, end, mib),
        atMost(`growth from there to ${after}`, (end / warm - 1) * 100, { unit: ' %', digits: 0, goal: GROWTH_GOAL }),
      ]
    } finally {
      await gateway.stop()
    }
  },
}

async function ask({ load }: Bench, gateway: Gateway, count: number): Promise<void> {
  const shot = gateway.subject('governed').shot({ behaviour: 'whole', translated: false })
  if (shot) await load.round({ shot, connections: 10, count })
}

async function resident({ child }: Gateway): Promise<number> {
  await untilQuiet(child)
  return child.residentBytes() / MIB
}
