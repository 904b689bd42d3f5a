import type { KeyObject } from 'node:crypto'
import { link, mkdir, open, readFile, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256Hex } from '../../lib/crypto.ts'
import { aesKey } from './envelope.ts'

/** Where the master key comes from. */
export interface MasterKeySource {
  /** GATEHOUSE_MASTER_KEY: 32 bytes as hex or base64; wins over the file. */
  readonly given: string | undefined
  /** GATEHOUSE_MASTER_KEY_PREVIOUS: the one before, while the new one is brought in. */
  readonly previous?: string | undefined
  readonly dataDir: string
  readonly randomBytes: (length: number) => Uint8Array
}

/** The master key, and those that the vault may still be sealed with. */
export interface MasterKeys {
  readonly current: KeyObject
  /** The one before: what it opens is wrapped anew with `current`. */
  readonly previous?: KeyObject | undefined
  /** The one that a rotation had begun to bring in when it was interrupted: what it opens stays, and it becomes current. */
  readonly next?: PreparedKey | undefined
  /** Prepares another key; undefined where the operator gives it, who then gives the next one too. */
  readonly prepare?: () => Promise<PreparedKey>
}

/** A key that lies beside the current one until the vault is sealed with it. */
export interface PreparedKey {
  readonly key: KeyObject
  /** Makes it the current one. */
  readonly settle: () => Promise<void>
  /** Takes it back. */
  readonly drop: () => Promise<void>
}

/** Name of the generated key's file inside the data directory. */
export const MASTER_KEY_FILE = 'master.key'

/**
 * The key that wraps the vault's data keys: the given one, or the one in the data directory, made with mode 0600 on the
 * first start. An existing file is overwritten by a settled rotation alone. Throws one sentence when a key is not 32 bytes.
 */
export async function loadMasterKeys(source: MasterKeySource): Promise<MasterKeys> {
  const previous = source.previous === undefined ? undefined : decode(source.previous, 'GATEHOUSE_MASTER_KEY_PREVIOUS')
  if (source.given !== undefined) return { current: decode(source.given, 'GATEHOUSE_MASTER_KEY'), previous }
  const path = join(source.dataDir, MASTER_KEY_FILE)
  await mkdir(source.dataDir, { recursive: true })
  const fresh = () => Buffer.from(source.randomBytes(32)).toString('hex')
  const current = (await readKey(path)) ?? (await made(path, fresh()))
  const nextPath = `${path}.next`
  const interrupted = await readKey(nextPath)
  return {
    current,
    previous,
    next: interrupted && preparedAt(path, interrupted),
    prepare: async () => preparedAt(path, await made(nextPath, fresh())),
  }
}

function preparedAt(path: string, key: KeyObject): PreparedKey {
  return { key, settle: () => rename(`${path}.next`, path), drop: () => unlink(`${path}.next`) }
}

async function made(path: string, text: string): Promise<KeyObject> {
  await makeKeyFile(path, text)
  return decode((await readFile(path, 'utf8')).trim(), path)
}

async function readKey(path: string): Promise<KeyObject | undefined> {
  const text = await readIfThere(path)
  return text === undefined ? undefined : decode(text.trim(), path)
}

/** Written in whole beside its place, then linked there: linking never overwrites, and nobody sees half a key. */
async function makeKeyFile(path: string, text: string): Promise<void> {
  const draft = `${path}.${sha256Hex(text).slice(0, 8)}.draft`
  const file = await open(draft, 'wx', 0o600)
  try {
    await file.writeFile(`${text}\n`)
    await file.sync()
    await link(draft, path)
  } catch (error) {
    // Another process was quicker: its key counts.
    if (!isCode(error, 'EEXIST')) throw error
  } finally {
    await file.close()
    await unlink(draft)
  }
}

function decode(text: string, from: string): KeyObject {
  const bytes = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64')
  if (bytes.byteLength !== 32) throw new Error(`${from} must hold 32 bytes as 64 hex digits or as base64`)
  return aesKey(bytes)
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    throw error
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
