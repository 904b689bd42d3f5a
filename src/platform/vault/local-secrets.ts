import type { KeyObject } from 'node:crypto'
import type { Clock } from '../../lib/clock.ts'
import type { Tables } from '../storage/index.ts'
import { aesKey, type SealedPlace, seal, unseal } from './envelope.ts'
import type { MasterKeys } from './master-key.ts'
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
  /** The same, where it was made before and not destroyed. */
  readonly existing: (id: string) => Promise<Uint8Array | undefined>
  /** Destroys such bytes; says whether there were any. `also` runs in the same transaction, and only then. */
  readonly destroy: (id: string, also?: Also) => Promise<boolean>
  /** Sealed texts of the gateway's own, by kind; no reference reaches them. */
  readonly own: OwnTexts
  /**
   * Wraps the data key anew under another master key, with the canary, at once or not at all; secrets stay as they are.
   * `also` runs in the same transaction. Throws `RangeError` where the operator gives the master key: see `MasterKeys`.
   */
  readonly rotate: (also?: Also) => Promise<void>
}

/** Texts that the gateway seals for itself: which hosts a secret may be sent to, the key of a person's content. */
export interface OwnTexts {
  readonly put: (tables: Tables, kind: string, text: { readonly id: string; readonly text: string }) => Promise<void>
  /** Undefined when there is none, or it does not open: its row was changed or moved. */
  readonly get: (kind: string, id: string) => Promise<string | undefined>
  readonly all: (kind: string) => Promise<readonly { readonly id: string; readonly text: string }[]>
  readonly delete: (kind: string, id: string, also?: Also) => Promise<boolean>
}

/** What {@link openLocalSecrets} needs. */
export interface LocalSecretsOptions {
  readonly store: SecretsStore
  readonly masterKeys: MasterKeys
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
  const row = (place: SealedPlace, key: KeyObject, plain: Uint8Array): SealedRow => ({
    ...place,
    sealed: seal({ key, randomBytes }, plain, place),
    updatedAt: clock.now(),
  })
  const { dataKeyBytes, wrapped } = await openDataKey({ ...options, org, row })
  const dataKey = aesKey(dataKeyBytes)
  const placeOf = (name: string): SealedPlace => {
    if (!isSecretName(name)) throw new RangeError('a secret is named with letters, digits, ".", "_", "-" and "/"')
    return { org, kind: 'secret', id: name, field: 'text' }
  }
  const opened = (found: SealedRow): string | undefined => {
    const bytes = unseal(dataKey, found.sealed, found)
    return bytes && Buffer.from(bytes).toString('utf8')
  }
  const existing = async (id: string): Promise<Uint8Array | undefined> => {
    const found = await store.get(materialPlace(org, id))
    if (!found) return undefined
    const bytes = unseal(dataKey, found.sealed, found)
    if (!bytes) throw new Error(`the ${id} of this database does not open: its row was changed or moved`)
    return bytes
  }
  return {
    put: (name, text, also) => store.put(row(placeOf(name), dataKey, Buffer.from(text)), also),
    get: async (name) => {
      const found = await store.get(placeOf(name))
      if (!found) return undefined
      const text = opened(found)
      if (text === undefined) throw new Error(`the secret ${name} does not open: its row was changed or moved`)
      return text
    },
    delete: (name, also) => store.delete(placeOf(name), also),
    list: async () => (await store.list(org, 'secret')).map(({ id, updatedAt }) => ({ name: id, updatedAt })),
    material: async (id, make) => {
      const place = materialPlace(org, id)
      if (!(await store.get(place))) await store.addMissing(row(place, dataKey, make()))
      const bytes = await existing(id)
      if (!bytes) throw new Error(`the ${id} of this database was destroyed while it was made`)
      return bytes
    },
    existing,
    destroy: (id, also) => store.delete(materialPlace(org, id), also),
    own: {
      put: (tables, kind, { id, text }) =>
        store.putIn(tables, row({ org, kind, id, field: 'own' }, dataKey, Buffer.from(text))),
      get: async (kind, id) => {
        const found = await store.get({ org, kind, id, field: 'own' })
        return found && opened(found)
      },
      all: async (kind) =>
        (await store.list(org, kind)).flatMap((found) => {
          const text = opened(found)
          return text === undefined ? [] : [{ id: found.id, text }]
        }),
      delete: (kind, id, also) => store.delete({ org, kind, id, field: 'own' }, also),
    },
    rotate: (also) => rotated(options, wrapped, also),
  }
}

async function rotated(
  { store, masterKeys }: Pick<LocalSecretsOptions, 'store' | 'masterKeys'>,
  wrapped: (key: KeyObject) => readonly SealedRow[],
  also: Also | undefined,
): Promise<void> {
  if (!masterKeys.prepare) throw new RangeError('the operator gives the master key')
  const next = await masterKeys.prepare()
  try {
    await store.putAll(wrapped(next.key), also)
  } catch (cause) {
    await next.drop()
    throw cause
  }
  await next.settle()
}

type Wrapping = Pick<LocalSecretsOptions, 'store' | 'masterKeys' | 'randomBytes'> & {
  readonly org: string
  readonly row: (place: SealedPlace, key: KeyObject, plain: Uint8Array) => SealedRow
}

/** The data key, and how it is wrapped under a master key. */
async function openDataKey({ store, masterKeys, randomBytes, org, row }: Wrapping) {
  const canaryPlace: SealedPlace = { org, kind: 'canary', id: 'canary', field: 'text' }
  const keyPlace: SealedPlace = { org, kind: 'data-key', id: '1', field: 'key' }
  const read = async (place: SealedPlace, make: () => Uint8Array): Promise<SealedRow | undefined> => {
    const found = await store.get(place)
    if (found) return found
    await store.addMissing(row(place, masterKeys.current, make()))
    return store.get(place)
  }
  // The data key first: were the canary's row lost, a wrong key must not get to seal a new one.
  const found = await read(keyPlace, () => randomBytes(32))
  const open = (key: KeyObject | undefined) => key && found && unseal(key, found.sealed, keyPlace)
  const byCurrent = open(masterKeys.current)
  const byNext = byCurrent ? undefined : open(masterKeys.next?.key)
  const dataKeyBytes = byCurrent ?? byNext ?? open(masterKeys.previous)
  if (!dataKeyBytes) throw wrongKey()
  const wrapped = (key: KeyObject) => [
    row(canaryPlace, key, Buffer.from(CANARY_TEXT)),
    row(keyPlace, key, dataKeyBytes),
  ]
  if (byCurrent) await masterKeys.next?.drop()
  else if (byNext) await masterKeys.next?.settle()
  else await store.putAll(wrapped(masterKeys.current))
  const canary = await read(canaryPlace, () => Buffer.from(CANARY_TEXT))
  const holding = byNext ? masterKeys.next?.key : masterKeys.current
  if (!holding || !canary || !unseal(holding, canary.sealed, canaryPlace)) throw wrongKey()
  return { dataKeyBytes, wrapped }
}

function materialPlace(org: string, id: string): SealedPlace {
  return { org, kind: 'material', id, field: 'bytes' }
}

function wrongKey(): Error {
  return new Error(
    'The master key is not the one this database was sealed with: set the right GATEHOUSE_MASTER_KEY. Nothing was changed.',
  )
}
