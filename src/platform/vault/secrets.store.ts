import type { Database, Migration, Tables } from '../storage/index.ts'
import type { SealedPlace } from './envelope.ts'

/** One sealed value and the place it belongs to. */
export interface SealedRow extends SealedPlace {
  /** See `envelope.ts`; nothing in the table is readable without the master key. */
  readonly sealed: string
  /** Epoch milliseconds. */
  readonly updatedAt: number
}

/** Where sealed values are kept. */
export interface SecretsStore {
  readonly get: (place: SealedPlace) => Promise<SealedRow | undefined>
  /** All rows of one kind, sorted by id, without their order meaning anything else. */
  readonly list: (org: string, kind: string) => Promise<readonly SealedRow[]>
  /** Writes only what is not there yet; several nodes may try at once. */
  readonly addMissing: (row: SealedRow) => Promise<void>
  /** `also` runs in the same transaction, last. */
  readonly put: (row: SealedRow, also?: Also) => Promise<void>
  /** The same in a transaction of the caller's. */
  readonly putIn: (tables: Tables, row: SealedRow) => Promise<void>
  /** Replaces all of them or none; `also` runs in the same transaction, last. */
  readonly putAll: (rows: readonly SealedRow[], also?: Also) => Promise<void>
  /** Says whether there was one; `also` runs in the same transaction, and only then. */
  readonly delete: (place: SealedPlace, also?: Also) => Promise<boolean>
}

/** What is done in the same transaction: telling the audit log of it. */
export type Also = (tables: Tables) => Promise<unknown>

/** The schema of the vault. */
export const VAULT_MIGRATIONS: readonly Migration[] = [
  {
    id: 'vault-001',
    up: [
      'create table secrets (org text not null, kind text not null, id text not null, field text not null, sealed text not null, updated_at bigint not null, primary key (org, kind, id, field))',
    ],
  },
]

interface SecretsTable {
  readonly org: string
  readonly kind: string
  readonly id: string
  readonly field: string
  readonly sealed: string
  readonly updated_at: number
}

interface VaultTables {
  readonly secrets: SecretsTable
}

/** The {@link SecretsStore} on the database; {@link VAULT_MIGRATIONS} must have run. */
export function secretsStore(database: Database): SecretsStore {
  const tables = database.tables<VaultTables>()
  const upsert = (on: typeof tables, row: SealedRow) =>
    on
      .insertInto('secrets')
      .values(toTable(row))
      .onConflict((conflict) =>
        conflict.columns(['org', 'kind', 'id', 'field']).doUpdateSet({ sealed: row.sealed, updated_at: row.updatedAt }),
      )
      .execute()
  return {
    get: async ({ org, kind, id, field }) => {
      const found = tables.selectFrom('secrets').selectAll().where('org', '=', org).where('kind', '=', kind)
      const row = await found.where('id', '=', id).where('field', '=', field).executeTakeFirst()
      return row && fromTable(row)
    },
    list: async (org, kind) => {
      const found = tables.selectFrom('secrets').selectAll().where('org', '=', org).where('kind', '=', kind)
      return (await found.orderBy('id').execute()).map(fromTable)
    },
    addMissing: async (row) => {
      const insert = tables.insertInto('secrets').values(toTable(row))
      await insert.onConflict((conflict) => conflict.doNothing()).execute()
    },
    put: (row, also) =>
      database.transaction(async (transaction) => {
        await upsert(transaction.tables<VaultTables>(), row)
        await also?.(transaction)
      }),
    putIn: async (transaction, row) => {
      await upsert(transaction.tables<VaultTables>(), row)
    },
    putAll: (rows, also) =>
      database.transaction(async (transaction) => {
        for (const row of rows) await upsert(transaction.tables<VaultTables>(), row)
        await also?.(transaction)
      }),
    delete: ({ org, kind, id, field }, also) =>
      database.transaction(async (transaction) => {
        const all = transaction.tables<VaultTables>().deleteFrom('secrets')
        const rows = all.where('org', '=', org).where('kind', '=', kind).where('id', '=', id).where('field', '=', field)
        const isThere = (await rows.executeTakeFirst()).numDeletedRows > 0n
        if (isThere) await also?.(transaction)
        return isThere
      }),
  }
}

function toTable({ org, kind, id, field, sealed, updatedAt }: SealedRow): SecretsTable {
  return { org, kind, id, field, sealed, updated_at: updatedAt }
}

function fromTable({ org, kind, id, field, sealed, updated_at }: SecretsTable): SealedRow {
  return { org, kind, id, field, sealed, updatedAt: updated_at }
}
