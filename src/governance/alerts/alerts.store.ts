import type { Migration, Tables } from '../../platform/storage/index.ts'

/** How an alert stands. */
export type AlertState = 'open' | 'acknowledged' | 'resolved'

/** Something that was too much, from when it began to when it ended. Instants in epoch milliseconds. */
export interface AlertRow {
  readonly id: string
  /** The Alert document. */
  readonly alert: string
  readonly signal: string
  readonly subject: string
  readonly severity: string
  /** As it was when it was last looked at. */
  readonly summary: string
  readonly state: AlertState
  readonly opened_at: number
  readonly seen_at: number
  readonly resolved_at: number | null
  readonly acknowledged_at: number | null
  readonly acknowledged_by: string | null
  readonly note: string | null
  /** When it was last told; null when it never was. */
  readonly told_at: number | null
  /** `alert subject` as long as it lasts, its id after that: one at a time for each. */
  readonly lasting: string
}
interface AlertTables {
  readonly alerts: AlertRow
}

/** The table of this room. */
export const ALERT_MIGRATIONS: readonly Migration[] = [
  {
    id: 'alerts-001',
    up: [
      `create table alerts (id text primary key, alert text not null, signal text not null, subject text not null,
        severity text not null, summary text not null, state text not null, opened_at bigint not null, seen_at bigint not null,
        resolved_at bigint, acknowledged_at bigint, acknowledged_by text, note text, told_at bigint, lasting text not null)`,
      'create unique index alerts_lasting on alerts (lasting)',
      'create index alerts_resolved on alerts (resolved_at) where resolved_at is not null',
    ],
  },
]

const rows = (tables: Tables) => tables.tables<AlertTables>()

function numbered(row: AlertRow): AlertRow {
  const number = (value: number | null) => (value === null ? null : Number(value))
  return {
    ...row,
    opened_at: Number(row.opened_at),
    seen_at: Number(row.seen_at),
    resolved_at: number(row.resolved_at),
    acknowledged_at: number(row.acknowledged_at),
    told_at: number(row.told_at),
  }
}

/** Opens an alert; false when the same lasts already. */
export async function openAlert(tables: Tables, row: AlertRow): Promise<boolean> {
  const { numInsertedOrUpdatedRows = 0n } = await rows(tables)
    .insertInto('alerts')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows > 0n
}

/** Every alert that lasts. */
export async function lastingAlerts(tables: Tables): Promise<readonly AlertRow[]> {
  return (await rows(tables).selectFrom('alerts').selectAll().where('resolved_at', 'is', null).execute()).map(numbered)
}

/** Changes an alert. */
export async function updateAlert(tables: Tables, id: string, change: Partial<Omit<AlertRow, 'id'>>): Promise<void> {
  await rows(tables).updateTable('alerts').set(change).where('id', '=', id).execute()
}

/** One alert; undefined when there is none. */
export async function findAlert(tables: Tables, id: string): Promise<AlertRow | undefined> {
  const row = await rows(tables).selectFrom('alerts').selectAll().where('id', '=', id).executeTakeFirst()
  return row && numbered(row)
}

/** Which alerts are listed: newest first, those with an id before `before`. */
export interface AlertPage {
  readonly limit: number
  readonly before?: string | undefined
  readonly state?: AlertState | undefined
  readonly alert?: string | undefined
}

/** A page of alerts. */
export async function listAlerts(tables: Tables, page: AlertPage): Promise<readonly AlertRow[]> {
  let select = rows(tables).selectFrom('alerts').selectAll().orderBy('id', 'desc').limit(page.limit)
  if (page.before !== undefined) select = select.where('id', '<', page.before)
  if (page.state !== undefined) select = select.where('state', '=', page.state)
  if (page.alert !== undefined) select = select.where('alert', '=', page.alert)
  return (await select.execute()).map(numbered)
}

/** Forgets alerts that ended before an instant. */
export async function deleteResolved(tables: Tables, before: number): Promise<void> {
  await rows(tables).deleteFrom('alerts').where('resolved_at', '<', before).execute()
}
