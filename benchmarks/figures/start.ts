import { atMost, type Section, told } from '../bench.ts'
import { median } from '../statistics.ts'

const GOAL_MS = 1_000

/** From starting the process to its first answer from the upstream, on data that is there already. */
export const start: Section = {
  name: 'start',
  title: 'Cold start to first answer, existing data',
  run: async ({ site, sizes }) => {
    const first = await site.start({ name: 'start' })
    await first.stop()
    const taken: number[] = []
    for (let count = 0; count < sizes.coldStarts; count++) {
      const gateway = await site.start({ name: 'start' })
      taken.push(gateway.firstAnswerMs)
      await gateway.stop()
    }
    const ms = { unit: ' ms', digits: 0 }
    return [
      atMost(`median of ${sizes.coldStarts}`, median(taken), { ...ms, goal: GOAL_MS }),
      told('the very first, on no data', first.firstAnswerMs, ms),
    ]
  },
}
