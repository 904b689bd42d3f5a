import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { type ResponseState, responseState } from '../gate/index.ts'
import { type AccessRequests, accessRequests, type Reviews, reviews } from '../governance/approvals/index.ts'
import { generateKey, keyDigest } from '../governance/identity/index.ts'
import { primeBudgets } from '../governance/limits/index.ts'
import type { People } from '../governance/people/index.ts'
import type { Sso } from '../governance/sso/index.ts'
import { type Ledger, openLedger, type Records, recordKeeping } from '../governance/usage/index.ts'
import type { Clock } from '../lib/clock.ts'
import { idMaker } from '../lib/ids.ts'
import type { Random } from '../lib/random.ts'
import { createCatalog } from '../models/catalog/index.ts'
import type { Config, Environment } from '../platform/config/index.ts'
import { type Coordinator, inProcessCoordinator } from '../platform/coordination/index.ts'
import { createEgress, type Egress } from '../platform/egress/index.ts'
import { type Database, lockDirectory, openDatabase } from '../platform/storage/index.ts'
import type { Logger } from '../platform/telemetry/index.ts'
import {
  type Bindings,
  createVault,
  type LocalSecrets,
  loadMasterKeys,
  openLocalSecrets,
  type SubjectKeys,
  secretBindings,
  secretsStore,
  storeLoader,
  subjectKeys,
  type Vault,
} from '../platform/vault/index.ts'
import { createPolicy, type Policy, type PolicyOptions, type Snapshot } from '../policy/index.ts'
import { openAccounts, openSso } from './accounts.ts'
import { type Auditing, openAuditing, siemExports } from './auditing.ts'
import { startBackground } from './background.ts'
import { type FirstAdministrator, firstAdministrator, firstAdministratorEmail } from './first-administrator.ts'
import { MIGRATIONS } from './migrations.ts'

/** What everything is opened from. */
export interface GroundOptions {
  readonly config: Config
  readonly environment: Environment
  readonly log: Logger
  readonly clock: Clock
  readonly random: Random
}

/** What the gate stands on: everything with a file, a socket or a secret of its own. */
export interface Ground {
  readonly database: Database
  readonly egress: Egress
  readonly vault: Vault & { readonly local: LocalSecrets; readonly bindings: Bindings; readonly subjects: SubjectKeys }
  readonly records: Records
  readonly auditing: Auditing
  readonly ledger: Ledger
  readonly coordinator: Coordinator
  readonly policy: Policy
  readonly people: People
  /** Signing in through identity providers. */
  readonly sso: Sso
  readonly responses: ResponseState
  readonly requests: AccessRequests
  readonly reviews: Reviews
  /** The first virtual key, when this start made it or the environment gave it. */
  readonly firstKey: string | undefined
  /** The first account, when this start made it. */
  readonly administrator: FirstAdministrator | undefined
  readonly close: () => Promise<void>
}

/** Opens the data directory, the database, the vault, the ledger and the policy, in the order in which they need each other. */
export async function openGround(options: GroundOptions): Promise<Ground> {
  const { config, clock, random, log } = options
  const lock = lockDirectory(config.dataDir)
  const database = await openDatabase({ url: config.databaseUrl, clock })
  await database.migrate(MIGRATIONS)
  const egress = await openEgress(options)
  const vault = await openVault(options, { database, egress })
  const proving = { ...options, database, egress, secrets: vault.local }
  const auditing = await openAuditing(proving)
  const { audit } = auditing
  const ledger = openSealedLedger(options, { database, auditing, subjects: vault.subjects })
  const coordinator = inProcessCoordinator()
  const prepare = (snapshot: Snapshot) =>
    primeBudgets({ index: snapshot.limits, coordinator, spentSince: ledger.spentSince, nowMs: clock.now() })
  const problem = (message: string) => log.warn(message)
  const standing = { ...options, database, audit, coordinator, vault }
  const people = await openAccounts(standing)
  const email = await firstAdministratorEmail(people, config)
  const { prefetch, bindings, withhold } = vault
  const ready = { database, audit, ledger, prefetch, bindings, withhold, prepare, firstAdministrator: email }
  const { policy, firstKey } = await startPolicy(options, ready)
  const { adminPassword } = config
  const administrator =
    email === undefined ? undefined : await firstAdministrator({ people, policy }, { email, adminPassword })
  const sso = await openSso(standing, { people, policy, egress })
  const responses = responseState({ database, clock, problem })
  const approving = { database, audit, clock, ids: idMaker(clock, random) }
  const requests = accessRequests(approving)
  const records = recordKeeping({ database, clock, audit, operationsMs: daysMs(config.retainOperationsDays) })
  const node = idMaker(clock, random)('node')
  const background =
    config.role === 'gate'
      ? undefined
      : await startBackground({ ...options, database, people, records, exports: siemExports(proving, audit), node })
  const close = async () => {
    policy.stop()
    vault.stop()
    await people.stop()
    await background?.stop()
    await responses.stop()
    await ledger.stop()
    await auditing.stop()
    await database.close()
    lock.release()
  }
  return {
    database,
    egress,
    vault,
    auditing,
    ledger,
    coordinator,
    policy,
    people,
    sso,
    responses,
    requests,
    records,
    reviews: reviews(approving),
    firstKey,
    administrator,
    close,
  }
}

interface LedgerGround {
  readonly database: Database
  readonly auditing: Auditing
  readonly subjects: SubjectKeys
}

function openSealedLedger(
  { config, clock, random, log }: GroundOptions,
  { auditing, ...ground }: LedgerGround,
): Ledger {
  const directory = join(config.dataDir, 'journal')
  const onSetAside = (report: object) =>
    log.error('the store refuses records of operations; they are kept in refused.ndjson', { directory, ...report })
  const sealing = { log: auditing.seals, node: config.nodeName ?? hostname() }
  return openLedger({ ...ground, directory, clock, random, sealing, onSetAside })
}

async function openEgress({ config, clock }: GroundOptions): Promise<Egress> {
  return createEgress({
    clock,
    extraCa: config.extraCaFile === undefined ? undefined : await readFile(config.extraCaFile, 'utf8'),
    maxDecodedBytes: config.maxAnswerBytes,
    isProxied: Boolean(config.httpsProxy ?? config.httpProxy),
  })
}

const DAY_MS = 86_400_000

function daysMs(days: number | undefined): number | undefined {
  return days === undefined ? undefined : days * DAY_MS
}

/** How often secrets are read anew: whoever replaces one in its store waits at most so long. */
const REFRESH_MS = 5 * 60_000

async function openVault(
  { config, environment, clock, random }: GroundOptions,
  { database, egress }: { readonly database: Database; readonly egress: Egress },
) {
  const given = { given: config.masterKey, previous: config.previousMasterKey }
  const masterKeys = await loadMasterKeys({ ...given, dataDir: config.dataDir, randomBytes: random.bytes })
  const local = await openLocalSecrets({ store: secretsStore(database), masterKeys, clock, randomBytes: random.bytes })
  const vault = createVault({
    environment: (name) => environment[name],
    local: local.get,
    stores: storeLoader({ egress, clock, environment: (name) => environment[name] }),
    protectedDirectory: config.dataDir,
  })
  const bindings = secretBindings(local)
  await bindings.load()
  // What a store does not give anew stays as it is.
  const refreshing = clock.every(REFRESH_MS, () => void vault.prefetch(vault.refs()))
  const subjects = subjectKeys({ local, clock, randomBytes: random.bytes })
  return { ...vault, local, bindings, subjects, stop: refreshing.cancel }
}

async function startPolicy(
  { config, log, clock, random }: GroundOptions,
  ready: Pick<
    PolicyOptions,
    'database' | 'audit' | 'ledger' | 'prefetch' | 'bindings' | 'withhold' | 'prepare' | 'firstAdministrator'
  >,
) {
  const key = config.bootstrapKey ?? generateKey(random)
  const policy = createPolicy({
    ...ready,
    clock,
    dataDir: config.dataDir,
    log: {
      info: (fields, message) => log.info(message, { ...fields }),
      warn: (fields, message) => log.warn(message, { ...fields }),
    },
    bootstrapKeySha256: keyDigest(key),
    bootstrapKeyGiven: config.bootstrapKey !== undefined,
    policyPath: config.policyPath,
    catalog: createCatalog(),
  })
  const { fresh } = await policy.start()
  return { policy, firstKey: fresh ? key : config.bootstrapKey }
}
