import type { People } from '../governance/people/index.ts'
import type { SiemExport } from '../governance/siem/index.ts'
import type { Records } from '../governance/usage/index.ts'
import type { Clock } from '../lib/clock.ts'
import type { Random } from '../lib/random.ts'
import { type Jobs, jobs } from '../platform/jobs/index.ts'
import type { Database } from '../platform/storage/index.ts'
import type { Logger } from '../platform/telemetry/index.ts'

/** What background work is done with. */
export interface BackgroundOptions {
  readonly database: Database
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly people: Pick<People, 'sessions'>
  readonly records: Pick<Records, 'expire'>
  readonly exports: readonly SiemExport[]
  /** This node's name, different from every other's. */
  readonly node: string
}

/** How soon a security information system hears of something. */
const EXPORT_MS = 5_000
const HOUR_MS = 3_600_000
const RETENTION = 'ledger.retention'
const OLD_SESSIONS = 'people.old-sessions'

/** Makes this node take its part in recurring work: one node at a time does each job. It runs until stopped. */
export async function startBackground(options: BackgroundOptions): Promise<Jobs> {
  const { database, clock, random, log, node, people } = options
  const work = jobs({
    database,
    clock,
    random,
    node,
    handlers: {
      [RETENTION]: () => expire(options.records, log),
      ...Object.fromEntries(
        options.exports.map(({ id, run }) => [id, (_: unknown, signal: AbortSignal) => run(signal)]),
      ),
      [OLD_SESSIONS]: async () => void (await people.sessions.clean()),
    },
    onFailure: (job, cause) => log.warn('job failed', { job: job.id, cause: String(cause) }),
  })
  for (const kind of [RETENTION, OLD_SESSIONS]) await work.enqueue({ id: kind, kind, everyMs: HOUR_MS })
  for (const { id } of options.exports) await work.enqueue({ id, kind: id, everyMs: EXPORT_MS })
  work.start()
  return work
}

/** Captured content goes when its Capture document said it would, and records when the organisation said so. */
async function expire(records: Pick<Records, 'expire'>, log: Logger): Promise<void> {
  const gone = await records.expire()
  if (gone.contents + gone.operations > 0) log.info('retention', { ...gone })
}
