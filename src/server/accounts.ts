import type { Audit } from '../governance/audit/index.ts'
import { openPeople, type People } from '../governance/people/index.ts'
import { type Sso, singleSignOn } from '../governance/sso/index.ts'
import type { Clock } from '../lib/clock.ts'
import { idMaker } from '../lib/ids.ts'
import type { Random } from '../lib/random.ts'
import type { Config } from '../platform/config/index.ts'
import type { Coordinator } from '../platform/coordination/index.ts'
import type { Egress } from '../platform/egress/index.ts'
import type { Database } from '../platform/storage/index.ts'
import type { Logger } from '../platform/telemetry/index.ts'
import type { LocalSecrets, Vault } from '../platform/vault/index.ts'
import type { Policy } from '../policy/index.ts'
import { argon2idHasher } from './password-hasher.ts'
import { personalSealer, signInSealer } from './personal-sealer.ts'

/** What accounts and signing in stand on. */
export interface AccountOptions {
  readonly config: Config
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly database: Database
  readonly audit: Audit
  readonly coordinator: Coordinator
  readonly vault: Vault & { readonly local: LocalSecrets }
}

/** Opens the accounts and sessions. */
export async function openAccounts(options: AccountOptions): Promise<People> {
  const { config, clock, random, log, vault } = options
  return openPeople({
    ...options,
    ids: idMaker(clock, random),
    hasher: argon2idHasher(),
    sealer: await personalSealer(vault.local, random),
    publicUrl: config.publicUrl,
    problem: (message) => log.warn(message),
  })
}

/** What signing in elsewhere needs besides. */
export interface SsoParts {
  readonly people: People
  readonly policy: Policy
  readonly egress: Egress
}

/** Makes the ways through the identity providers of the documents. */
export async function openSso(options: AccountOptions, { people, policy, egress }: SsoParts): Promise<Sso> {
  const { config, clock, random, log, vault } = options
  return singleSignOn({
    ...{ people, egress, clock, random, tables: options.database },
    publicUrl: config.publicUrl,
    documents: policy.documents,
    secret: vault.cached,
    sealer: await signInSealer(vault.local, random),
    problem: (message) => log.warn(message),
  })
}
