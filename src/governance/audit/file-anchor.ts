import { createReadStream } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import type { Anchor, AnchoredCheckpoint } from './anchor.ts'
import type { AuditMark } from './verify.ts'

/** A file to which one line of JSON is appended for each checkpoint; each is on the disk before it counts as delivered. */
export function fileAnchor(path: string): Anchor {
  return {
    name: `file ${path}`,
    mostHashes: 10_000,
    deliver: async (checkpoint) => {
      await mkdir(dirname(path), { recursive: true })
      const file = await open(path, 'a', 0o640)
      try {
        await file.writeFile(`${JSON.stringify(checkpoint)}\n`)
        await file.sync()
      } finally {
        await file.close()
      }
    },
    marks: (log) => readAnchorFile(path, log),
  }
}

/** The marks of a log in an anchor's file; none when there is no file. Passes over lines that are torn or of another log. */
export async function readAnchorFile(path: string, log: string): Promise<readonly AuditMark[]> {
  const marks: AuditMark[] = []
  const input = createReadStream(path, 'utf8')
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      const kept = readLine(line)
      if (kept?.log !== log) continue
      const { size, checkpoint: note, first, hashes } = kept
      marks.push({ where: `anchor file ${path}`, size, note, first, hashes })
    }
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) throw cause
  }
  return marks
}

function readLine(line: string): AnchoredCheckpoint | undefined {
  try {
    const kept = JSON.parse(line) as Partial<AnchoredCheckpoint>
    const { at = '', log, verifier = '', size, first, hashes, checkpoint } = kept
    if (typeof log !== 'string' || typeof size !== 'number' || typeof checkpoint !== 'string') return undefined
    return { at, log, verifier, size, checkpoint, first: Number(first), hashes: Array.isArray(hashes) ? hashes : [] }
  } catch {
    return undefined
  }
}
