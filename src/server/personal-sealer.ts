import type { PersonalSealer } from '../governance/people/index.ts'
import type { Random } from '../lib/random.ts'
import { aesKey, type LocalSecrets, type SealedPlace, seal, unseal } from '../platform/vault/index.ts'

/** Seals what belongs to one person (the secret of their one-time codes) with a key of the vault, bound to that person. */
export async function personalSealer(
  secrets: Pick<LocalSecrets, 'material'>,
  random: Pick<Random, 'bytes'>,
): Promise<PersonalSealer> {
  const key = aesKey(await secrets.material('people-key', () => random.bytes(32)))
  const placeOf = (userId: string): SealedPlace => ({ org: 'default', kind: 'person', id: userId, field: 'totp' })
  return {
    seal: (userId, plain) => seal({ key, randomBytes: random.bytes }, plain, placeOf(userId)),
    unseal: (userId, sealed) => unseal(key, sealed, placeOf(userId)),
  }
}
