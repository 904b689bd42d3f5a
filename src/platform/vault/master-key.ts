import type { KeyObject } from 'node:crypto'
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256Hex } from '../../lib/crypto.ts'
import { aesKey } from './envelope.ts'

/** Where the master key comes from. */
export interface MasterKeySource {
  /** GATEHOUSE_MASTER_KEY: 32 bytes as hex or base64; wins over the file. */
  readonly given: string | undefined
  readonly dataDir: string
  readonly randomBytes: (length: number) => Uint8Array
}

/** Name of the generated key's file inside the data directory. */
export const MASTER_KEY_FILE = 'master.key'

/**
 * The key that wraps the vault's data keys: the given one, or the one in the data directory, made with mode 0600 on the
 * first start. An existing file is never overwritten. Throws one sentence when a key is not 32 bytes.
 */
export async function loadMasterKey(source: MasterKeySource): Promise<KeyObject> {
  if (source.given !== undefined) return decode(source.given, 'GATEHOUSE_MASTER_KEY')
  const path = join(source.dataDir, MASTER_KEY_FILE)
  const existing = await readIfThere(path)
  if (existing !== undefined) return decode(existing.trim(), path)
  await mkdir(source.dataDir, { recursive: true })
  await makeKeyFile(path, Buffer.from(source.randomBytes(32)).toString('hex'))
  return decode((await readFile(path, 'utf8')).trim(), path)
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
