import { atMost, type Bench, type Figure, holds, type Section, told, unmeasured } from '../bench.ts'
import type { Subject } from '../subject.ts'

const CLIENTS = 50
const GOAL_MS = 100
const WAIT_MS = 3_000
const LOOK_EVERY_MS = 10

/** Whether the upstream learns that a client has gone, and how soon. */
export const hangUp: Section = {
  name: 'hang-up',
  title: `${CLIENTS} clients hang up`,
  run: async (bench) => {
    const figures: Figure[] = []
    for (const subject of [bench.bare, bench.governed, ...bench.peers]) {
      figures.push(...(await leave(bench, subject, 'held')), ...(await leave(bench, subject, 'mute')))
    }
    return figures
  },
}

const WHEN = { held: 'in a stream', mute: 'before the answer' } as const

async function leave(bench: Bench, subject: Subject, behaviour: 'held' | 'mute'): Promise<readonly Figure[]> {
  const { load, upstream } = bench
  const name = `${subject.name}: hang-up ${WHEN[behaviour]}`
  const shot = subject.shot({ behaviour, translated: false })
  if (!shot) return []
  const { requests } = await upstream.ask({ forget: true })
  await load.hold({ shot, count: CLIENTS, batch: 10, answered: behaviour === 'held' })
  await until(async () => (await upstream.ask({})).requests >= requests + CLIENTS)
  const { leftAt } = await load.leave()
  await until(async () => (await upstream.ask({})).hangUps.length >= CLIENTS)
  const { hangUps } = await upstream.ask({ forget: true })
  if (subject === bench.governed) {
    const arrived = { measured: `${hangUps.length} of ${CLIENTS}`, goal: 'all' }
    const isWhole = holds(`${name}, arrived`, hangUps.length === CLIENTS, arrived)
    if (hangUps.length === 0) return [isWhole]
    const latest = Math.max(...hangUps) - leftAt
    return [isWhole, atMost(`${name}, latest`, latest, { unit: ' ms', digits: 1, goal: GOAL_MS })]
  }
  if (hangUps.length < CLIENTS) return [unmeasured(name, `${hangUps.length} of ${CLIENTS} within 3 s`)]
  return [told(`${name}, latest`, Math.max(...hangUps) - leftAt, { unit: ' ms', digits: 1 })]
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let waited = 0; waited < WAIT_MS && !(await isSo()); waited += LOOK_EVERY_MS) await Bun.sleep(LOOK_EVERY_MS)
}
