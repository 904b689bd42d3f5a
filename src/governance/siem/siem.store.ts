import type { Migration, Tables } from '../../platform/storage/index.ts'

/** The two streams of events, each read in the order in which it was committed. */
export type SiemStream = 'audit' | 'operations'

interface CursorRow {
  readonly destination: string
  readonly stream: string
  /** The last sequence that was taken. */
  readonly position: number
}
interface CursorTables {
  readonly siem_cursors: CursorRow
}

/** The table of this room. */
export const siemMigrations: readonly Migration[] = [
  {
    id: 'siem-001',
    up: [
      'create table siem_cursors (destination text not null, stream text not null, position bigint not null, primary key (destination, stream))',
    ],
  },
]

/** How far a destination has taken a stream; undefined when it was never asked. */
export async function readCursor(tables: Tables, destination: string, stream: SiemStream): Promise<number | undefined> {
  const row = await tables
    .tables<CursorTables>()
    .selectFrom('siem_cursors')
    .select('position')
    .where('destination', '=', destination)
    .where('stream', '=', stream)
    .executeTakeFirst()
  return row?.position
}

/** Notes how far a destination has taken a stream. */
export async function writeCursor(
  tables: Tables,
  destination: string,
  { stream, position }: { readonly stream: SiemStream; readonly position: number },
): Promise<void> {
  await tables
    .tables<CursorTables>()
    .insertInto('siem_cursors')
    .values({ destination, stream, position })
    .onConflict((conflict) => conflict.columns(['destination', 'stream']).doUpdateSet({ position }))
    .execute()
}
