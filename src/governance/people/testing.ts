import { type ManualClock, manualClock } from '../../lib/clock.ts'
import { idMaker } from '../../lib/ids.ts'
import { type Random, seededRandom } from '../../lib/random.ts'
import { inProcessCoordinator } from '../../platform/coordination/index.ts'
import type { Database } from '../../platform/storage/index.ts'
import { openAudit } from '../audit/index.ts'
import type { PasswordHasher } from './passwords.ts'
import { openPeople, type People } from './people.ts'
import type { PersonalSealer } from './second-factor.ts'

/** A hash that costs nothing: for tests of everything but the hash. */
export const QUICK_HASHER: PasswordHasher = Object.freeze({
  hash: async (password: string) => `quick:${password}`,
  matches: async (password: string, hash: string) => hash === `quick:${password}`,
})

/** Binds to the person and hides nothing: sealing itself is tested where it is made. */
const OPEN_SEALER: PersonalSealer = {
  seal: (userId, plain) => `${userId}.${Buffer.from(plain).toString('hex')}`,
  unseal: (userId, sealed) =>
    sealed.startsWith(`${userId}.`) ? Buffer.from(sealed.slice(userId.length + 1), 'hex') : undefined,
}

/** What {@link testPeople} may be told. */
export interface TestPeopleOptions {
  readonly clock?: ManualClock
  readonly random?: Random
  readonly hasher?: PasswordHasher
  readonly publicUrl?: string
}

/** People of one node on a database. */
export async function testPeople(
  database: Database,
  { clock = manualClock(), random = seededRandom(1), hasher = QUICK_HASHER, publicUrl }: TestPeopleOptions = {},
): Promise<{ readonly people: People; readonly clock: ManualClock }> {
  const audit = openAudit({ database, clock, seed: new Uint8Array(32) })
  const people = await openPeople({
    audit,
    sealer: OPEN_SEALER,
    ...{ database, clock, random, hasher },
    ids: idMaker(clock, random),
    coordinator: inProcessCoordinator(),
    publicUrl: publicUrl ?? 'http://localhost:8080',
    problem: () => undefined,
  })
  return { people, clock }
}
