import type { Audit } from '../governance/audit/index.ts'
import { openPeople, type People } from '../governance/people/index.ts'
import type { Clock } from '../lib/clock.ts'
import { idMaker } from '../lib/ids.ts'
import type { Random } from '../lib/random.ts'
import type { Config } from '../platform/config/index.ts'
import type { Coordinator } from '../platform/coordination/index.ts'
import type { Database } from '../platform/storage/index.ts'
import type { Logger } from '../platform/telemetry/index.ts'
import type { LocalSecrets, Vault } from '../platform/vault/index.ts'
import { argon2idHasher } from './password-hasher.ts'
import { personalSealer } from './personal-sealer.ts'

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
