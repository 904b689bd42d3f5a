import type { Clock, Timer } from '../../lib/clock.ts'
import type { Random } from '../../lib/random.ts'
import { backoffMs } from '../../lib/retry.ts'
import type { Database } from '../storage/index.ts'
import { changeLease, dueJobs, findJob, insertJob, type JobRow, settleJob } from './jobs.store.ts'

/** Does one kind of job. It may run twice (a node can die after its work and before it says so): make it repeatable. */
export type JobHandler = (payload: unknown, signal: AbortSignal) => Promise<void>

/** A job to be done. */
export interface NewJob {
  /** Its name; a second job of the same name is not added, so recurring jobs may be asked for at every start. */
  readonly id: string
  readonly kind: string
  /** JSON-serialisable. */
  readonly payload?: unknown
  /** Epoch milliseconds; now when absent. */
  readonly runAt?: number
  /** Runs again so long after each end, milliseconds; absent: once. */
  readonly everyMs?: number
}

/** Background work in a table: any node may take a job, one at a time has it, and a dead node's job is taken over. */
export interface Jobs {
  readonly enqueue: (job: NewJob) => Promise<void>
  /** Begins to look for due jobs every `pollMs`. */
  readonly start: () => void
  /** Does what is due now and returns how many jobs ran; what `start` does at each look. */
  readonly runDue: () => Promise<number>
  /** How a job stands: waiting, how often it failed and why; undefined when it is done. */
  readonly find: (id: string) => Promise<Pick<JobRow, 'run_at' | 'failures' | 'last_error'> | undefined>
  /** Looks no more, tells running handlers to stop, and waits for them. */
  readonly stop: () => Promise<void>
}

/** What {@link jobs} needs. Durations in milliseconds. */
export interface JobsOptions {
  readonly database: Database
  readonly clock: Clock
  readonly random: Random
  /** This node's name, different from every other's. */
  readonly node: string
  readonly handlers: Readonly<Record<string, JobHandler>>
  /** Told of failures. */
  readonly onFailure?: (job: { readonly id: string; readonly kind: string }, cause: unknown) => void
  /** How often due jobs are looked for; default 5 s. */
  readonly pollMs?: number
  /** After this without a sign of life a job is another node's; default 60 s. */
  readonly leaseMs?: number
}

const BACKOFF = { baseMs: 5_000, maxMs: 3_600_000 }
/** Jobs taken at one look; they run one after the other. */
const AT_ONCE = 10
const MAX_ERROR_LENGTH = 500

/** Makes the node's {@link Jobs}; nothing runs until `start`. The table must be migrated. */
export function jobs(options: JobsOptions): Jobs {
  const { database, clock, node, handlers } = options
  const stopping = new AbortController()
  let timer: Timer | undefined
  let running: Promise<number> | undefined

  const runAllDue = async (): Promise<number> => {
    const due = await dueJobs(database, { kinds: Object.keys(handlers), now: clock.now(), limit: AT_ONCE })
    let count = 0
    for (const job of due) if (!stopping.signal.aborted && (await runLeased(options, job, stopping.signal))) count++
    return count
  }
  const runDue = () => {
    running ??= runAllDue().finally(() => {
      running = undefined
    })
    return running
  }
  return {
    enqueue: (job) =>
      insertJob(database, {
        id: job.id,
        kind: job.kind,
        payload: JSON.stringify(job.payload ?? null),
        run_at: job.runAt ?? clock.now(),
        failures: 0,
        every_ms: job.everyMs ?? null,
        leased_until: 0,
        leased_by: null,
        last_error: null,
      }),
    start: () => {
      // A store that is away is tried again at the next look.
      timer ??= clock.every(options.pollMs ?? 5_000, () => void runDue().catch(() => undefined))
    },
    runDue,
    find: (id) => findJob(database, id),
    stop: async () => {
      timer?.cancel()
      stopping.abort(new Error(`node ${node} is stopping`))
      await running?.catch(() => undefined)
    },
  }
}

/** Runs a job if its lease can be had; false when another node has it. */
async function runLeased(options: JobsOptions, job: JobRow, signal: AbortSignal): Promise<boolean> {
  const { database, clock, node } = options
  const leaseMs = options.leaseMs ?? 60_000
  let lease = { id: job.id, leasedUntil: clock.now() + leaseMs, leasedBy: node }
  const before = { id: job.id, leasedUntil: job.leased_until, leasedBy: job.leased_by }
  if (!(await changeLease(database, before, lease))) return false
  const lost = new AbortController()
  const heartbeat = clock.every(leaseMs / 3, () => {
    const longer = { ...lease, leasedUntil: clock.now() + leaseMs }
    changeLease(database, lease, longer).then(
      (isOurs) => {
        if (isOurs) lease = longer
        else lost.abort(new Error(`the lease of job ${job.id} was lost`))
      },
      () => undefined,
    )
  })
  const failure = await attempt(options, job, AbortSignal.any([signal, lost.signal])).finally(heartbeat.cancel)
  await settleJob(database, { id: job.id, leasedBy: node }, nextOf(options, job, failure))
  return true
}

async function attempt(options: JobsOptions, job: JobRow, signal: AbortSignal): Promise<string | undefined> {
  try {
    await options.handlers[job.kind]?.(JSON.parse(job.payload), signal)
    return undefined
  } catch (cause) {
    options.onFailure?.(job, cause)
    return (cause instanceof Error ? cause.message : String(cause)).slice(0, MAX_ERROR_LENGTH)
  }
}

function nextOf(options: JobsOptions, job: JobRow, failure: string | undefined) {
  const now = options.clock.now()
  if (failure === undefined) {
    return job.every_ms === null ? undefined : { run_at: now + job.every_ms, failures: 0, last_error: null }
  }
  const failures = job.failures + 1
  const waitMs = Math.min(backoffMs(failures, options.random, BACKOFF), job.every_ms ?? Number.POSITIVE_INFINITY)
  return { run_at: now + waitMs, failures, last_error: failure }
}
