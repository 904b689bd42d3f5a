import { sha256Hex } from '../../lib/crypto.ts'
import type { Tables } from '../storage/index.ts'
import type { LocalSecrets } from './local-secrets.ts'

/** A secret that is sent to a host. */
export interface SecretUse {
  /** `secret://…` */
  readonly ref: string
  /** A host name, without a port. */
  readonly host: string
}

/**
 * Which hosts a secret may be sent to. A secret is bound to the hosts of its first use; who does not know it cannot send it
 * elsewhere. The bindings are sealed, so that whoever can write to the database cannot change them.
 */
export interface Bindings {
  /** The hosts of a secret; empty when it is not bound yet. As of the last `load` or `bind` of this process. */
  readonly hosts: (ref: string) => readonly string[]
  /** The uses of bound secrets at other hosts. */
  readonly foreign: (uses: readonly SecretUse[]) => readonly SecretUse[]
  /** Binds what is not bound yet, in the transaction of the change that asks for it. Gives what was new. */
  readonly bind: (tables: Tables, uses: readonly SecretUse[]) => Promise<readonly SecretUse[]>
  /** Forgets the hosts of a secret, in a transaction: its value was replaced by somebody who knows the new one. */
  readonly release: (tables: Tables, ref: string, hosts: readonly string[]) => Promise<void>
  /** Reads what other processes have bound. */
  readonly load: () => Promise<void>
}

interface Binding {
  readonly ref: string
  readonly hosts: readonly string[]
}

const KIND = 'binding'

/** Makes the bindings over the sealed texts of the local vault; call `load` before they are asked. */
export function secretBindings({ own }: Pick<LocalSecrets, 'own'>): Bindings {
  let known: ReadonlyMap<string, readonly string[]> = new Map()
  const hosts = (ref: string) => known.get(ref) ?? []
  const write = async (tables: Tables, binding: Binding): Promise<void> => {
    await own.put(tables, KIND, { id: sha256Hex(binding.ref).slice(0, 32), text: JSON.stringify(binding) })
    known = new Map(known).set(binding.ref, binding.hosts)
  }
  return {
    hosts,
    foreign: (uses) => uses.filter(({ ref, host }) => hosts(ref).length > 0 && !hosts(ref).includes(host)),
    bind: async (tables, uses) => {
      const fresh: SecretUse[] = []
      for (const use of uses) {
        const bound = hosts(use.ref)
        if (bound.includes(use.host)) continue
        await write(tables, { ref: use.ref, hosts: [...bound, use.host] })
        fresh.push(use)
      }
      return fresh
    },
    release: (tables, ref, bound) => write(tables, { ref, hosts: bound }),
    load: async () => {
      const all = (await own.all(KIND)).map(({ text }) => JSON.parse(text) as Binding)
      known = new Map(all.map((binding) => [binding.ref, binding.hosts]))
    },
  }
}
