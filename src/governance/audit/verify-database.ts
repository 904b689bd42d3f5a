import { nextTurn } from '../../lib/clock.ts'
import type { Database } from '../../platform/storage/index.ts'
import { type EntryRow, readCheckpoints, readEntries, readHead, toHex } from './audit.store.ts'
import { type AuditFault, type AuditMark, type AuditVerdict, logVerifier, type Taken } from './verify.ts'

/** What {@link verifyDatabase} compares with, besides what the database itself keeps. */
export interface DatabaseCheck {
  readonly log: string
  readonly verifier: string
  /** Marks from outside of the database. */
  readonly marks: readonly AuditMark[]
}

const PAGE = 1_000

/** Reads a log whole and says whether it is what it was, and if not, from which entry on. */
export async function verifyDatabase(database: Database, check: DatabaseCheck): Promise<AuditVerdict> {
  const { log, verifier } = check
  // The head first: what is appended meanwhile lies beyond it.
  const head = await readHead(database, log)
  const marks = [...check.marks, ...(await keptMarks(database, log))]
  const reader = logVerifier({ log, verifier, marks })
  let fault: AuditFault | undefined
  for (let rows = await page(1); rows.length > 0 && !fault; rows = await page(reader.tree().size + 1)) {
    for (const row of rows) {
      if (reader.tree().size >= head.tree.size) break
      fault = reader.take(row.entry, row.nodes.slice(0, 64)) ?? besides(row, reader.taken())
      if (fault) break
    }
    if (reader.tree().size >= head.tree.size) break
    await nextTurn()
  }
  const verdict = reader.end()
  const found = fault ?? verdict.fault ?? atHead() ?? (await beyondHead())
  const entries = found ? Math.min(verdict.entries, found.sequence - 1) : verdict.entries
  return { log, entries, checkpoints: verdict.checkpoints, ...(found && { fault: found }) }

  function page(from: number) {
    return readEntries(database, log, { from, limit: PAGE })
  }
  async function beyondHead(): Promise<AuditFault | undefined> {
    const [extra] = await page(head.tree.size + 1)
    if (!extra || (await readHead(database, log)).tree.size >= extra.sequence) return undefined
    return { sequence: extra.sequence, problem: 'added beside the log: the log does not count it' }
  }
  function atHead(): AuditFault | undefined {
    const { size } = reader.tree()
    if (size < head.tree.size)
      return { sequence: size + 1, to: head.tree.size, problem: 'missing: the log counts more entries' }
    if (reader.last() !== head.last)
      return { sequence: Math.max(1, size), problem: 'edited: the head of the log tells another hash of it' }
    return undefined
  }
}

/** The columns by which entries are found, and the hashes by which they are proven, must be those of the text. */
function besides(row: EntryRow, taken: Taken | undefined): AuditFault | undefined {
  const { entry = {}, completed = [] } = taken ?? {}
  const { sequence } = row
  const told: readonly (readonly [string, unknown, unknown])[] = [
    ['sequence', row.sequence, entry.sequence],
    ['at', row.at, Date.parse(entry.at ?? '')],
    ['actor', row.actor, entry.actor],
    ['action', row.action, entry.action],
    ['object', row.object, entry.object ?? null],
    ['request_id', row.request_id, entry.requestId ?? null],
    ['nodes', row.nodes, completed.map(toHex).join('')],
  ]
  const wrong = told.find(([, column, text]) => column !== text)
  return wrong && { sequence, problem: `edited: the column ${wrong[0]} is not what the entry says` }
}

async function keptMarks(database: Database, log: string): Promise<readonly AuditMark[]> {
  const marks: AuditMark[] = []
  for (;;) {
    const rows = await readCheckpoints(database, log, { after: marks.at(-1)?.size ?? -1, limit: PAGE })
    marks.push(...rows.map(({ size, note }) => ({ where: 'the database', size, note })))
    if (rows.length < PAGE) return marks
  }
}
