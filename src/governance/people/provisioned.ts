import type { Clock } from '../../lib/clock.ts'
import { GatewayError } from '../../lib/errors.ts'
import type { IdMaker } from '../../lib/ids.ts'
import type { Tables } from '../../platform/storage/index.ts'
import type { AuditOrigin } from '../audit/index.ts'
import { endSessionsOf, findUser, insertUser, type UserRow, updateUser } from './people.store.ts'
import {
  changeMembers,
  deleteScimGroup,
  findScimGroup,
  findScimUser,
  groupsOf,
  membersOf,
  putScimGroup,
  putScimUser,
  type ScimGroupRow,
  type ScimUserWithState,
  scimGroupPage,
  scimUserPage,
} from './provisioned.store.ts'
import type { Registry } from './registry.ts'
import { NO_SECOND_FACTOR } from './users.ts'

/** A person whom an identity provider keeps here. Instants in epoch milliseconds. */
export interface ProvisionedUser {
  readonly id: string
  readonly userName: string
  readonly externalId: string | undefined
  readonly email: string
  readonly name: string
  readonly active: boolean
  /** All that the provider said, as it said it. */
  readonly attributes: Readonly<Record<string, unknown>>
  readonly groups: readonly { readonly id: string; readonly displayName: string }[]
  readonly createdAt: number
  readonly updatedAt: number
}

/** A group that an identity provider keeps here. */
export interface ProvisionedGroup {
  readonly id: string
  readonly displayName: string
  readonly externalId: string | undefined
  readonly members: readonly { readonly id: string; readonly userName: string }[]
  readonly createdAt: number
  readonly updatedAt: number
}

/** Where a page begins: after an id. */
export interface ProvisionedPage {
  readonly after?: string | undefined
  readonly limit: number
}

/** What a provider says of a person: a new one when `id` is absent. */
export type UserWish = Pick<ProvisionedUser, 'userName' | 'externalId' | 'email' | 'name' | 'active' | 'attributes'> & {
  readonly id?: string | undefined
}

/** What a provider says of a group. */
export type GroupWish = Pick<ProvisionedGroup, 'displayName' | 'externalId'> & {
  readonly id?: string | undefined
  /** Ids of people. */
  readonly members: readonly string[]
}

/**
 * Accounts and groups as identity providers keep them (SCIM). Each sees only its own. Somebody inactive has no session and
 * their keys are refused; group names are looked for in `Team.ssoGroups`.
 */
export interface Provisioned {
  readonly user: (
    provider: string,
    by: 'user_id' | 'user_key' | 'external_id',
    value: string,
  ) => Promise<ProvisionedUser | undefined>
  readonly users: (provider: string, page: ProvisionedPage) => Promise<readonly ProvisionedUser[]>
  /** Throws `conflict` when the name is another's, `not_found`. */
  readonly saveUser: (provider: string, wish: UserWish, by: AuditOrigin) => Promise<ProvisionedUser>
  readonly group: (
    provider: string,
    by: 'id' | 'display_name' | 'external_id',
    value: string,
  ) => Promise<ProvisionedGroup | undefined>
  readonly groups: (provider: string, page: ProvisionedPage) => Promise<readonly ProvisionedGroup[]>
  /** Throws `conflict` when the name is another's, `not_found`, `invalid_request` for a member who is none. */
  readonly saveGroup: (provider: string, wish: GroupWish, by: AuditOrigin) => Promise<ProvisionedGroup>
  /** Throws `not_found`. */
  readonly removeGroup: (provider: string, id: string, by: AuditOrigin) => Promise<void>
}

/** What it is made with. */
export interface ProvisionedOptions {
  readonly tables: Tables
  readonly registry: Registry
  readonly clock: Clock
  readonly ids: IdMaker
}

interface Change {
  readonly tables: Tables
  readonly version: number
  readonly at: number
  readonly ids: IdMaker
}

/** Makes {@link Provisioned}. */
export function provisioned({ tables, registry, clock, ids }: ProvisionedOptions): Provisioned {
  const changing = <T>(
    work: (change: Change) => Promise<T>,
    told: (made: T) => { action: string; object: string },
    by: AuditOrigin,
  ) =>
    registry.change(
      (on, version) => work({ tables: on, version, at: clock.now(), ids }),
      (made) => ({ ...by, ...told(made) }),
    )
  return {
    user: async (provider, by, value) => {
      const row = await findScimUser(tables, { provider, by, value })
      return row && userOf(tables, row)
    },
    users: async (provider, page) => {
      const rows = await scimUserPage(tables, { provider, ...page })
      return Promise.all(rows.map((row) => userOf(tables, row)))
    },
    saveUser: (provider, wish, by) =>
      changing(
        (change) => saveUser(change, provider, wish),
        ({ email, active }) => ({ action: active ? 'user.provision' : 'user.deactivate', object: `user:${email}` }),
        by,
      ),
    group: async (provider, by, value) => {
      const row = await findScimGroup(tables, { provider, by, value })
      return row && groupOf(tables, row)
    },
    groups: async (provider, page) => {
      const rows = await scimGroupPage(tables, { provider, ...page })
      return Promise.all(rows.map((row) => groupOf(tables, row)))
    },
    saveGroup: (provider, wish, by) =>
      changing(
        (change) => saveGroup(change, provider, wish),
        ({ displayName }) => ({ action: 'group.provision', object: `group:${displayName}` }),
        by,
      ),
    removeGroup: async (provider, id, by) => {
      await changing(
        async (change) => {
          const row = await existingGroup(change.tables, provider, id)
          const members = await membersOf(change.tables, id)
          await deleteScimGroup(change.tables, id)
          for (const member of members) await renewGroups(change, member.id)
          return row
        },
        ({ display_name }) => ({ action: 'group.delete', object: `group:${display_name}` }),
        by,
      )
    },
  }
}

async function saveUser(change: Change, provider: string, wish: UserWish): Promise<ProvisionedUser> {
  const { tables, version, at } = change
  const key = wish.userName.toLowerCase()
  const named = await findScimUser(tables, { provider, by: 'user_key', value: key })
  if (named && named.user_id !== wish.id) {
    throw new GatewayError('conflict', { message: `There is already a person of the userName ${wish.userName}.` })
  }
  const known =
    wish.id === undefined ? undefined : await findScimUser(tables, { provider, by: 'user_id', value: wish.id })
  if (wish.id !== undefined && !known) throw new GatewayError('not_found', { message: 'There is no such person.' })
  const account = await accountFor(change, provider, { ...wish, id: known?.user_id })
  const status = wish.active ? 'active' : 'disabled'
  await updateUser(tables, account.id, {
    email: wish.email.toLowerCase(),
    name: wish.name,
    status,
    updated_at: at,
    version,
  })
  if (!wish.active) await endSessionsOf(tables, { userId: account.id }, { at, version })
  await putScimUser(tables, {
    ...{ provider, user_id: account.id, user_name: wish.userName, user_key: key },
    ...{ external_id: wish.externalId ?? null, attributes: JSON.stringify(wish.attributes) },
    ...{ created_at: known?.created_at ?? at, updated_at: at },
  })
  const saved = await findScimUser(tables, { provider, by: 'user_id', value: account.id })
  if (!saved) throw new GatewayError('internal', { internalDetail: 'a provisioned account is gone' })
  return userOf(tables, saved)
}

/** The account that a provider means: the one it keeps, the one of that address, or a new one. */
async function accountFor(
  { tables, version, at, ids }: Change,
  provider: string,
  wish: UserWish,
): Promise<Pick<UserRow, 'id'>> {
  const email = wish.email.toLowerCase()
  const there = await findUser(tables, 'email', email)
  if (wish.id !== undefined) {
    if (!there || there.id === wish.id) return { id: wish.id }
    throw new GatewayError('conflict', { message: `There is already an account of ${email}.` })
  }
  if (there) {
    const kept = await findScimUser(tables, { provider, by: 'user_id', value: there.id })
    if (kept) throw new GatewayError('conflict', { message: `There is already a person of the address ${email}.` })
    return there
  }
  const row: UserRow = {
    ...{ id: ids('usr'), email, name: wish.name, status: 'active', password: null, password_change: 'none' },
    ...{
      origin: `scim:${provider}`,
      external_id: wish.externalId ?? null,
      teams: '[]',
      sso_groups: '[]',
      scim_groups: '[]',
    },
    ...{ ...NO_SECOND_FACTOR, created_at: at, updated_at: at, last_seen_at: null, version },
  }
  await insertUser(tables, row)
  return row
}

async function saveGroup(change: Change, provider: string, wish: GroupWish): Promise<ProvisionedGroup> {
  const { tables, at } = change
  const named = await findScimGroup(tables, { provider, by: 'display_name', value: wish.displayName })
  if (named && named.id !== wish.id) {
    throw new GatewayError('conflict', { message: `There is already a group of the name ${wish.displayName}.` })
  }
  const known = wish.id === undefined ? undefined : await existingGroup(tables, provider, wish.id)
  const row: ScimGroupRow = {
    ...{ id: known?.id ?? change.ids('grp'), provider, display_name: wish.displayName },
    ...{ external_id: wish.externalId ?? null, created_at: known?.created_at ?? at, updated_at: at },
  }
  const before = (await membersOf(tables, row.id)).map(({ id }) => id)
  const after = [...new Set(wish.members)]
  const add = after.filter((id) => !before.includes(id))
  const remove = before.filter((id) => !after.includes(id))
  for (const id of add) {
    if (await findScimUser(tables, { provider, by: 'user_id', value: id })) continue
    throw new GatewayError('invalid_request', { message: `There is no person ${id}.`, param: 'members' })
  }
  await putScimGroup(tables, row)
  await changeMembers(tables, row.id, { add, remove })
  // A renamed group is another group to the teams.
  const isRenamed = known !== undefined && known.display_name !== row.display_name
  for (const id of isRenamed ? new Set([...before, ...after]) : [...add, ...remove]) await renewGroups(change, id)
  return groupOf(tables, row)
}

/** Writes into an account which groups it is in now. */
async function renewGroups({ tables, version, at }: Change, userId: string): Promise<void> {
  const names = (await groupsOf(tables, userId)).map(({ display_name }) => display_name)
  await updateUser(tables, userId, { scim_groups: JSON.stringify([...new Set(names)]), updated_at: at, version })
}

async function existingGroup(tables: Tables, provider: string, id: string): Promise<ScimGroupRow> {
  const row = await findScimGroup(tables, { provider, by: 'id', value: id })
  if (row) return row
  throw new GatewayError('not_found', { message: 'There is no such group.' })
}

async function userOf(tables: Tables, row: ScimUserWithState): Promise<ProvisionedUser> {
  const groups = await groupsOf(tables, row.user_id)
  return {
    ...{ id: row.user_id, userName: row.user_name, externalId: row.external_id ?? undefined },
    ...{ email: row.email, name: row.name, active: row.status === 'active' },
    attributes: JSON.parse(row.attributes) as Readonly<Record<string, unknown>>,
    groups: groups.map(({ id, display_name }) => ({ id, displayName: display_name })),
    ...{ createdAt: row.created_at, updatedAt: row.updated_at },
  }
}

async function groupOf(tables: Tables, row: ScimGroupRow): Promise<ProvisionedGroup> {
  return {
    ...{ id: row.id, displayName: row.display_name, externalId: row.external_id ?? undefined },
    members: await membersOf(tables, row.id),
    ...{ createdAt: row.created_at, updatedAt: row.updated_at },
  }
}
