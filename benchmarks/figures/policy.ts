import { join } from 'node:path'
import { atMost, type Section, told } from '../bench.ts'
import { startProgram } from '../processes.ts'
import type { PolicyReport } from '../programs/policy.ts'

const PUBLISH_GOAL_MS = 1_000
const DECISION_GOAL_MICROS = 5

/** A policy of 10,000 documents: made to count, and asked. */
export const policy: Section = {
  name: 'policy',
  title: 'A policy of 10,000 documents',
  run: async () => {
    const program = startProgram<object, PolicyReport>(join(import.meta.dir, '../programs/policy.ts'))
    try {
      const report = await program.ask({})
      const ms = { unit: ' ms', digits: 0 }
      const micros = { unit: ' µs', digits: 2 }
      return [
        told('documents', report.documents, { unit: '', digits: 0 }),
        atMost('compile and publish', report.publishMs, { ...ms, goal: PUBLISH_GOAL_MS }),
        told('before that: read the YAML', report.readMs, ms),
        told('before that: validate', report.validateMs, ms),
        atMost('a decision that allows', report.allowMicros, { ...micros, goal: DECISION_GOAL_MICROS }),
        atMost('a decision that denies', report.denyMicros, { ...micros, goal: DECISION_GOAL_MICROS }),
      ]
    } finally {
      await program.stop()
    }
  },
}
