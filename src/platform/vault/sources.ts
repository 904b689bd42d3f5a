import { readFile, stat } from 'node:fs/promises'
import { resolve as resolvePath } from 'node:path'
import { isSecretName } from './local-secrets.ts'
import { SecretError } from './secret.ts'
import { STORE_NAMES, type StoreName } from './stores/load.ts'
import type { ExternalStore, Wanted } from './stores/store.ts'

/** A `secret://` reference, taken apart. */
export type SecretRef =
  | { readonly kind: 'env'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'vault'; readonly name: string }
  | { readonly kind: 'store'; readonly store: StoreName; readonly wanted: Wanted }

/** What references are read from. */
export interface SecretSources {
  /** Looks a variable of the environment up. */
  readonly environment: (name: string) => string | undefined
  /** `LocalSecrets.get`. Absent where there is no database: `secret://vault/…` then says so. */
  readonly local?: ((name: string) => Promise<string | undefined>) | undefined
  /** Stores outside of the gateway; absent where there are none. */
  readonly stores?: ((name: StoreName) => Promise<ExternalStore>) | undefined
  /** The data directory, whose files (the master key above all) no reference may name. Always give it in production. */
  readonly protectedDirectory?: string | undefined
}

const MAX_FILE_BYTES = 65_536

/** Reads a reference without resolving it. Throws {@link SecretError} with what would be right. */
export function readSecretRef(ref: string): SecretRef {
  const [, scheme = '', rest = ''] = /^secret:\/\/([a-z0-9-]+)\/(.+)$/.exec(ref) ?? []
  if (scheme === 'env') {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(rest)) throw new SecretError(ref, 'a variable is named after secret://env/')
    if (/^GATEHOUSE_|^(DATABASE|REDIS)_URL$|^VAULT_|^AZURE_CLIENT_SECRET$/.test(rest))
      throw new SecretError(ref, "the gateway's own configuration is no secret of a document")
    return { kind: 'env', name: rest }
  }
  if (scheme === 'file') {
    const path = `/${rest}`
    if (resolvePath(path) !== path)
      throw new SecretError(ref, 'the path must be absolute and without "..", as in secret://file/run/secrets/x')
    return { kind: 'file', path }
  }
  if (scheme === 'vault') {
    if (!isSecretName(rest)) throw new SecretError(ref, 'a secret is named with letters, digits, ".", "_", "-" and "/"')
    return { kind: 'vault', name: rest }
  }
  const store = STORE_NAMES.find((name) => name === scheme)
  if (store !== undefined) return { kind: 'store', store, wanted: wantedOf(ref, rest) }
  throw new SecretError(
    ref,
    `a reference is secret://env/NAME, secret://file/absolute/path, secret://vault/name, or one of ${STORE_NAMES.join(', ')}`,
  )
}

function wantedOf(ref: string, rest: string): Wanted {
  const at = rest.indexOf('#')
  const path = at < 0 ? rest : rest.slice(0, at)
  const field = at < 0 ? undefined : rest.slice(at + 1)
  const isPlain = path.split('/').every((part) => /^[A-Za-z0-9][\w.+=@-]*$/.test(part))
  if (!isPlain || (field !== undefined && !/^[\w.-]{1,256}$/.test(field)))
    throw new SecretError(ref, 'a path is made of plain names with "/" between them, and a field stands behind "#"')
  return { ref, path, field }
}

/** Reads the secret itself; one line end at its end is dropped. Throws {@link SecretError} when there is none. */
export async function readSecret(ref: string, sources: SecretSources): Promise<string> {
  const parsed = readSecretRef(ref)
  const text = await readFrom(ref, parsed, sources)
  if (text === undefined || text === '') throw new SecretError(ref, MISSING[parsed.kind])
  return text
}

const MISSING = {
  env: 'the variable is not set, or empty',
  file: 'the file is empty',
  vault: 'there is no secret of that name',
  store: 'the secret is empty',
} as const

async function readFrom(ref: string, parsed: SecretRef, sources: SecretSources): Promise<string | undefined> {
  switch (parsed.kind) {
    case 'env':
      return sources.environment(parsed.name)
    case 'file':
      return readSecretFile(ref, parsed.path, sources.protectedDirectory)
    case 'vault':
      if (!sources.local) throw new SecretError(ref, 'this process has no vault')
      return sources.local(parsed.name)
    case 'store':
      if (!sources.stores) throw new SecretError(ref, 'this process reads no stores outside of the gateway')
      return (await sources.stores(parsed.store)).read(parsed.wanted)
  }
}

async function readSecretFile(ref: string, path: string, protectedDirectory: string | undefined): Promise<string> {
  if (protectedDirectory !== undefined && path.startsWith(`${resolvePath(protectedDirectory)}/`))
    throw new SecretError(ref, "the gateway's own files are no secrets of a document")
  try {
    const about = await stat(path)
    if (!about.isFile()) throw new SecretError(ref, 'it is not a regular file')
    if (about.size > MAX_FILE_BYTES) throw new SecretError(ref, `the file is longer than ${MAX_FILE_BYTES} bytes`)
    return (await readFile(path, 'utf8')).replace(/\r?\n$/, '')
  } catch (error) {
    if (error instanceof SecretError) throw error
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw new SecretError(ref, `the file cannot be read (${code})`, { cause: error })
  }
}
