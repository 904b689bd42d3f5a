import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { SecretError } from '../secret.ts'
import { type ExternalStore, fieldOf, type StoreTools } from './store.ts'

const DEFAULT_DIRECTORY = '/etc/gatehouse/secrets'
const LONGEST = 65_536
/** What Kubernetes allows for names of secrets and their keys; neither can leave the directory. */
const NAME = /^(?!\.+$)[A-Za-z0-9._-]{1,253}$/

/**
 * Kubernetes secrets that are mounted as files: `secret://kubernetes/<secret>/<key>#<field>`, below
 * `GATEHOUSE_KUBERNETES_SECRETS` (default `/etc/gatehouse/secrets`). Read anew from time to time: the kubelet replaces them.
 */
export function kubernetesStore({ environment }: StoreTools): ExternalStore {
  return {
    read: async (wanted) => {
      const { ref, path } = wanted
      const [name = '', key = '', ...more] = path.split('/')
      if (!NAME.test(name) || !NAME.test(key) || more.length > 0)
        throw new SecretError(ref, 'a secret is written secret://kubernetes/<secret>/<key>')
      const file = join(environment('GATEHOUSE_KUBERNETES_SECRETS') || DEFAULT_DIRECTORY, name, key)
      const text = await readShort(ref, file)
      return fieldOf(text.replace(/\r?\n$/, ''), wanted)
    },
  }
}

async function readShort(ref: string, path: string): Promise<string> {
  try {
    const file = await open(path, 'r')
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(LONGEST + 1), 0, LONGEST + 1, 0)
      if (bytesRead > LONGEST) throw new SecretError(ref, `it is longer than ${LONGEST} bytes`)
      return buffer.subarray(0, bytesRead).toString('utf8')
    } finally {
      await file.close()
    }
  } catch (cause) {
    if (cause instanceof SecretError) throw cause
    throw new SecretError(ref, 'it is not mounted, or cannot be read', { cause })
  }
}
