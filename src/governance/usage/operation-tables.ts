import type { Migration } from '../../platform/storage/index.ts'
import type { Outcome } from './record.ts'

/** The columns of operations, in the order in which rows are written. */
export const OPERATION_COLUMNS = [
  'id',
  'outcome',
  'principal',
  'team',
  'app',
  'user',
  'key',
  'model',
  'provider',
  'cost',
  'run',
  'session',
  'record',
] as const

type OperationRow = {
  readonly [column in (typeof OPERATION_COLUMNS)[number]]: column extends 'cost'
    ? number
    : column extends 'id' | 'outcome' | 'record'
      ? string
      : string | null
}
interface ContentRow {
  readonly id: string
  readonly expires_at: number
  readonly content: string
}

/** The tables of this file, for the query builder. */
export interface OperationTables {
  readonly operations: OperationRow
  readonly operation_contents: ContentRow
}

const TABLES = [
  // The text comes last: what is filtered by is then read without it.
  `create table operations (id text primary key, outcome text not null, principal text, team text, app text, "user" text,
    "key" text, model text, provider text, cost bigint not null, run text, session text, record text not null)`,
  'create index operations_run on operations (run, id) where run is not null',
  'create index operations_session on operations (session, id) where session is not null',
  `create table operation_contents (id text primary key, expires_at bigint not null, content text not null)`,
  'create index operation_contents_expiry on operation_contents (expires_at)',
]
/** Over SQLite these would double what a record costs; there `scan.store.ts` finds its way by the roll-ups. */
const POSTGRES_INDEXES = [
  'create index operations_principal on operations (principal, id)',
  'create index operations_team on operations (team, id)',
]

/**
 * The tables of operations, and of captured content apart from them, so that content can go sooner. An operation's id
 * begins with its instant: the primary key is the order in time, and no other column says when.
 */
export const operationsMigration: Migration = {
  id: 'usage-001',
  up: (engine) => (engine === 'sqlite' ? TABLES : [...TABLES, ...POSTGRES_INDEXES]),
}

/** Which operations are meant; what is absent does not matter. `from` inclusive, `to` exclusive, epoch milliseconds. */
export interface OperationFilter {
  readonly from?: number
  readonly to?: number
  readonly principal?: string
  readonly team?: string
  readonly app?: string
  readonly user?: string
  readonly key?: string
  /** The model asked for. */
  readonly model?: string
  readonly provider?: string
  readonly outcome?: Outcome
  readonly run?: string
  readonly session?: string
  readonly requestId?: string
  /** Only what lies within somebody's reach. */
  readonly within?: Within
}

/** The operations of any of these teams, users (without `user:`), apps or agents: one match is enough, none named is none. */
export interface Within {
  readonly team: readonly string[]
  readonly user: readonly string[]
  readonly app: readonly string[]
  readonly agent: readonly string[]
}
