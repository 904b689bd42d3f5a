import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { readAnchorFile } from './file-anchor.ts'
import { type AuditMark, type AuditVerdict, logVerifier } from './verify.ts'

/** An export of a log, and what it is compared with. */
export interface ExportCheck {
  readonly path: string
  /** The verifier's key of the log's checkpoints; the export's own when absent, which a forger can choose. */
  readonly verifier?: string | undefined
  /** Files that anchors wrote. */
  readonly anchors: readonly string[]
}

interface Frame {
  readonly log: string
  readonly verifier: string
  readonly size: number
  readonly note: string | undefined
}

/** Verifies an export without the gateway. Throws one sentence when the file is no export. */
export async function verifyExport({ path, verifier, anchors }: ExportCheck): Promise<AuditVerdict> {
  const frame = await readFrame(path)
  const { log, size, note } = frame
  const anchored = await Promise.all(anchors.map((anchor) => readAnchorFile(anchor, log)))
  const own: readonly AuditMark[] = [{ where: 'the export', size, ...(note !== undefined && { note }) }]
  const reader = logVerifier({ log, verifier: verifier ?? frame.verifier, marks: [...anchored.flat(), ...own] })
  let isFirst = true
  for await (const line of linesOf(path)) {
    const isEntry = !isFirst && !line.startsWith('{"checkpoint":')
    isFirst = false
    if (isEntry && reader.take(line)) break
  }
  return reader.end()
}

async function readFrame(path: string): Promise<Frame> {
  let first: string | undefined
  let last = ''
  for await (const line of linesOf(path)) {
    first ??= line
    last = line
  }
  const head = read(first ?? '')
  const { log, verifier, size } = head
  if (head.export !== 'gatehouse-audit/1' || typeof log !== 'string' || typeof verifier !== 'string')
    throw new Error(`${path} is not an export of the audit log`)
  const { checkpoint } = read(last)
  if (typeof checkpoint !== 'string') throw new Error(`${path} is cut off: it has no checkpoint at its end`)
  return { log, verifier, size: Number(size), note: checkpoint }
}

function linesOf(path: string) {
  return createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY })
}

function read(line: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(line)) as Readonly<Record<string, unknown>>
  } catch {
    return {}
  }
}
