import { nextTurn } from '../../lib/clock.ts'
import { sha256Hex } from '../../lib/crypto.ts'
import { leafHash, rootOf, treeOf } from '../../lib/merkle.ts'
import type { Database } from '../../platform/storage/index.ts'
import type { Audit, AuditVerdict, StoredEntry } from '../audit/index.ts'
import { instantOf } from './operation-id.ts'
import { OPERATION_COLUMNS } from './operation-tables.ts'
import { rowOf } from './operations.store.ts'
import { countOperations, type KeptRow, keptContents, keptRows, operationIds } from './operations-check.store.ts'
import { readRecord } from './record-text.ts'
import { readSeals, type SealRow } from './seals.store.ts'

/** What verifying the ledger came to. */
export interface LedgerVerdict extends AuditVerdict {
  /** Operations whose records are those that were sealed. */
  readonly operations: number
  /** Sealed operations that retention deleted, as the audit log says. */
  readonly expired: number
  /** The first operation at fault, where it is one operation and not the log of seals. */
  readonly operation?: string
}

/** What {@link verifyLedger} needs. */
export interface LedgerCheck {
  readonly database: Database
  readonly seals: Pick<Audit, 'log' | 'read' | 'verify'>
  /** Operations that began before this instant (epoch milliseconds) may be gone: retention deleted them. */
  readonly expiredBefore: number
}

const PAGE = 50
/** Beyond so many operations one that was added is counted and not looked for: that takes memory. */
const MOST_NAMED = 1_000_000

interface Tally {
  operations: number
  expired: number
  /** The smallest sealed id: what is older was there before there were seals. */
  first: string | undefined
}

/** Compares every record of the ledger with its seal, and the seals with their log. Names the first that is not what it was. */
export async function verifyLedger(check: LedgerCheck): Promise<LedgerVerdict> {
  const { database, seals } = check
  const counted = await countOperations(database)
  const log = await seals.verify()
  const tally: Tally = { operations: 0, expired: 0, first: undefined }
  const told = () => ({ operations: tally.operations, expired: tally.expired })
  if (log.fault) return { ...log, ...told() }
  for (let from = 1; from <= log.entries; ) {
    const entries = await seals.read({ from, limit: PAGE })
    const rows = new Map((await readSeals(database, { from, limit: PAGE })).map((row) => [row.sequence, row]))
    for (const { sequence, entry } of entries.filter((row) => row.sequence <= log.entries)) {
      // A batch at a time: a gate that serves calls must not stand still for a whole page.
      await nextTurn()
      const problem = await checkSeal(check, tally, {
        entry: JSON.parse(entry) as StoredEntry,
        row: rows.get(sequence),
      })
      if (problem)
        return {
          ...log,
          entries: sequence - 1,
          ...told(),
          ...problem.named,
          fault: { sequence, problem: problem.text },
        }
    }
    from = (entries.at(-1)?.sequence ?? log.entries) + 1
  }
  const foreign = await foreignAmong(database, { counted, tally })
  if (foreign === undefined) return { ...log, ...told() }
  const fault = { sequence: log.entries, problem: 'added: the ledger holds an operation that was never sealed' }
  return { ...log, ...told(), ...(foreign !== '' && { operation: foreign }), fault }
}

interface SealProblem {
  readonly text: string
  readonly named?: { readonly operation: string }
}

interface Seal {
  readonly entry: StoredEntry
  readonly row: SealRow | undefined
}

async function checkSeal(check: LedgerCheck, tally: Tally, { entry, row }: Seal): Promise<SealProblem | undefined> {
  if (!row) return { text: 'missing: the hashes of this batch of operations' }
  const ids = row.ids.split(' ')
  const hashes = row.hashes.match(/.{64}/g) ?? []
  const facts = { operations: ids.length, root: rootHex(hashes), contents: row.contents && sha256Hex(row.contents) }
  const { operations, root, contents = '' } = entry.facts ?? {}
  const isSame = operations === facts.operations && root === facts.root && contents === facts.contents
  if (!isSame || hashes.length !== ids.length)
    return { text: 'edited: the hashes of this batch are not those that were sealed' }
  const rows = await keptRows(check.database, ids)
  for (const [index, id] of ids.entries()) {
    const kept = rows.get(id)
    tally.first = tally.first === undefined || id < tally.first ? id : tally.first
    const isExpired = kept === undefined && (instantOf(id) ?? Number.POSITIVE_INFINITY) < check.expiredBefore
    const problem = isExpired ? undefined : differs(id, kept, hashes[index])
    if (problem !== undefined) return { text: problem, named: { operation: id } }
    if (isExpired) tally.expired++
    else tally.operations++
  }
  return checkContents(check.database, row.contents)
}

function rootHex(hashes: readonly string[]): string {
  return Buffer.from(rootOf(treeOf(hashes.map((hash) => Buffer.from(hash, 'hex'))))).toString('hex')
}

function differs(id: string, kept: KeptRow | undefined, hash: string | undefined): string | undefined {
  if (!kept) return `deleted: the record of ${id}`
  if (Buffer.from(leafHash(kept.record)).toString('hex') !== hash) return `edited: the record of ${id}`
  const row = rowOf({ record: readRecord(kept.record), json: kept.record })
  const at = OPERATION_COLUMNS.findIndex((column, index) => kept[column] !== row[index])
  return at < 0 ? undefined : `edited: the column ${OPERATION_COLUMNS[at]} of ${id} is not what its record says`
}

/** Content may be gone (it has its own retention), but not be another. */
async function checkContents(database: Database, contents: string): Promise<SealProblem | undefined> {
  if (contents === '') return undefined
  const sealed = new Map(contents.split('\n').map((line) => line.split(' ') as [string, string]))
  for (const { id, content } of await keptContents(database, [...sealed.keys()])) {
    if (sha256Hex(content) !== sealed.get(id))
      return { text: `edited: the captured content of ${id}`, named: { operation: id } }
  }
  return undefined
}

/** More operations than seals tell of: the first that has none (empty where it cannot be told), or undefined when there is none. */
async function foreignAmong(
  database: Database,
  { counted, tally }: { readonly counted: number; readonly tally: Tally },
): Promise<string | undefined> {
  const { first, operations } = tally
  // Counted before the seals were read: what was shipped meanwhile is sealed and not counted.
  if (first === undefined || counted - (await countOperations(database, first)) <= operations) return undefined
  if (counted > MOST_NAMED) return ''
  const sealed = new Set<string>()
  for (let from = 1; ; ) {
    const rows = await readSeals(database, { from, limit: PAGE })
    for (const { ids } of rows) for (const id of ids.split(' ')) sealed.add(id)
    from = (rows.at(-1)?.sequence ?? 0) + 1
    if (rows.length < PAGE) break
  }
  for (let after = first; ; ) {
    const ids = await operationIds(database, { after, limit: 1_000 })
    const foreign = ids.find((id) => !sealed.has(id))
    if (foreign !== undefined) return foreign
    const last = ids.at(-1)
    if (last === undefined) return undefined
    after = last
    await nextTurn()
  }
}
