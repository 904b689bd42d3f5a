import type { PersonalSealer } from '../governance/people/index.ts'
import type { SignInSealer } from '../governance/sso/index.ts'
import type { Random } from '../lib/random.ts'
import { aesKey, type LocalSecrets, type SealedPlace, seal, unseal } from '../platform/vault/index.ts'

/** Seals what belongs to one person (the secret of their one-time codes) with a key of the vault, bound to that person. */
export async function personalSealer(
  secrets: Pick<LocalSecrets, 'material'>,
  random: Pick<Random, 'bytes'>,
): Promise<PersonalSealer> {
  return sealerOf(secrets, random, { kind: 'person', field: 'totp' })
}

/** Seals sign-ins that have begun, bound to the identity provider. */
export async function signInSealer(
  secrets: Pick<LocalSecrets, 'material'>,
  random: Pick<Random, 'bytes'>,
): Promise<SignInSealer> {
  return sealerOf(secrets, random, { kind: 'sign-in', field: 'pending' })
}

async function sealerOf(
  secrets: Pick<LocalSecrets, 'material'>,
  random: Pick<Random, 'bytes'>,
  what: Pick<SealedPlace, 'kind' | 'field'>,
): Promise<SignInSealer> {
  const key = aesKey(await secrets.material('people-key', () => random.bytes(32)))
  const placeOf = (id: string): SealedPlace => ({ org: 'default', id, ...what })
  return {
    seal: (id, plain) => seal({ key, randomBytes: random.bytes }, plain, placeOf(id)),
    unseal: (id, sealed) => unseal(key, sealed, placeOf(id)),
  }
}
