import type { Clock } from '../../lib/clock.ts'
import type { IdMaker } from '../../lib/ids.ts'
import type { Random } from '../../lib/random.ts'
import type { Coordinator } from '../../platform/coordination/index.ts'
import type { Database } from '../../platform/storage/index.ts'
import type { Audit } from '../audit/index.ts'
import type { Directory } from '../identity/index.ts'
import { attempts } from './attempts.ts'
import { type External, external } from './external.ts'
import { type PasswordHasher, passwords } from './passwords.ts'
import { type Provisioned, provisioned } from './provisioned.ts'
import { openRegistry } from './registry.ts'
import { type PersonalSealer, type SecondFactor, secondFactor } from './second-factor.ts'
import { type Sessions, sessions } from './sessions.ts'
import { type SignIn, signIn } from './sign-in.ts'
import { type Users, users } from './users.ts'

/** Everything about people with accounts. */
export interface People {
  /** In memory, for recognising callers. */
  readonly directory: Directory
  readonly users: Users
  readonly sessions: Sessions
  readonly signIn: SignIn
  readonly factor: SecondFactor
  readonly external: External
  readonly provisioned: Provisioned
  /** Reads what other nodes changed; for those who do not want to wait a second. */
  readonly follow: () => Promise<void>
  /** Writes what is only in memory, and stops following. */
  readonly stop: () => Promise<void>
}

/** What {@link openPeople} needs. */
export interface PeopleOptions {
  /** Migrated with `PEOPLE_MIGRATIONS`. */
  readonly database: Database
  readonly audit: Pick<Audit, 'append'>
  readonly clock: Clock
  readonly random: Random
  readonly ids: IdMaker
  readonly hasher: PasswordHasher
  readonly sealer: PersonalSealer
  readonly coordinator: Pick<Coordinator, 'take' | 'correct'>
  readonly publicUrl: string
  readonly problem: (message: string) => void
}

/** Opens the accounts and sessions of the database. */
export async function openPeople(options: PeopleOptions): Promise<People> {
  const { database, clock, random, ids, coordinator } = options
  const registry = await openRegistry(options)
  const secrets = passwords(options.hasher, random)
  const { sealer } = options
  const factor = secondFactor({ tables: database, registry, sealer, clock, random, issuer: 'Gatehouse' })
  const live = sessions({ database, registry, clock, random, ids })
  return {
    directory: registry.directory,
    users: users({ database, registry, passwords: secrets, clock, ids }),
    sessions: live,
    factor,
    provisioned: provisioned({ tables: database, registry, clock, ids }),
    external: external({ registry, sessions: live, clock, ids }),
    signIn: signIn({
      tables: database,
      attempts: attempts(coordinator, clock.now),
      passwords: secrets,
      factor,
      sessions: live,
    }),
    follow: registry.follow,
    stop: registry.stop,
  }
}
