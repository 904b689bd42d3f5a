import type { KeyObject } from 'node:crypto'
import type { Clock } from '../../lib/clock.ts'
import { aesKey, type SealedPlace, seal, unseal } from './envelope.ts'
import type { Also, SealedRow, SecretsStore } from './secrets.store.ts'

/** The secrets that administrators paste: written, used, replaced and deleted, but listed by name alone. */
export interface LocalSecrets {
  /** `also` runs in the same transaction, last. */
  readonly put: (name: string, text: string, also?: Also) => Promise<void>
  /** Undefined when there is none of that name. Throws when the row does not open. */
  readonly get: (name: string) => Promise<string | undefined>
  /** Says whether there was one; `also` runs in the same transaction, and only then. */
  readonly delete: (name: string, also?: Also) => Promise<boolean>
  /** Names with the instant of their last change, epoch milliseconds. */
  readonly list: () => Promise<readonly { readonly name: string; readonly updatedAt: number }[]>
  /** Secret bytes of the gateway's own (a signing key), made on the first asking and the same ever after. No reference reaches them. */
  readonly material: (id: string, make: () => Uint8Array) => Promise<Uint8Array>
  /** Wraps the data key anew under another master key, with the canary, at once or not at all; secrets stay as they are. */
  readonly rewrap: (masterKey: KeyObject) => Promise<void>
}

/** What {@link openLocalSecrets} needs. */
export interface LocalSecretsOptions {
  readonly store: SecretsStore
  readonly masterKey: KeyObject
  readonly clock: Clock
  readonly randomBytes: (length: number) => Uint8Array
  /** Default `default`: each organisation has a data key of its own. */
  readonly org?: string
}

const CANARY_TEXT = 'gatehouse'
const NAME = /^[a-z0-9][a-z0-9._/-]{0,127}$/i

/** Whether a text may name a secret of the local vault. */
export function isSecretName(name: string): boolean {
  return NAME.test(name)
}

/**
 * Opens the local vault. The data key and the canary are opened first: with another master key than the one it was sealed with this throws
 * one sentence, and nothing is written.
 */
export async function openLocalSecrets(options: LocalSecretsOptions): Promise<LocalSecrets> {
  const { store, clock, randomBytes, org = 'default' } = options
  const canaryPlace: SealedPlace = { org, kind: 'canary', id: 'canary', field: 'text' }
  const keyPlace: SealedPlace = { org, kind: 'data-key', id: '1', field: 'key' }
  const row = (place: SealedPlace, key: KeyObject, plain: Uint8Array): SealedRow => ({
    ...place,
    sealed: seal({ key, randomBytes }, plain, place),
    updatedAt: clock.now(),
  })
  const openOrMake = async (place: SealedPlace, make: () => Uint8Array): Promise<Uint8Array> => {
    let found = await store.get(place)
    if (!found) {
      await store.addMissing(row(place, options.masterKey, make()))
      found = await store.get(place)
    }
    const opened = found && unseal(options.masterKey, found.sealed, place)
    if (opened) return opened
    throw new Error(
      'The master key is not the one this database was sealed with: set the right GATEHOUSE_MASTER_KEY. Nothing was changed.',
    )
  }
  // The data key first: were the canary's row lost, a wrong key must not get to seal a new one.
  const dataKeyBytes = await openOrMake(keyPlace, () => randomBytes(32))
  await openOrMake(canaryPlace, () => Buffer.from(CANARY_TEXT))
  const dataKey = aesKey(dataKeyBytes)

  const placeOf = (name: string): SealedPlace => {
    if (!isSecretName(name)) throw new RangeError('a secret is named with letters, digits, ".", "_", "-" and "/"')
    return { org, kind: 'secret', id: name, field: 'text' }
  }
  return {
    put: (name, text, also) => store.put(row(placeOf(name), dataKey, Buffer.from(text)), also),
    get: async (name) => {
      const place = placeOf(name)
      const found = await store.get(place)
      if (!found) return undefined
      const opened = unseal(dataKey, found.sealed, place)
      if (!opened) throw new Error(`the secret ${name} does not open: its row was changed or moved`)
      return Buffer.from(opened).toString('utf8')
    },
    delete: (name, also) => store.delete(placeOf(name), also),
    material: async (id, make) => {
      const place: SealedPlace = { org, kind: 'material', id, field: 'bytes' }
      if (!(await store.get(place))) await store.addMissing(row(place, dataKey, make()))
      const found = await store.get(place)
      const opened = found && unseal(dataKey, found.sealed, place)
      if (!opened) throw new Error(`the ${id} of this database does not open: its row was changed or moved`)
      return opened
    },
    list: async () => (await store.list(org, 'secret')).map(({ id, updatedAt }) => ({ name: id, updatedAt })),
    rewrap: (masterKey) =>
      store.putAll([row(canaryPlace, masterKey, Buffer.from(CANARY_TEXT)), row(keyPlace, masterKey, dataKeyBytes)]),
  }
}
