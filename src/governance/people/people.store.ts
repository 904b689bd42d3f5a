import { sql } from 'kysely'
import type { Tables } from '../../platform/storage/index.ts'

/** What an account may be: `deleted` keeps the address, so that nothing of that person's comes to life again by itself. */
export type AccountStatus = 'active' | 'disabled' | 'deleted'
/** Whether a password must be, or should be, replaced by one that its owner alone knows. */
export type PasswordChange = 'none' | 'advised' | 'required'

/** One account. Instants in epoch milliseconds; lists are JSON text. */
export interface UserRow {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly status: AccountStatus
  /** An argon2id hash; null for people who sign in elsewhere. */
  readonly password: string | null
  readonly password_change: PasswordChange
  /** Who made the account: `local`, `oidc:<provider>`, `scim:<provider>`, … */
  readonly origin: string
  /** The identity provider's own name for the person. */
  readonly external_id: string | null
  readonly teams: string
  /** Groups by the last sign-in, and groups by SCIM. */
  readonly sso_groups: string
  readonly scim_groups: string
  /** The sealed secret of one-time codes, and whether it was confirmed (1) or only begun (0). */
  readonly totp: string | null
  readonly totp_on: number
  /** The step of the code that was used last: none counts twice. */
  readonly totp_step: number
  /** SHA-256 digests of unused recovery codes. */
  readonly recovery: string
  readonly created_at: number
  readonly updated_at: number
  readonly last_seen_at: number | null
  readonly version: number
}

/** One session. Only the SHA-256 of its token is kept. */
export interface SessionRow {
  readonly id: string
  readonly digest: string
  readonly user_id: string
  /** How the person signed in: `password`, `oidc:<provider>`, … */
  readonly method: string
  readonly address: string
  readonly agent: string
  readonly created_at: number
  readonly proved_at: number
  readonly seen_at: number
  readonly expires_at: number
  readonly ended_at: number | null
  readonly version: number
}

/** Whom an identity provider's subject is here. */
export interface ExternalIdentityRow {
  readonly provider: string
  readonly subject: string
  readonly user_id: string
  readonly created_at: number
}

interface PeopleTables {
  readonly external_identities: ExternalIdentityRow
  readonly users: UserRow
  readonly sessions: SessionRow
  readonly people_clock: { readonly id: number; readonly version: number }
}

/** What of an account may change. */
export type UserChange = Partial<Omit<UserRow, 'id' | 'version' | 'created_at'>>

/**
 * The version that this transaction's changes carry. It holds the clock's row until the commit, so whoever has read up to
 * a version has missed none below it.
 */
export async function nextVersion(tables: Tables): Promise<number> {
  const row = await tables
    .tables<PeopleTables>()
    .updateTable('people_clock')
    .set((is) => ({ version: is('version', '+', 1) }))
    .where('id', '=', 1)
    .returning('version')
    .executeTakeFirstOrThrow()
  return row.version
}

/** Accounts that changed after a version, the earliest change first. */
export function usersSince(tables: Tables, version: number): Promise<UserRow[]> {
  const users = tables.tables<PeopleTables>().selectFrom('users').selectAll()
  return users.where('version', '>', version).orderBy('version').execute()
}

/** Sessions that changed after a version and have not expired, the earliest change first. */
export function sessionsSince(tables: Tables, version: number, nowMs: number): Promise<SessionRow[]> {
  const sessions = tables.tables<PeopleTables>().selectFrom('sessions').selectAll()
  return sessions.where('version', '>', version).where('expires_at', '>', nowMs).orderBy('version').execute()
}

/** The version of the newest change. */
export async function newestVersion(tables: Tables): Promise<number> {
  const clock = tables.tables<PeopleTables>().selectFrom('people_clock').select('version').where('id', '=', 1)
  return (await clock.executeTakeFirst())?.version ?? 0
}

/** Whether there is, or ever was, any account. */
export async function hasUsers(tables: Tables): Promise<boolean> {
  return (
    (await tables.tables<PeopleTables>().selectFrom('users').select('id').limit(1).executeTakeFirst()) !== undefined
  )
}

/** Adds an account; false when there is one of that address already. */
export async function insertUser(tables: Tables, row: UserRow): Promise<boolean> {
  const added = await tables
    .tables<PeopleTables>()
    .insertInto('users')
    .values(row)
    .onConflict((conflict) => conflict.column('email').doNothing())
    .executeTakeFirst()
  return added.numInsertedOrUpdatedRows === 1n
}

/** Changes an account. */
export async function updateUser(tables: Tables, id: string, change: UserChange & { readonly version: number }) {
  await tables.tables<PeopleTables>().updateTable('users').set(change).where('id', '=', id).execute()
}

/** The account of an id or of an e-mail address (lower case); deleted ones are not found by their id. */
export function findUser(tables: Tables, by: 'id' | 'email', value: string): Promise<UserRow | undefined> {
  return tables.tables<PeopleTables>().selectFrom('users').selectAll().where(by, '=', value).executeTakeFirst()
}

/** The account of a subject of an identity provider. */
export function findExternal(tables: Tables, provider: string, subject: string): Promise<UserRow | undefined> {
  const kysely = tables.tables<PeopleTables>()
  return kysely
    .selectFrom('users')
    .innerJoin('external_identities', 'external_identities.user_id', 'users.id')
    .selectAll('users')
    .where('external_identities.provider', '=', provider)
    .where('external_identities.subject', '=', subject)
    .executeTakeFirst()
}

/** Says that a subject of an identity provider is this account. */
export async function linkExternal(tables: Tables, row: ExternalIdentityRow): Promise<void> {
  await tables.tables<PeopleTables>().insertInto('external_identities').values(row).execute()
}

/** Forgets who an account is elsewhere. */
export async function unlinkExternal(tables: Tables, userId: string): Promise<void> {
  await tables.tables<PeopleTables>().deleteFrom('external_identities').where('user_id', '=', userId).execute()
}

/** Which accounts are wanted. */
export interface UserQuery {
  /** Part of the address or the name, in lower case. */
  readonly search?: string | undefined
  /** The address after which the page begins. */
  readonly after?: string | undefined
  readonly limit: number
}

/** A page of the accounts that are not deleted, by address. */
export function listUsers(tables: Tables, { search, after, limit }: UserQuery): Promise<UserRow[]> {
  let query = tables.tables<PeopleTables>().selectFrom('users').selectAll().where('status', '!=', 'deleted')
  if (after !== undefined) query = query.where('email', '>', after)
  if (search !== undefined) {
    const like = `%${search.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`
    query = query.where(sql<boolean>`(email like ${like} escape '\\' or lower(name) like ${like} escape '\\')`)
  }
  return query.orderBy('email').limit(limit).execute()
}

/** Adds a session. */
export async function insertSession(tables: Tables, row: SessionRow): Promise<void> {
  await tables.tables<PeopleTables>().insertInto('sessions').values(row).execute()
}

/** A person's sessions that are neither ended nor expired, newest first. */
export function openSessions(tables: Tables, userId: string, nowMs: number): Promise<SessionRow[]> {
  const sessions = tables.tables<PeopleTables>().selectFrom('sessions').selectAll().where('user_id', '=', userId)
  const open = sessions.where('ended_at', 'is', null).where('expires_at', '>', nowMs)
  return open.orderBy('created_at', 'desc').execute()
}

/** How sessions end. */
export interface SessionEnd {
  readonly at: number
  readonly version: number
}

/** Ends the open ones of these sessions. */
export async function endSessions(tables: Tables, ids: readonly string[], { at, version }: SessionEnd): Promise<void> {
  if (ids.length === 0) return
  const sessions = tables.tables<PeopleTables>().updateTable('sessions').set({ ended_at: at, version })
  await sessions.where('id', 'in', ids).where('ended_at', 'is', null).execute()
}

/** Ends all open sessions of a person, but one if it is named. */
export async function endSessionsOf(
  tables: Tables,
  of: { readonly userId: string; readonly but?: string | undefined },
  { at, version }: SessionEnd,
): Promise<void> {
  let sessions = tables.tables<PeopleTables>().updateTable('sessions').set({ ended_at: at, version })
  sessions = sessions.where('user_id', '=', of.userId).where('ended_at', 'is', null)
  if (of.but !== undefined) sessions = sessions.where('id', '!=', of.but)
  await sessions.execute()
}

/** Notes until when a session was used; never moves back. */
export async function touchSession(
  tables: Tables,
  session: { readonly id: string; readonly userId: string; readonly seenAt: number },
  version: number,
): Promise<void> {
  const kysely = tables.tables<PeopleTables>()
  const { id, userId, seenAt } = session
  const sessions = kysely.updateTable('sessions').set({ seen_at: seenAt, version })
  await sessions.where('id', '=', id).where('seen_at', '<', seenAt).execute()
  // Without a version: when somebody was last seen decides nothing.
  await kysely.updateTable('users').set({ last_seen_at: seenAt }).where('id', '=', userId).execute()
}

/** Notes when the person of a session last proved who they are. */
export async function proveSession(
  tables: Tables,
  id: string,
  proof: { readonly at: number; readonly version: number },
) {
  const sessions = tables.tables<PeopleTables>().updateTable('sessions')
  await sessions.set({ proved_at: proof.at, version: proof.version }).where('id', '=', id).execute()
}

/** Deletes sessions that expired before an instant; gives how many. */
export async function deleteExpiredSessions(tables: Tables, before: number): Promise<number> {
  const gone = await tables
    .tables<PeopleTables>()
    .deleteFrom('sessions')
    .where('expires_at', '<', before)
    .executeTakeFirst()
  return Number(gone.numDeletedRows)
}
