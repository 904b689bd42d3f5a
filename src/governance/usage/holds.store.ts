import type { Migration, Tables } from '../../platform/storage/index.ts'

/** A legal hold: nothing of a scope expires or is erased while it lasts. */
export interface Hold {
  readonly id: string
  /** `org`, `team:x`, `app:x`, `user:x`. */
  readonly scope: string
  readonly reason: string
  /** Who laid it. */
  readonly actor: string
  /** Epoch milliseconds. */
  readonly at: number
}

interface HoldTables {
  readonly legal_holds: Hold
}

/** The table of holds. */
export const holdsMigration: Migration = {
  id: 'usage-holds-001',
  up: [
    'create table legal_holds (id text primary key, scope text not null, reason text not null, actor text not null, at bigint not null)',
  ],
}

/** Every hold that lasts, the oldest first. */
export function listHolds(tables: Tables): Promise<readonly Hold[]> {
  return tables.tables<HoldTables>().selectFrom('legal_holds').selectAll().orderBy('at').orderBy('id').execute()
}

/** Lays a hold. */
export async function addHold(tables: Tables, hold: Hold): Promise<void> {
  await tables.tables<HoldTables>().insertInto('legal_holds').values(hold).execute()
}

/** Lifts a hold and gives it; undefined when there is none of that id. */
export async function removeHold(tables: Tables, id: string): Promise<Hold | undefined> {
  const [hold] = await tables
    .tables<HoldTables>()
    .deleteFrom('legal_holds')
    .where('id', '=', id)
    .returningAll()
    .execute()
  return hold
}

/** What is held, by the columns of operations. */
export interface Held {
  /** The whole organisation: nothing goes. */
  readonly all: boolean
  readonly team: readonly string[]
  readonly app: readonly string[]
  readonly user: readonly string[]
}

/** What holds come to. */
export function heldBy(holds: readonly Pick<Hold, 'scope'>[]): Held {
  const named = (kind: string) =>
    holds.flatMap(({ scope }) => (scope.startsWith(`${kind}:`) ? [scope.slice(kind.length + 1)] : []))
  return {
    all: holds.some(({ scope }) => scope === 'org'),
    team: named('team'),
    app: named('app'),
    user: named('user'),
  }
}
