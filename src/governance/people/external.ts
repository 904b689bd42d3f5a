import type { Clock } from '../../lib/clock.ts'
import { GatewayError } from '../../lib/errors.ts'
import type { IdMaker } from '../../lib/ids.ts'
import type { Tables } from '../../platform/storage/index.ts'
import { findExternal, findUser, insertUser, linkExternal, type UserRow, updateUser } from './people.store.ts'
import type { Registry } from './registry.ts'
import type { Sessions, StartedSession } from './sessions.ts'
import { NO_SECOND_FACTOR } from './users.ts'

/** A person as an identity provider has proved them. */
export interface ExternalPerson {
  /** The provider's document. */
  readonly provider: string
  /** Who speaks: the issuer or entity id. With the subject it says who somebody is, whatever the document is called. */
  readonly issuer: string
  /** How they signed in there: `oidc`, `saml`, `ldap`. */
  readonly protocol: string
  /** The provider's own, lasting name for them. */
  readonly subject: string
  /** The address, if the provider may speak for it (its domain is the provider's, and it is verified); else undefined. */
  readonly email: string | undefined
  readonly name: string
  readonly groups: readonly string[]
  /** Whether somebody without an account gets one. */
  readonly mayJoin: boolean
}

/** From where somebody signs in. */
export interface SignInPlace {
  readonly address: string | undefined
  readonly agent: string
  readonly requestId: string
}

/** Signing in by an identity provider's word. */
export interface External {
  /**
   * Finds or makes the account, takes over name and groups, and begins a session. The account is the one that this subject
   * had before; else the one of an address that the provider speaks for; else a new one. Throws `access_denied`.
   */
  readonly signIn: (person: ExternalPerson, place: SignInPlace) => Promise<StartedSession>
}

/** What it is made with. */
export interface ExternalOptions {
  readonly registry: Registry
  readonly sessions: Sessions
  readonly clock: Clock
  readonly ids: IdMaker
}

const MOST_GROUPS = 1_000
const LONGEST_NAME = 256

/** Makes {@link External}. */
export function external({ registry, sessions, clock, ids }: ExternalOptions): External {
  return {
    signIn: async (person, place) => {
      const method = `${person.protocol}:${person.provider}`
      const row = await registry.change(
        async (tables, version) => {
          const at = clock.now()
          const known = await findExternal(tables, person.issuer, person.subject)
          const account = known ?? (await adopt(tables, person, { id: ids('usr'), at, version }))
          refuseUnlessActive(account)
          const groups = JSON.stringify(groupsOf(person))
          const name = person.name.slice(0, LONGEST_NAME) || account.name
          if (groups !== account.sso_groups || name !== account.name) {
            await updateUser(tables, account.id, { name, sso_groups: groups, updated_at: at, version })
          }
          return account
        },
        ({ email }) => ({
          ...{ actor: `user:${email}`, requestId: place.requestId, address: place.address },
          ...{
            action: 'user.identified',
            object: `user:${email}`,
            facts: { by: method, groups: groupsOf(person).join(' ') },
          },
        }),
      )
      return sessions.start({ userId: row.id, email: row.email, method, ...place })
    },
  }
}

/** The groups as they are kept: each once, bounded. */
function groupsOf({ groups }: ExternalPerson): readonly string[] {
  return [...new Set(groups.filter((group) => group !== '' && group.length <= LONGEST_NAME))]
    .sort()
    .slice(0, MOST_GROUPS)
}

/** The account that a subject who was never here becomes: the one of their address, or a new one. */
async function adopt(
  tables: Tables,
  person: ExternalPerson,
  fresh: { readonly id: string; readonly at: number; readonly version: number },
): Promise<UserRow> {
  const email = person.email?.toLowerCase()
  if (email === undefined) {
    throw refused('Your identity provider names no verified e-mail address of its own domains.')
  }
  const { provider, issuer, subject } = person
  const link = (userId: string) =>
    linkExternal(tables, { provider: issuer, subject, user_id: userId, created_at: fresh.at })
  const there = await findUser(tables, 'email', email)
  if (there) {
    refuseUnlessActive(there)
    await link(there.id)
    return there
  }
  if (!person.mayJoin) throw refused('There is no account for you yet. Ask an administrator for one.')
  const row: UserRow = {
    ...{ id: fresh.id, email, name: person.name.slice(0, LONGEST_NAME), status: 'active', password: null },
    ...{ password_change: 'none', origin: `${person.protocol}:${provider}`, external_id: subject, teams: '[]' },
    ...{
      ...NO_SECOND_FACTOR,
      sso_groups: '[]',
      scim_groups: '[]',
      created_at: fresh.at,
      updated_at: fresh.at,
      last_seen_at: null,
    },
    version: fresh.version,
  }
  await insertUser(tables, row)
  await link(row.id)
  return row
}

/** Whom an administrator (or SCIM) has let go does not come back by signing in elsewhere. */
function refuseUnlessActive({ status }: UserRow): void {
  if (status !== 'active') throw refused('Your account here is not active. Ask an administrator.')
}

function refused(message: string): GatewayError {
  return new GatewayError('access_denied', { message })
}
