import type { Tables } from '../../platform/storage/index.ts'
import type { UserRow } from './people.store.ts'

/** What an identity provider keeps of an account by SCIM. */
export interface ScimUserRow {
  readonly provider: string
  readonly user_id: string
  readonly user_name: string
  /** The name in small letters: two that differ only in case are one. */
  readonly user_key: string
  readonly external_id: string | null
  /** Everything that the provider said, as JSON. */
  readonly attributes: string
  readonly created_at: number
  readonly updated_at: number
}

/** A group that an identity provider keeps by SCIM. */
export interface ScimGroupRow {
  readonly id: string
  readonly provider: string
  readonly display_name: string
  readonly external_id: string | null
  readonly created_at: number
  readonly updated_at: number
}

interface ProvisionedTables {
  readonly users: UserRow
  readonly scim_users: ScimUserRow
  readonly scim_groups: ScimGroupRow
  readonly scim_members: { readonly group_id: string; readonly user_id: string }
}

/** A provisioned account with its state. */
export type ScimUserWithState = ScimUserRow & Pick<UserRow, 'status' | 'email' | 'name'>

/** By what one row is found. */
export interface RowQuery<Field extends string> {
  readonly provider: string
  readonly by: Field
  readonly value: string
}

/** Which rows of a provider are wanted, in the order of their ids. */
export interface RowPage {
  readonly provider: string
  readonly after?: string | undefined
  readonly limit: number
}

/** One provisioned account; deleted ones are gone. */
export function findScimUser(
  tables: Tables,
  { provider, by, value }: RowQuery<'user_id' | 'user_key' | 'external_id'>,
): Promise<ScimUserWithState | undefined> {
  return withState(tables)
    .where('scim_users.provider', '=', provider)
    .where(`scim_users.${by}`, '=', value)
    .executeTakeFirst()
}

/** A page of provisioned accounts. */
export function scimUserPage(tables: Tables, { provider, after, limit }: RowPage): Promise<ScimUserWithState[]> {
  let query = withState(tables).where('scim_users.provider', '=', provider)
  if (after !== undefined) query = query.where('scim_users.user_id', '>', after)
  return query.orderBy('scim_users.user_id').limit(limit).execute()
}

function withState(tables: Tables) {
  return tables
    .tables<ProvisionedTables>()
    .selectFrom('scim_users')
    .innerJoin('users', 'users.id', 'scim_users.user_id')
    .selectAll('scim_users')
    .select(['users.status', 'users.email', 'users.name'])
}

/** Adds or replaces what a provider keeps of an account. */
export async function putScimUser(tables: Tables, row: ScimUserRow): Promise<void> {
  const { provider: _, user_id: __, created_at: ___, ...change } = row
  await tables
    .tables<ProvisionedTables>()
    .insertInto('scim_users')
    .values(row)
    .onConflict((conflict) => conflict.columns(['provider', 'user_id']).doUpdateSet(change))
    .execute()
}

/** Forgets all that providers keep of an account, memberships too. */
export async function forgetProvisioned(tables: Tables, userId: string): Promise<void> {
  const kysely = tables.tables<ProvisionedTables>()
  await kysely.deleteFrom('scim_members').where('user_id', '=', userId).execute()
  await kysely.deleteFrom('scim_users').where('user_id', '=', userId).execute()
}

/** One group. */
export function findScimGroup(
  tables: Tables,
  { provider, by, value }: RowQuery<'id' | 'display_name' | 'external_id'>,
): Promise<ScimGroupRow | undefined> {
  const groups = tables.tables<ProvisionedTables>().selectFrom('scim_groups').selectAll()
  return groups.where('provider', '=', provider).where(by, '=', value).executeTakeFirst()
}

/** A page of groups. */
export function scimGroupPage(tables: Tables, { provider, after, limit }: RowPage): Promise<ScimGroupRow[]> {
  let query = tables.tables<ProvisionedTables>().selectFrom('scim_groups').selectAll().where('provider', '=', provider)
  if (after !== undefined) query = query.where('id', '>', after)
  return query.orderBy('id').limit(limit).execute()
}

/** Adds or replaces a group. */
export async function putScimGroup(tables: Tables, row: ScimGroupRow): Promise<void> {
  const { id: _, provider: __, created_at: ___, ...change } = row
  await tables
    .tables<ProvisionedTables>()
    .insertInto('scim_groups')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(change))
    .execute()
}

/** Deletes a group with its memberships. */
export async function deleteScimGroup(tables: Tables, id: string): Promise<void> {
  const kysely = tables.tables<ProvisionedTables>()
  await kysely.deleteFrom('scim_members').where('group_id', '=', id).execute()
  await kysely.deleteFrom('scim_groups').where('id', '=', id).execute()
}

/** The members of a group, with their user names. */
export async function membersOf(tables: Tables, groupId: string): Promise<{ id: string; userName: string }[]> {
  const rows = await tables
    .tables<ProvisionedTables>()
    .selectFrom('scim_members')
    .innerJoin('scim_groups', 'scim_groups.id', 'scim_members.group_id')
    .innerJoin('scim_users', (join) =>
      join
        .onRef('scim_users.user_id', '=', 'scim_members.user_id')
        .onRef('scim_users.provider', '=', 'scim_groups.provider'),
    )
    .select(['scim_members.user_id', 'scim_users.user_name'])
    .where('scim_members.group_id', '=', groupId)
    .orderBy('scim_members.user_id')
    .execute()
  return rows.map(({ user_id, user_name }) => ({ id: user_id, userName: user_name }))
}

/** The groups that somebody is in. */
export function groupsOf(tables: Tables, userId: string): Promise<Pick<ScimGroupRow, 'id' | 'display_name'>[]> {
  return tables
    .tables<ProvisionedTables>()
    .selectFrom('scim_members')
    .innerJoin('scim_groups', 'scim_groups.id', 'scim_members.group_id')
    .select(['scim_groups.id', 'scim_groups.display_name'])
    .where('scim_members.user_id', '=', userId)
    .orderBy('scim_groups.display_name')
    .execute()
}

/** Adds and removes members. */
export async function changeMembers(
  tables: Tables,
  groupId: string,
  { add, remove }: { readonly add: readonly string[]; readonly remove: readonly string[] },
): Promise<void> {
  const kysely = tables.tables<ProvisionedTables>()
  for (const user_id of add) {
    const insert = kysely.insertInto('scim_members').values({ group_id: groupId, user_id })
    await insert.onConflict((conflict) => conflict.doNothing()).execute()
  }
  for (const userId of remove) {
    await kysely.deleteFrom('scim_members').where('group_id', '=', groupId).where('user_id', '=', userId).execute()
  }
}
