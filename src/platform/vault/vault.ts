import { type Secret, SecretError, secret } from './secret.ts'
import { readSecret, type SecretSources } from './sources.ts'

/** Where credentials come from. References are `secret://env/NAME`, `secret://file/path`, `secret://vault/name` and those of outer stores. */
export interface Vault {
  /**
   * Reads the secret anew and remembers it. When its source fails but gave the secret before, that one is given
   * (stale-if-error). Throws {@link SecretError}.
   */
  readonly resolve: (ref: string) => Promise<Secret>
  /** The remembered text: synchronous, for the hot path. Undefined until `resolve` or `prefetch` read it. */
  readonly cached: (ref: string) => string | undefined
  /** Resolves all, when a snapshot is published. Gives the references that failed, whether or not an older secret stands in. */
  readonly prefetch: (refs: readonly string[]) => Promise<readonly SecretError[]>
  /** Keeps these back from `cached` until the next call; all others are given again. */
  readonly withhold: (refs: readonly string[]) => void
  /** Every reference that was ever asked for: what is to be read anew from time to time. */
  readonly refs: () => readonly string[]
  /** Forgets a secret: after it was replaced or deleted. */
  readonly forget: (ref: string) => void
}

/** Makes the {@link Vault} over its sources. */
export function createVault(sources: SecretSources): Vault {
  const known = new Map<string, Secret>()
  let withheld: ReadonlySet<string> = new Set()
  const read = async (ref: string): Promise<SecretError | undefined> => {
    try {
      known.set(ref, secret(await readSecret(ref, sources)))
      return undefined
    } catch (error) {
      return error instanceof SecretError ? error : new SecretError(ref, 'its source failed', { cause: error })
    }
  }
  return {
    resolve: async (ref) => {
      const failure = await read(ref)
      const remembered = known.get(ref)
      if (remembered) return remembered
      throw failure ?? new SecretError(ref, 'it was forgotten while it was read')
    },
    cached: (ref) => (withheld.size > 0 && withheld.has(ref) ? undefined : known.get(ref)?.reveal()),
    withhold: (refs) => {
      withheld = new Set(refs)
    },
    refs: () => [...known.keys()],
    prefetch: async (refs) => {
      const failures = await Promise.all([...new Set(refs)].map(read))
      return failures.filter((failure) => failure !== undefined)
    },
    forget: (ref) => {
      known.delete(ref)
    },
  }
}
