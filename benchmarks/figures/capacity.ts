import { readFileSync } from 'node:fs'
import { atMost, type Bench, type Figure, holds, type Section, told, unmeasured } from '../bench.ts'
import type { Gateway } from '../gateway.ts'

/** The gateway's own default for operations open at once. */
const MOST_OPEN = 9_000
const RESIDENT_GOAL_MIB = 600
const MIB = 1_048_576
/** Descriptors that a process needs besides those of its streams. */
const SPARE_DESCRIPTORS = 500
const BEYOND = 50
const WATCH_MS = 7_000
/** Three times as long as the upstream is silent between two events. */
const SILENT_AFTER_MS = 6_000

/** Streams open at once in one process; what is beyond its limit is told to come again. */
export const capacity: Section = {
  name: 'capacity',
  title: 'Streams open at once in one process',
  run: async (bench) => {
    const possible = Math.floor((descriptors() - SPARE_DESCRIPTORS) / 2)
    const count = Math.min(bench.sizes.heldStreams, possible)
    const gateway = await bench.site.start({ name: 'capacity', env: { GATEHOUSE_MAX_EXCHANGES: String(count) } })
    try {
      const figures = await fill(bench, gateway, count)
      if (count === bench.sizes.heldStreams) return figures
      return [unmeasured('streams', `only ${count}: a process may open ${descriptors()} files here`), ...figures]
    } finally {
      await bench.load.leave()
      await gateway.stop()
    }
  },
}

async function fill({ load }: Bench, gateway: Gateway, count: number): Promise<readonly Figure[]> {
  const shot = gateway.subject('governed').shot({ behaviour: 'held', translated: false })
  if (!shot) return []
  const atRest = gateway.child.residentBytes() / MIB
  await load.hold({ shot, count, batch: 40, answered: true })
  await Bun.sleep(WATCH_MS)
  const full = await load.held(SILENT_AFTER_MS)
  const resident = gateway.child.residentBytes() / MIB
  const refused = await load.hold({ shot, count: BEYOND, batch: BEYOND, answered: true })
  const unavailable = Object.entries(refused.refused).filter(([status]) => status.startsWith('503'))
  const told503 = unavailable.reduce((sum, [, times]) => sum + times, 0)
  await load.leave()
  const isAlive = await answersAgain(load, gateway)
  const open = { measured: full.open.toLocaleString('en'), goal: count.toLocaleString('en') }
  const mib = { unit: ' MiB', digits: 0 }
  const size = `resident with ${full.open.toLocaleString('en')} streams`
  return [
    holds('open', full.open === count && full.broken === 0, open),
    holds('stalled', full.silent === 0, { measured: String(full.silent), goal: '0' }),
    count === MOST_OPEN ? atMost(size, resident, { ...mib, goal: RESIDENT_GOAL_MIB }) : told(size, resident, mib),
    told('resident before', atRest, mib),
    holds(`beyond the limit: ${BEYOND} more`, told503 === BEYOND && refused.retryAfter === BEYOND, {
      measured: `${told503} × 503, ${refused.retryAfter} with Retry-After`,
      goal: 'all',
    }),
    holds('answers after all have left', isAlive, { measured: isAlive ? 'yes' : 'no', goal: 'yes' }),
  ]
}

async function answersAgain(load: Bench['load'], gateway: Gateway): Promise<boolean> {
  const shot = gateway.subject('governed').shot({ behaviour: 'whole', translated: false })
  if (!shot) return false
  await Bun.sleep(1_000)
  return load.round({ shot, connections: 1, count: 1 }).then(
    () => gateway.child.isRunning(),
    () => false,
  )
}

/** How many files a process may have open. */
function descriptors(): number {
  return Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? 1_024)
}
