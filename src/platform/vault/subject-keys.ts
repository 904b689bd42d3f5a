import type { KeyObject } from 'node:crypto'
import type { Clock } from '../../lib/clock.ts'
import { sha256Hex } from '../../lib/crypto.ts'
import { lruCache } from '../../lib/lru.ts'
import { aesKey, type SealedPlace, seal, unseal } from './envelope.ts'
import type { LocalSecrets } from './local-secrets.ts'
import type { Also } from './secrets.store.ts'

/** Where a text of somebody stands; bound into its seal. */
export type SubjectPlace = Pick<SealedPlace, 'kind' | 'id' | 'field'>

/**
 * A key for each person and program, under which what they wrote is sealed. When the key is destroyed, all of it is gone at
 * once, in every copy and every backup of the database that does not hold the key.
 */
export interface SubjectKeys {
  readonly seal: (subject: string, place: SubjectPlace, text: string) => Promise<string>
  /** Undefined when the subject's key is gone, or the text was sealed at another place. */
  readonly open: (subject: string, place: SubjectPlace, sealed: string) => Promise<string | undefined>
  /** Destroys a key; says whether there was one. `also` runs in the same transaction, and only then. */
  readonly destroy: (subject: string, also?: Also) => Promise<boolean>
}

/** What {@link subjectKeys} needs. */
export interface SubjectKeysOptions {
  readonly local: Pick<LocalSecrets, 'material' | 'existing' | 'destroy'>
  readonly clock: Clock
  readonly randomBytes: (length: number) => Uint8Array
}

const MOST_CACHED = 10_000
/** So long another process may still hold a key that was destroyed. */
const CACHED_MS = 60_000

/** Makes the keys of subjects over the local vault. */
export function subjectKeys({ local, clock, randomBytes }: SubjectKeysOptions): SubjectKeys {
  const cache = lruCache<string, { readonly key: KeyObject; readonly at: number }>(MOST_CACHED)
  const idOf = (subject: string) => `subject-${sha256Hex(subject).slice(0, 40)}`
  const keyOf = async (subject: string, read: (id: string) => Promise<Uint8Array | undefined>) => {
    const id = idOf(subject)
    const known = cache.get(id)
    if (known && clock.now() - known.at < CACHED_MS) return known.key
    const bytes = await read(id)
    if (!bytes) return undefined
    const key = aesKey(bytes)
    cache.set(id, { key, at: clock.now() })
    return key
  }
  const whole = (place: SubjectPlace): SealedPlace => ({ org: 'subject', ...place })
  return {
    seal: async (subject, place, text) => {
      const key = await keyOf(subject, (id) => local.material(id, () => randomBytes(32)))
      if (!key) throw new Error('a key that was just made is not there')
      return seal({ key, randomBytes }, Buffer.from(text), whole(place))
    },
    open: async (subject, place, sealed) => {
      const key = await keyOf(subject, local.existing)
      const bytes = key && unseal(key, sealed, whole(place))
      return bytes && Buffer.from(bytes).toString('utf8')
    },
    destroy: async (subject, also) => {
      const id = idOf(subject)
      const isThere = await local.destroy(id, also)
      cache.delete(id)
      return isThere
    },
  }
}
