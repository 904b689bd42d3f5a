import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../lib/clock.ts'
import type { NanoUsd } from '../../lib/money.ts'
import type { Random } from '../../lib/random.ts'
import type { Database } from '../../platform/storage/index.ts'
import type { SubjectKeys } from '../../platform/vault/index.ts'
import { type CleanRecord, cleanRecord } from './clean.ts'
import { type JournalOptions, type JournalStatus, openJournal } from './journal.ts'
import type { OperationFilter } from './operation-tables.ts'
import {
  addOperations,
  findOperation,
  listOperations,
  type OperationCursor,
  type OperationIdKind,
  type SpendScope,
  spentSince,
} from './operations.store.ts'
import type { OperationRecord } from './record.ts'
import type { RecordedFacts } from './record-text.ts'
import { readUsage, type UsageQuery, type UsageRow } from './rollups.store.ts'
import { openContent, sealContent } from './sealed-content.ts'
import type { Sealing } from './seals.store.ts'
import { type SetAsideReport, type ShipperStatus, shipper } from './shipper.ts'
import { recordsBetween, type TimeSpan } from './span.store.ts'

/** The ledger: one record per operation, never lost, each counted once. */
export interface Ledger {
  /** Commits a record to this node's journal before it returns: a killed process loses nothing. Never throws; no I/O but one write. */
  readonly append: (record: OperationRecord) => void
  /** Resolves when the shared store has all that was appended before the call, or after `withinMs`: then false. */
  readonly flush: (withinMs?: number) => Promise<boolean>
  readonly list: (filter: OperationFilter, page: OperationPage) => Promise<readonly OperationRecord[]>
  /** The facts of the records of a span, oldest first, in batches. */
  readonly between: (span: TimeSpan) => AsyncIterable<readonly RecordedFacts[]>
  readonly find: (by: OperationIdKind, value: string) => Promise<OperationRecord | undefined>
  readonly usage: (query: UsageQuery) => Promise<readonly UsageRow[]>
  /** What was spent since an instant (epoch milliseconds), nano-USD: what budgets begin with after a start. */
  readonly spentSince: (scope: SpendScope, fromMs: number) => Promise<NanoUsd>
  readonly status: () => LedgerStatus
  /** {@link LedgerStatus} `accepting`, cheap enough to be asked for every operation. */
  readonly isAccepting: () => boolean
  /** Ships what it can within five seconds and closes the journal; what is left is shipped after the next start. */
  readonly stop: () => Promise<void>
}

/** A page of the list: at most `limit` records, those behind `after`. */
export interface OperationPage {
  readonly limit: number
  readonly after?: OperationCursor
}

/** How the ledger is doing; not `accepting` means that the gate should let nothing new in. */
export interface LedgerStatus extends JournalStatus, ShipperStatus {}

/** What {@link openLedger} needs; the database must be migrated. */
export interface LedgerOptions extends Pick<JournalOptions, 'maxSegmentBytes' | 'maxMemoryBytes' | 'write'> {
  /** The journal's own folder, below the data directory of this node. */
  readonly directory: string
  readonly database: Database
  readonly clock: Clock
  readonly random: Random
  /** Absent: records are not sealed. */
  readonly sealing?: Sealing | undefined
  /** Under whose keys content is sealed; absent: it is kept as it is. */
  readonly subjects?: SubjectKeys | undefined
  /** Told when the store refused records for good, so that somebody looks at `refused.ndjson` in the journal's folder. */
  readonly onSetAside?: (report: SetAsideReport) => void
}

/** A commit of so many keeps the event loop for about two milliseconds over SQLite; the rows before it go in pieces. */
const BATCH_SIZE = 1_000
const STOP_WITHIN_MS = 5_000
const FLUSH_WITHIN_MS = 30_000

/** Opens the ledger; what an earlier process left in the journal is shipped first. */
export function openLedger(options: LedgerOptions): Ledger {
  const { database, clock, directory } = options
  const journal = openJournal({ ...options, persist: database.persist })
  const carrier = shipper({
    journal,
    clock,
    random: options.random,
    batchSize: BATCH_SIZE,
    onSetAside: options.onSetAside,
    store: async (entries) =>
      addOperations(database, entries, {
        sealing: options.sealing,
        contents: await sealedContents(entries, options.subjects),
      }),
    setAside: ({ json }) => {
      mkdirSync(directory, { recursive: true })
      appendFileSync(join(directory, 'refused.ndjson'), `${json}\n`)
    },
  })
  const flush = async (withinMs = FLUSH_WITHIN_MS): Promise<boolean> => {
    const enough = new AbortController()
    const late = clock.sleep(withinMs, enough.signal).then(
      () => false,
      () => false,
    )
    const isShipped = await Promise.race([carrier.flush().then(() => true), late])
    enough.abort()
    return isShipped
  }
  carrier.nudge()
  return {
    append: (record) => {
      journal.append(cleanRecord(record))
      carrier.nudge()
    },
    flush,
    list: (filter, page) => listOperations(database, filter, page),
    between: async function* (span) {
      await flush()
      yield* recordsBetween(database, span)
    },
    find: async (by, value) => {
      const found = await findOperation(database, by, value)
      if (!found || found.content === null) return found?.record
      const content = options.subjects
        ? await openContent(options.subjects, found.record.id, found.content)
        : (JSON.parse(found.content) as OperationRecord['content'])
      return content ? { ...found.record, content } : found.record
    },
    usage: (query) => readUsage(database, query),
    spentSince: async (scope, fromMs) => {
      await flush()
      return spentSince(database, scope, fromMs)
    },
    isAccepting: journal.isAccepting,
    status: () => ({ ...journal.status(), ...carrier.status() }),
    stop: async () => {
      await flush(STOP_WITHIN_MS)
      carrier.stop()
      await journal.close()
    },
  }
}

/** Content is sealed before the transaction: the keys are in the same database. */
async function sealedContents(
  entries: readonly CleanRecord[],
  subjects: SubjectKeys | undefined,
): Promise<ReadonlyMap<string, string> | undefined> {
  const captured = entries.filter(({ record }) => record.content)
  if (!subjects || captured.length === 0) return undefined
  const texts = new Map<string, string>()
  for (const { record } of captured) texts.set(record.id, await sealContent(subjects, record))
  return texts
}
