import { GatewayError } from '../lib/errors.ts'
import type { Database, Migration, Tables } from '../platform/storage/index.ts'

/** What is told of a revision in lists. */
export interface RevisionSummary {
  /** 1, 2, 3, …: without gaps. */
  readonly number: number
  /** Epoch milliseconds. */
  readonly at: number
  /** Who made it: a principal, `git:<path>` or `system`. */
  readonly author: string
  /** Why: `apply`, `put Model/assistant`, `rollback to 7`. */
  readonly reason: string
  /** The hash of its documents. */
  readonly hash: string
}

/** A revision with its documents as text (see `readStored`). */
export interface Revision extends RevisionSummary {
  readonly documents: string
}

/** The kept revisions. The newest is what holds; each holds all documents, so that any can be read back alone. */
export interface RevisionStore {
  readonly newest: () => Promise<Revision | undefined>
  /** The newest revision's number, 0 when there is none: cheap, for followers. */
  readonly newestNumber: () => Promise<number>
  readonly get: (number: number) => Promise<Revision | undefined>
  /** The newest revision with these documents, by their hash. */
  readonly withHash: (hash: string) => Promise<Revision | undefined>
  /** Newest first, those before `before`. */
  readonly list: (page: { readonly before?: number; readonly limit: number }) => Promise<readonly RevisionSummary[]>
  /**
   * Appends the revision after `expected`; `also` runs in the same transaction. Throws `conflict` when another came first;
   * nothing is written then.
   */
  readonly append: (
    expected: number,
    revision: Omit<Revision, 'number'>,
    also?: (tables: Tables) => Promise<unknown>,
  ) => Promise<Revision>
}

interface RevisionRow {
  readonly number: number
  readonly at: number
  readonly author: string
  readonly reason: string
  readonly hash: string
  readonly documents: string
}
interface PolicyTables {
  readonly policy_revisions: RevisionRow
}

/** The tables of this room. */
export const POLICY_MIGRATIONS: readonly Migration[] = [
  {
    id: 'policy-001',
    up: [
      `create table policy_revisions (
        number bigint primary key, at bigint not null, author text not null, reason text not null,
        hash text not null, documents text not null
      )`,
    ],
  },
]

const SUMMARY = ['number', 'at', 'author', 'reason', 'hash'] as const

/** The revisions kept in a database. */
export function revisionStore(database: Database): RevisionStore {
  const rows = () => database.tables<PolicyTables>()
  const newestNumber = async () => {
    const row = await rows()
      .selectFrom('policy_revisions')
      .select('number')
      .orderBy('number', 'desc')
      .limit(1)
      .executeTakeFirst()
    return Number(row?.number ?? 0)
  }
  return {
    newestNumber,
    newest: async () => {
      const row = await rows()
        .selectFrom('policy_revisions')
        .selectAll()
        .orderBy('number', 'desc')
        .limit(1)
        .executeTakeFirst()
      return row && fromRow(row)
    },
    get: async (number) => {
      const row = await rows()
        .selectFrom('policy_revisions')
        .selectAll()
        .where('number', '=', number)
        .executeTakeFirst()
      return row && fromRow(row)
    },
    withHash: async (hash) => {
      const row = await rows()
        .selectFrom('policy_revisions')
        .selectAll()
        .where('hash', '=', hash)
        .orderBy('number', 'desc')
        .limit(1)
        .executeTakeFirst()
      return row && fromRow(row)
    },
    list: async ({ before, limit }) => {
      const all = rows().selectFrom('policy_revisions').select(SUMMARY).orderBy('number', 'desc').limit(limit)
      const found = await (before === undefined ? all : all.where('number', '<', before)).execute()
      return found.map((row) => ({ ...row, number: Number(row.number), at: Number(row.at) }))
    },
    append: async (expected, revision, also) => {
      const added = { ...revision, number: expected + 1 }
      try {
        await database.transaction(async (transaction) => {
          const tables = transaction.tables<PolicyTables>()
          const last = await tables
            .selectFrom('policy_revisions')
            .select('number')
            .orderBy('number', 'desc')
            .limit(1)
            .executeTakeFirst()
          if (Number(last?.number ?? 0) !== expected) throw outdated()
          await tables.insertInto('policy_revisions').values(added).execute()
          await also?.(transaction)
        })
      } catch (cause) {
        // Two writers at once over PostgreSQL both read the same last number; the primary key lets one of them through.
        if (!(cause instanceof GatewayError) && (await newestNumber()) !== expected) throw outdated()
        throw cause
      }
      return added
    },
  }
}

function outdated(): GatewayError {
  return new GatewayError('conflict', {
    message: 'The documents have changed since you read them. Read them again, then repeat.',
  })
}

function fromRow(row: RevisionRow): Revision {
  return { ...row, number: Number(row.number), at: Number(row.at) }
}
