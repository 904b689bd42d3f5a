import type { Clock } from '../../lib/clock.ts'
import { GatewayError } from '../../lib/errors.ts'
import type { IdMaker } from '../../lib/ids.ts'
import type { Database, Tables } from '../../platform/storage/index.ts'
import type { AuditOrigin } from '../audit/index.ts'
import { type Passwords, passwordProblem } from './passwords.ts'
import {
  type AccountStatus,
  endSessionsOf,
  findUser,
  hasUsers,
  insertUser,
  listUsers,
  type PasswordChange,
  type UserChange,
  type UserQuery,
  type UserRow,
  unlinkExternal,
  updateUser,
} from './people.store.ts'
import { forgetProvisioned } from './provisioned.store.ts'
import { namesIn, type Registry } from './registry.ts'

/** An account as it is shown. Instants in epoch milliseconds. */
export interface User {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly status: AccountStatus
  /** Signs in with a password of this gateway. */
  readonly hasPassword: boolean
  /** Signs in with one-time codes besides. */
  readonly hasSecondFactor: boolean
  readonly passwordChange: PasswordChange
  readonly origin: string
  /** Teams given by an administrator. */
  readonly teams: readonly string[]
  /** Groups of the identity provider. */
  readonly groups: readonly string[]
  readonly createdAt: number
  readonly lastSeenAt: number | null
}

/** A new account with a password. */
export interface NewUser {
  readonly email: string
  readonly name: string
  readonly teams: readonly string[]
  /** What an operator decided on; absent: a one-time password is made. */
  readonly password?: string | undefined
  /** Absent: as good as the password is. */
  readonly passwordChange?: PasswordChange
}

/** The accounts. Each is found by its id or its e-mail address. All throw `not_found` where there is none. */
export interface Users {
  readonly find: (idOrEmail: string) => Promise<User>
  readonly list: (query: UserQuery) => Promise<readonly User[]>
  /** Throws `conflict` when there is an account of that address. */
  readonly create: (user: NewUser, by: AuditOrigin) => Promise<{ readonly user: User; readonly password: string }>
  /** Disabling ends all sessions; from then on the person's keys are refused too. */
  readonly change: (idOrEmail: string, change: UserEdit, by: AuditOrigin) => Promise<User>
  /** A new one-time password; ends all sessions. */
  readonly resetPassword: (
    idOrEmail: string,
    by: AuditOrigin,
  ) => Promise<{ readonly user: User; readonly password: string }>
  /** What the person chose themselves; ends all their sessions but the one named. */
  readonly setPassword: (own: OwnPassword, by: AuditOrigin) => Promise<void>
  readonly endSessions: (idOrEmail: string, by: AuditOrigin) => Promise<void>
  /** Forgets name, password, teams and groups, and ends all sessions. The address stays refused until it is invited anew. */
  readonly delete: (idOrEmail: string, by: AuditOrigin) => Promise<User>
  /** Whether there was ever an account. */
  readonly any: () => Promise<boolean>
}

/** A password that somebody chooses for themselves. */
export interface OwnPassword {
  readonly id: string
  readonly password: string
  /** The session that goes on. */
  readonly keepSession?: string | undefined
}

/** What may be changed of an account. */
export interface UserEdit {
  readonly name?: string | undefined
  readonly teams?: readonly string[] | undefined
  readonly disabled?: boolean | undefined
}

/** What accounts are made with. */
export interface UserOptions {
  readonly database: Database
  readonly registry: Registry
  readonly passwords: Passwords
  readonly clock: Clock
  readonly ids: IdMaker
}

/** Makes the {@link Users} of a registry. */
export function users({ database, registry, passwords, clock, ids }: UserOptions): Users {
  const rowOf = async (tables: Tables, idOrEmail: string): Promise<UserRow> => {
    const by = idOrEmail.includes('@') ? 'email' : 'id'
    const row = await findUser(tables, by, by === 'email' ? idOrEmail.toLowerCase() : idOrEmail)
    if (row && row.status !== 'deleted') return row
    throw new GatewayError('not_found', { message: 'There is no such person.' })
  }
  /** Changes one account, and ends its sessions where asked; gives the account as it is then. */
  const edit = (idOrEmail: string, { change, cut, by, action, facts }: Edit) =>
    registry.change(
      async (tables, version) => {
        const row = await rowOf(tables, idOrEmail)
        const at = clock.now()
        await updateUser(tables, row.id, { ...change, updated_at: at, version })
        if (change.status === 'deleted') await forgetElsewhere(tables, row.id)
        if (cut) await endSessionsOf(tables, { userId: row.id, but: cut.but }, { at, version })
        return userOf({ ...row, ...change })
      },
      ({ email }) => ({ ...by, action, object: `user:${email}`, ...(facts ? { facts } : {}) }),
    )
  return {
    any: () => hasUsers(database),
    find: async (idOrEmail) => userOf(await rowOf(database, idOrEmail)),
    list: async (query) => (await listUsers(database, query)).map(userOf),
    create: async (given, by) => {
      const email = given.email.toLowerCase()
      const password = given.password ?? passwords.oneTime()
      const hash = await passwords.hashedAsGiven(password)
      const change = passwordProblem(password, email) === undefined ? 'none' : 'advised'
      const at = clock.now()
      const row: Omit<UserRow, 'version'> = {
        ...{ id: ids('usr'), email, name: given.name, status: 'active', password: hash, origin: 'local' },
        ...{ password_change: given.passwordChange ?? change, external_id: null, teams: JSON.stringify(given.teams) },
        ...{
          ...NO_SECOND_FACTOR,
          sso_groups: '[]',
          scim_groups: '[]',
          created_at: at,
          updated_at: at,
          last_seen_at: null,
        },
      }
      await registry.change(
        (tables, version) => add(tables, { ...row, version }),
        () => ({ ...by, action: 'user.create', object: `user:${email}`, facts: { teams: given.teams.join(' ') } }),
      )
      return { user: await userAt(database, email), password }
    },
    change: (idOrEmail, wanted, by) => edit(idOrEmail, { ...editOf(wanted), by, action: 'user.change' }),
    resetPassword: async (idOrEmail, by) => {
      const { email } = await rowOf(database, idOrEmail)
      const password = passwords.oneTime()
      const hash = await passwords.hashed(password, email)
      const change = { password: hash, password_change: 'required' } as const
      return { user: await edit(idOrEmail, { change, cut: {}, by, action: 'user.reset-password' }), password }
    },
    setPassword: async ({ id, password, keepSession }, by) => {
      const { email } = await rowOf(database, id)
      const hash = await passwords.hashed(password, email)
      const change = { password: hash, password_change: 'none' } as const
      await edit(id, { change, cut: { but: keepSession }, by, action: 'user.password' })
    },
    endSessions: async (idOrEmail, by) => {
      await edit(idOrEmail, { change: {}, cut: {}, by, action: 'user.end-sessions' })
    },
    delete: (idOrEmail, by) => edit(idOrEmail, { change: FORGOTTEN, cut: {}, by, action: 'user.delete' }),
  }
}

/** One change of one account. */
interface Edit {
  readonly change: UserChange
  /** Ends all sessions, but one if it is named. */
  readonly cut?: { readonly but?: string | undefined } | undefined
  readonly by: AuditOrigin
  readonly action: string
  readonly facts?: Readonly<Record<string, string | boolean>>
}

/** Forgets who somebody is at identity providers. */
async function forgetElsewhere(tables: Tables, userId: string): Promise<void> {
  await unlinkExternal(tables, userId)
  await forgetProvisioned(tables, userId)
}

/** Disabling ends all sessions. */
function editOf({ name, teams, disabled }: UserEdit): Pick<Edit, 'change' | 'cut' | 'facts'> {
  return {
    change: {
      ...(name === undefined ? {} : { name }),
      ...(teams === undefined ? {} : { teams: JSON.stringify(teams) }),
      ...(disabled === undefined ? {} : { status: disabled ? 'disabled' : 'active' }),
    },
    cut: disabled === true ? {} : undefined,
    facts: {
      ...(teams === undefined ? {} : { teams: teams.join(' ') }),
      ...(disabled === undefined ? {} : { disabled }),
    },
  }
}

/** No second factor, as it stands in an account. */
export const NO_SECOND_FACTOR = Object.freeze({ totp: null, totp_on: 0, totp_step: 0, recovery: '[]' })

const FORGOTTEN: UserChange = {
  ...NO_SECOND_FACTOR,
  ...{ status: 'deleted', name: '', password: null, password_change: 'none' },
  ...{ external_id: null, teams: '[]', sso_groups: '[]', scim_groups: '[]', last_seen_at: null },
}

/** Adds an account, in the place of a deleted one of the same address if there is one. Throws `conflict`. */
async function add(tables: Tables, row: UserRow): Promise<void> {
  if (await insertUser(tables, row)) return
  const there = await findUser(tables, 'email', row.email)
  if (there?.status !== 'deleted') {
    throw new GatewayError('conflict', { message: `There is already an account of ${row.email}.` })
  }
  const { id: _, created_at: __, ...change } = row
  await updateUser(tables, there.id, change)
}

async function userAt(tables: Tables, email: string): Promise<User> {
  const row = await findUser(tables, 'email', email)
  if (!row) throw new GatewayError('not_found', { message: 'There is no such person.' })
  return userOf(row)
}

function userOf(row: Omit<UserRow, 'version'>): User {
  return {
    ...{ id: row.id, email: row.email, name: row.name, status: row.status, origin: row.origin },
    hasPassword: row.password !== null,
    hasSecondFactor: row.totp_on === 1,
    passwordChange: row.password_change,
    teams: namesIn(row.teams),
    groups: [...new Set([...namesIn(row.sso_groups), ...namesIn(row.scim_groups)])],
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
  }
}
