import type { Frontier, Hash, Subtree } from '../../lib/merkle.ts'
import type { Database, Migration, Tables } from '../../platform/storage/index.ts'

/** Where a log stands: its tree, and the hash of its last entry (hex; empty when there is none). */
export interface LogHead {
  readonly tree: Frontier
  readonly last: string
}

/** One entry as a row. `nodes` are the hashes of the subtrees that end with it, hex, the leaf first. */
export interface EntryRow {
  readonly sequence: number
  readonly at: number
  readonly actor: string
  readonly action: string
  readonly object: string | null
  readonly request_id: string | null
  readonly entry: string
  readonly nodes: string
}

/** A signed checkpoint. */
export interface CheckpointRow {
  readonly size: number
  /** Epoch milliseconds. */
  readonly at: number
  readonly note: string
}

interface EntriesTable extends EntryRow {
  readonly log: string
}
interface HeadsTable {
  readonly log: string
  readonly size: number
  readonly last: string
  readonly subtrees: string
}
interface CheckpointsTable extends CheckpointRow {
  readonly log: string
}
interface AuditTables {
  readonly audit_entries: EntriesTable
  readonly audit_heads: HeadsTable
  readonly audit_checkpoints: CheckpointsTable
}

/** The tables of this room. */
export const auditMigrations: readonly Migration[] = [
  {
    id: 'audit-001',
    up: [
      `create table audit_entries (log text not null, sequence bigint not null, at bigint not null, actor text not null,
        action text not null, object text, request_id text, entry text not null, nodes text not null,
        primary key (log, sequence))`,
      'create table audit_heads (log text primary key, size bigint not null, last text not null, subtrees text not null)',
      `create table audit_checkpoints (log text not null, size bigint not null, at bigint not null, note text not null,
        primary key (log, size))`,
    ],
  },
]

const HASH_DIGITS = 64
const ROWS_A_STATEMENT = 100

/** The head of a log, kept for this transaction alone until it ends: whoever appends waits for whoever came before. */
export async function lockHead(tables: Tables, log: string): Promise<LogHead> {
  const heads = tables.tables<AuditTables>()
  const lock = () =>
    heads
      .updateTable('audit_heads')
      .set((is) => ({ size: is.ref('size') }))
      .where('log', '=', log)
      .returning(['size', 'last', 'subtrees'])
      .executeTakeFirst()
  const found = await lock()
  if (found) return toHead(found)
  const first = { log, size: 0, last: '', subtrees: '' }
  await heads
    .insertInto('audit_heads')
    .values(first)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return toHead((await lock()) ?? first)
}

/** Adds entries behind the head that is locked, and moves it. */
export async function addEntries(
  tables: Tables,
  log: string,
  added: { readonly rows: readonly EntryRow[]; readonly head: LogHead },
): Promise<void> {
  const { rows, head } = added
  for (let from = 0; from < rows.length; from += ROWS_A_STATEMENT) {
    const values = rows.slice(from, from + ROWS_A_STATEMENT).map((row) => ({ log, ...row }))
    await tables.tables<AuditTables>().insertInto('audit_entries').values(values).execute()
  }
  await tables
    .tables<AuditTables>()
    .updateTable('audit_heads')
    .set({ size: head.tree.size, last: head.last, subtrees: head.tree.subtrees.map(toHex).join('') })
    .where('log', '=', log)
    .execute()
}

/** The head as committed; an empty one where there is no log yet. */
export async function readHead(tables: Tables, log: string): Promise<LogHead> {
  const row = await tables
    .tables<AuditTables>()
    .selectFrom('audit_heads')
    .selectAll()
    .where('log', '=', log)
    .executeTakeFirst()
  return toHead(row ?? { size: 0, last: '', subtrees: '' })
}

/** Which entries are wanted; what is absent does not matter. Instants in epoch milliseconds, `from` inclusive, `to` exclusive. */
export interface EntryFilter {
  readonly from?: number | undefined
  readonly to?: number | undefined
  readonly actor?: string | undefined
  readonly action?: string | undefined
  readonly object?: string | undefined
  readonly requestId?: string | undefined
}

/** Entries that match, newest first, those before a sequence. */
export async function listEntries(
  tables: Tables,
  log: string,
  page: { readonly filter: EntryFilter; readonly limit: number; readonly before?: number | undefined },
): Promise<readonly EntryRow[]> {
  const { from, to, actor, action, object, requestId } = page.filter
  let found = tables.tables<AuditTables>().selectFrom('audit_entries').selectAll().where('log', '=', log)
  if (page.before !== undefined) found = found.where('sequence', '<', page.before)
  if (from !== undefined) found = found.where('at', '>=', from)
  if (to !== undefined) found = found.where('at', '<', to)
  if (actor !== undefined) found = found.where('actor', '=', actor)
  if (action !== undefined) {
    found = action.endsWith('.*')
      ? found.where('action', '>=', action.slice(0, -1)).where('action', '<', `${action.slice(0, -2)}/`)
      : found.where('action', '=', action)
  }
  if (object !== undefined) found = found.where('object', '=', object)
  if (requestId !== undefined) found = found.where('request_id', '=', requestId)
  return found.orderBy('sequence', 'desc').limit(page.limit).execute()
}

/** Entries in order, from a sequence on. */
export function readEntries(
  tables: Tables,
  log: string,
  page: { readonly from: number; readonly limit: number },
): Promise<readonly EntryRow[]> {
  return tables
    .tables<AuditTables>()
    .selectFrom('audit_entries')
    .selectAll()
    .where('log', '=', log)
    .where('sequence', '>=', page.from)
    .orderBy('sequence')
    .limit(page.limit)
    .execute()
}

/** The hashes of subtrees, in the order asked; undefined where the row is missing or says something else. */
export async function readSubtrees(
  tables: Tables,
  log: string,
  wanted: readonly Subtree[],
): Promise<readonly (Hash | undefined)[]> {
  const endOf = ({ level, index }: Subtree) => (index + 1) * 2 ** level
  const rows = await tables
    .tables<AuditTables>()
    .selectFrom('audit_entries')
    .select(['sequence', 'nodes'])
    .where('log', '=', log)
    .where('sequence', 'in', [0, ...wanted.map(endOf)])
    .execute()
  const nodes = new Map(rows.map((row) => [row.sequence, row.nodes]))
  return wanted.map((subtree) => {
    const at = subtree.level * HASH_DIGITS
    const text = nodes.get(endOf(subtree))?.slice(at, at + HASH_DIGITS) ?? ''
    return text.length === HASH_DIGITS ? Buffer.from(text, 'hex') : undefined
  })
}

/** Keeps a checkpoint; false when there is one of that size. */
export async function addCheckpoint(database: Database, log: string, row: CheckpointRow): Promise<boolean> {
  const result = await database
    .tables<AuditTables>()
    .insertInto('audit_checkpoints')
    .values({ log, ...row })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
}

/** Checkpoints of sizes beyond `after`, the smallest first. */
export function readCheckpoints(
  tables: Tables,
  log: string,
  page: { readonly after: number; readonly limit: number },
): Promise<readonly CheckpointRow[]> {
  return tables
    .tables<AuditTables>()
    .selectFrom('audit_checkpoints')
    .select(['size', 'at', 'note'])
    .where('log', '=', log)
    .where('size', '>', page.after)
    .orderBy('size')
    .limit(page.limit)
    .execute()
}

/** The newest checkpoint. */
export function newestCheckpoint(tables: Tables, log: string): Promise<CheckpointRow | undefined> {
  return tables
    .tables<AuditTables>()
    .selectFrom('audit_checkpoints')
    .select(['size', 'at', 'note'])
    .where('log', '=', log)
    .orderBy('size', 'desc')
    .limit(1)
    .executeTakeFirst()
}

function toHead({ size, last, subtrees }: Omit<HeadsTable, 'log'>): LogHead {
  const hashes: Hash[] = []
  for (let at = 0; at < subtrees.length; at += HASH_DIGITS)
    hashes.push(Buffer.from(subtrees.slice(at, at + HASH_DIGITS), 'hex'))
  return { tree: { size, subtrees: hashes }, last }
}

/** A hash as text. */
export function toHex(hash: Hash): string {
  return Buffer.from(hash.buffer, hash.byteOffset, hash.byteLength).toString('hex')
}
