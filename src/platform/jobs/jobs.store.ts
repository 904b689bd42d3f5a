import type { Migration, Tables } from '../storage/index.ts'

/** A piece of background work. Instants in epoch milliseconds. */
export interface JobRow {
  readonly id: string
  /** Which handler does it. */
  readonly kind: string
  /** What the handler is told, as JSON text. */
  readonly payload: string
  readonly run_at: number
  /** How often it failed in a row. */
  readonly failures: number
  /** Recurs so long after each run; null: once. */
  readonly every_ms: number | null
  /** Until then it belongs to `leased_by`; 0: to nobody. */
  readonly leased_until: number
  readonly leased_by: string | null
  readonly last_error: string | null
}
interface JobTables {
  readonly jobs: JobRow
}

/** The table of background work. */
export const jobsMigrations: readonly Migration[] = [
  {
    id: 'jobs-001',
    up: [
      `create table jobs (id text primary key, kind text not null, payload text not null, run_at bigint not null,
        failures bigint not null, every_ms bigint, leased_until bigint not null, leased_by text, last_error text)`,
      'create index jobs_due on jobs (run_at)',
    ],
  },
]

/** Adds a job; one with the same id stays as it is. */
export async function insertJob(tables: Tables, job: JobRow): Promise<void> {
  await tables
    .tables<JobTables>()
    .insertInto('jobs')
    .values(job)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
}

/** Jobs of these kinds that are due and that nobody has, the longest due first. */
export async function dueJobs(
  tables: Tables,
  due: { readonly kinds: readonly string[]; readonly now: number; readonly limit: number },
): Promise<readonly JobRow[]> {
  if (due.kinds.length === 0) return []
  return tables
    .tables<JobTables>()
    .selectFrom('jobs')
    .selectAll()
    .where('run_at', '<=', due.now)
    .where('leased_until', '<=', due.now)
    .where('kind', 'in', due.kinds)
    .orderBy('run_at')
    .limit(due.limit)
    .execute()
}

/** A change of who has a job: it happens only while the job's lease is still as it was read. */
export interface LeaseChange {
  readonly id: string
  readonly leasedUntil: number
  readonly leasedBy: string | null
}

/** Takes or prolongs a lease; false when another node was faster. */
export async function changeLease(tables: Tables, was: LeaseChange, becomes: LeaseChange): Promise<boolean> {
  const changed = await tables
    .tables<JobTables>()
    .updateTable('jobs')
    .set({ leased_until: becomes.leasedUntil, leased_by: becomes.leasedBy })
    .where('id', '=', was.id)
    .where('leased_until', '=', was.leasedUntil)
    .where((is) => (was.leasedBy === null ? is('leased_by', 'is', null) : is('leased_by', '=', was.leasedBy)))
    .executeTakeFirst()
  return changed.numUpdatedRows === 1n
}

/** Ends a run: the job goes, or waits for its next time. Does nothing when the lease is no longer this node's. */
export async function settleJob(
  tables: Tables,
  job: { readonly id: string; readonly leasedBy: string },
  next: Pick<JobRow, 'run_at' | 'failures' | 'last_error'> | undefined,
): Promise<void> {
  const kysely = tables.tables<JobTables>()
  if (next) {
    await kysely
      .updateTable('jobs')
      .set({ ...next, leased_until: 0, leased_by: null })
      .where('id', '=', job.id)
      .where('leased_by', '=', job.leasedBy)
      .execute()
  } else await kysely.deleteFrom('jobs').where('id', '=', job.id).where('leased_by', '=', job.leasedBy).execute()
}

/** One job as it stands, or undefined when it is done. */
export function findJob(tables: Tables, id: string): Promise<JobRow | undefined> {
  return tables.tables<JobTables>().selectFrom('jobs').selectAll().where('id', '=', id).executeTakeFirst()
}
