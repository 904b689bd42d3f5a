import type { Clock } from '../../lib/clock.ts'
import { GatewayError } from '../../lib/errors.ts'
import {
  consistencyPath,
  type Hash,
  inclusionPath,
  type LeafRange,
  rangeHash,
  rootOf,
  subtreesOf,
} from '../../lib/merkle.ts'
import type { NoteSigner } from '../../lib/signed-note.ts'
import type { Database, Tables } from '../../platform/storage/index.ts'
import {
  addCheckpoint,
  type CheckpointRow,
  type EntryFilter,
  type EntryRow,
  listEntries,
  newestCheckpoint,
  readEntries,
  readHead,
  readSubtrees,
} from './audit.store.ts'
import { checkpointSigner, signCheckpoint } from './checkpoint.ts'
import type { AuditEntry } from './entry.ts'
import { appendTo } from './log.ts'
import type { AuditMark, AuditVerdict } from './verify.ts'
import { verifyDatabase } from './verify-database.ts'

/** A proof about the log's tree, hashes in hex, in the order of RFC 6962. */
export interface AuditProof {
  readonly size: number
  readonly root: string
  readonly path: readonly string[]
}

/** The audit log of an organisation: what was done to the gateway, by whom and why, in an order that cannot be changed unseen. */
export interface Audit {
  /** `<organisation>/audit`. */
  readonly log: string
  /** What others need to check the checkpoints: a verifier's key in the form of C2SP signed-note. */
  readonly verifier: string
  /**
   * Tells of a change in the change's own transaction: both are kept or neither is. Call it last in there: other writers
   * wait until the transaction ends. Gives the sequence of the last entry.
   */
  readonly append: (tables: Tables, ...entries: readonly AuditEntry[]) => Promise<number>
  /** Tells of something that changed no table: a transaction of its own. */
  readonly record: (...entries: readonly AuditEntry[]) => Promise<number>
  /** Entries that match, newest first. */
  readonly list: (page: {
    readonly filter: EntryFilter
    readonly limit: number
    readonly before?: number | undefined
  }) => Promise<readonly EntryRow[]>
  /** Entries in order, from a sequence on. */
  readonly read: (page: { readonly from: number; readonly limit: number }) => Promise<readonly EntryRow[]>
  /** The checkpoint of the log as it is now: the newest one, or a new one when entries came since. */
  readonly checkpoint: () => Promise<CheckpointRow>
  /** That entry `sequence` is in the log of `size` entries. Throws `invalid_request`, `not_found`. */
  readonly inclusion: (sequence: number, size?: number) => Promise<AuditProof & { readonly leaf: string }>
  /** That the log of `size` entries begins with that of `earlier`. Throws `invalid_request`, `not_found`. */
  readonly consistency: (earlier: number, size?: number) => Promise<AuditProof>
  /** Reads all of it again and compares it with every checkpoint, and with marks from outside. */
  readonly verify: (marks?: readonly AuditMark[]) => Promise<AuditVerdict>
}

/** What {@link openAudit} needs; the database must be migrated. */
export interface AuditOptions {
  readonly database: Database
  readonly clock: Clock
  /** The 32 secret bytes that sign checkpoints; always the same for one log. */
  readonly seed: Uint8Array
  /** Default `default/audit`. */
  readonly log?: string
}

/** Opens the audit log. */
export function openAudit(options: AuditOptions): Audit {
  const { database, clock, log = 'default/audit' } = options
  const signer = checkpointSigner(log, options.seed)
  const append: Audit['append'] = async (tables, ...entries) => {
    const head = await appendTo(tables, log, { entries, clock })
    return head.tree.size
  }
  return {
    log,
    verifier: signer.verifier,
    append,
    record: (...entries) => database.transaction((tables) => append(tables, ...entries)),
    list: (page) => listEntries(database, log, page),
    read: (page) => readEntries(database, log, page),
    checkpoint: () => checkpointNow({ database, clock, log, signer }),
    inclusion: async (sequence, size) => {
      const at = await sizeOf(database, log, size)
      if (!(sequence >= 1 && sequence <= at)) throw notThere(`There is no entry ${sequence} in a log of ${at} entries.`)
      const [leaf = new Uint8Array()] = await rangeHashes(database, log, [{ from: sequence - 1, to: sequence }])
      const proof = await proofOf(database, log, { size: at, path: inclusionPath(sequence - 1, at) })
      return { leaf: hex(leaf), ...proof }
    },
    consistency: async (earlier, size) => {
      const at = await sizeOf(database, log, size)
      if (!(earlier >= 1 && earlier <= at)) throw notThere(`A log of ${at} entries never had ${earlier}.`)
      return proofOf(database, log, { size: at, path: consistencyPath(earlier, at) })
    },
    verify: (marks = []) => verifyDatabase(database, { log, verifier: signer.verifier, marks }),
  }
}

interface Checkpointing {
  readonly database: Database
  readonly clock: Clock
  readonly log: string
  readonly signer: NoteSigner
}

async function checkpointNow({ database, clock, log, signer }: Checkpointing): Promise<CheckpointRow> {
  const { tree } = await readHead(database, log)
  // What is signed must not be lost with the power: it would look cut off.
  await database.persist()
  const newest = await newestCheckpoint(database, log)
  if (newest?.size === tree.size) return newest
  const note = signCheckpoint({ size: tree.size, root: rootOf(tree) }, signer)
  const row = { size: tree.size, at: clock.now(), note }
  await addCheckpoint(database, log, row)
  return row
}

async function sizeOf(database: Database, log: string, size: number | undefined): Promise<number> {
  const { tree } = await readHead(database, log)
  if (size === undefined) return tree.size
  if (size >= 1 && size <= tree.size) return size
  throw notThere(`The log has ${tree.size} entries.`)
}

async function proofOf(
  database: Database,
  log: string,
  { size, path }: { readonly size: number; readonly path: readonly LeafRange[] },
): Promise<AuditProof> {
  const [root = new Uint8Array(), ...hashes] = await rangeHashes(database, log, [{ from: 0, to: size }, ...path])
  return { size, root: hex(root), path: hashes.map(hex) }
}

async function rangeHashes(database: Database, log: string, ranges: readonly LeafRange[]): Promise<readonly Hash[]> {
  const hashes = await readSubtrees(database, log, ranges.flatMap(subtreesOf))
  let at = 0
  return ranges.map((range) => {
    const count = subtreesOf(range).length
    const found = hashes.slice(at, at + count).filter((hash) => hash !== undefined)
    at += count
    if (found.length === count) return rangeHash(found)
    throw new GatewayError('internal', { internalDetail: `the audit log ${log} lacks hashes of its tree: verify it` })
  })
}

function notThere(message: string): GatewayError {
  return new GatewayError('not_found', { message })
}

function hex(hash: Hash): string {
  return Buffer.from(hash).toString('hex')
}
