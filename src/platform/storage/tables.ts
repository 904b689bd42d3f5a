import type { Kysely } from 'kysely'

/** The two engines. One SQL runs on both; what differs stays in this room. */
export type Engine = 'sqlite' | 'postgres'

/** Where a store's statements go: the database itself, or a transaction on it. */
export interface Tables {
  readonly engine: Engine
  /**
   * The query builder, typed by the tables that a store declares of itself:
   * `database.tables<{operations: OperationRow}>()`. Nothing is checked at run time; the migrations are the truth.
   */
  readonly tables: <T>() => Kysely<T>
}
