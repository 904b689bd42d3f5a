import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { readStored, type StoredDocument } from './stored.ts'

/** The last documents that were published on this node, as they lie on its disk. */
export interface LastGood {
  readonly number: number
  /** Epoch milliseconds at which they were published. */
  readonly publishedAt: number
  readonly hash: string
  readonly documents: readonly StoredDocument[]
}

/** Keeps the last good documents in the data directory, so that the gate starts and serves without its database. */
export interface LastGoodFile {
  readonly path: string
  /** What lies there, or undefined when nothing does or it cannot be read. */
  readonly read: () => Promise<LastGood | undefined>
  /** Replaces it whole: a crash leaves the old or the new, never a half. `documents` is text for `readStored`. */
  readonly write: (kept: Omit<LastGood, 'documents'> & { readonly documents: string }) => Promise<void>
}

/** The last good documents in `dataDir` (`last-good.json`, mode 0600). */
export function lastGoodFile(dataDir: string): LastGoodFile {
  const path = join(dataDir, 'last-good.json')
  const read = async (): Promise<LastGood | undefined> => {
    try {
      const [head = '', documents = ''] = splitOnce(await readFile(path, 'utf8'))
      const { number, publishedAt, hash }: Readonly<Record<string, unknown>> = JSON.parse(head)
      if (typeof number !== 'number' || typeof publishedAt !== 'number' || typeof hash !== 'string') return undefined
      return { number, publishedAt, hash, documents: readStored(documents) }
    } catch {
      return undefined
    }
  }
  const write: LastGoodFile['write'] = async ({ documents, ...head }) => {
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
    const file = await open(`${path}.new`, 'w', 0o600)
    try {
      await file.writeFile(`${JSON.stringify(head)}\n${documents}`)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(`${path}.new`, path)
  }
  return { path, read, write }
}

function splitOnce(text: string): readonly string[] {
  const at = text.indexOf('\n')
  return [text.slice(0, at), text.slice(at + 1)]
}
