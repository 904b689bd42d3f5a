import { sha256Hex } from '../../lib/crypto.ts'
import { leafHash, rootOf, treeOf } from '../../lib/merkle.ts'
import type { Migration, Tables } from '../../platform/storage/index.ts'
import type { Audit } from '../audit/index.ts'

/** Seals the records of a batch: the root of their tree stands in a log that cannot be changed unseen. */
export interface Sealing {
  readonly log: Pick<Audit, 'append'>
  /** The node that ships, for the entry's `actor`. */
  readonly node: string
}

/** A record as it was stored. */
export interface SealedRecord {
  readonly id: string
  readonly text: string
}

/** What a seal is of: the ids of its records and the hashes of their texts, in one order. */
export interface SealRow {
  /** The sequence of its entry in the log. */
  readonly sequence: number
  /** Separated by spaces. */
  readonly ids: string
  /** 64 hex digits each. */
  readonly hashes: string
  /** Of captured content: lines of an id and the SHA-256 of what was kept; may be empty. */
  readonly contents: string
}

interface SealTables {
  readonly ledger_seals: SealRow
}

/** The table of seals. */
export const sealsMigration: Migration = {
  id: 'usage-seals-001',
  up: [
    'create table ledger_seals (sequence bigint primary key, ids text not null, hashes text not null, contents text not null)',
  ],
}

/** A batch as it was stored. */
export interface StoredBatch {
  readonly records: readonly SealedRecord[]
  /** Captured content, of those records that have some. */
  readonly contents: readonly SealedRecord[]
}

/** Seals a batch in the transaction that stores it; call it last there. */
export async function sealRecords(tables: Tables, batch: StoredBatch, sealing: Sealing): Promise<void> {
  const { records } = batch
  if (records.length === 0) return
  const leaves = records.map(({ text }) => leafHash(text))
  const contents = batch.contents.map(({ id, text }) => `${id} ${sha256Hex(text)}`).join('\n')
  const root = rootOf(treeOf(leaves))
  const facts = {
    operations: records.length,
    root: Buffer.from(root).toString('hex'),
    ...(contents !== '' && { contents: sha256Hex(contents) }),
  }
  const sequence = await sealing.log.append(tables, { actor: `node:${sealing.node}`, action: 'ledger.seal', facts })
  const ids = records.map(({ id }) => id).join(' ')
  const hashes = leaves.map((leaf) => Buffer.from(leaf).toString('hex')).join('')
  await tables.tables<SealTables>().insertInto('ledger_seals').values({ sequence, ids, hashes, contents }).execute()
}

/** Seals in order, from a sequence on. */
export function readSeals(
  tables: Tables,
  page: { readonly from: number; readonly limit: number },
): Promise<readonly SealRow[]> {
  return tables
    .tables<SealTables>()
    .selectFrom('ledger_seals')
    .selectAll()
    .where('sequence', '>=', page.from)
    .orderBy('sequence')
    .limit(page.limit)
    .execute()
}

/** The newest seal's sequence; 0 before the first. */
export async function newestSeal(tables: Tables): Promise<number> {
  const row = await tables
    .tables<SealTables>()
    .selectFrom('ledger_seals')
    .select('sequence')
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.sequence ?? 0
}
