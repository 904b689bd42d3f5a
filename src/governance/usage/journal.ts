import type { Clock } from '../../lib/clock.ts'
import type { CleanRecord } from './clean.ts'
import { isBefore, type Position, type SegmentWriter, segmentWriter, type WriteBytes } from './journal-files.ts'
import { type JournalEntry, type JournalRow, journalRow } from './journal-row.ts'
import { journalTrail, type Trail } from './journal-trail.ts'

/** How the journal is doing. */
export interface JournalStatus {
  /** False while the disk refuses writes; new records are then kept in memory, bounded, and written once it takes them. */
  readonly writable: boolean
  /** False once half of that memory is used: from then on no new operation should be let in. */
  readonly accepting: boolean
  /** Bytes on disk that the shared store has not confirmed. */
  readonly backlogBytes: number
  /** Records that only this process's memory holds. */
  readonly unwritten: number
  /** Records that found no place, neither on disk nor in memory. */
  readonly lost: number
  /** Torn or damaged places passed over while reading. */
  readonly torn: number
  readonly syncFailures: number
}

/** Records on their way to the store. */
export interface Batch {
  readonly entries: readonly CleanRecord[]
  /** Says that the store has them for good. */
  readonly done: () => void
}

/** The node's own append-only journal: a record is in it before the client sees the end of its answer. */
export interface Journal {
  /** Commits one record, synchronously. Never throws. */
  readonly append: (entry: CleanRecord) => void
  /** The oldest records the store has not confirmed, or undefined when there are none. One batch at a time. */
  readonly take: (maxRecords: number) => Promise<Batch | undefined>
  /** A mark of now; {@link Journal.isShippedTo} tells when all before it is in the store. */
  readonly mark: () => Position
  readonly isShippedTo: (mark: Position) => boolean
  readonly status: () => JournalStatus
  /** {@link JournalStatus.accepting}, cheap enough to be asked for every operation. */
  readonly isAccepting: () => boolean
  /** Hands everything to the disk; removes the files when the store has it all. */
  readonly close: () => Promise<void>
}

/** What {@link openJournal} needs. Sizes in bytes. */
export interface JournalOptions {
  readonly directory: string
  readonly clock: Clock
  /** A segment is closed beyond this; default 16 MiB. */
  readonly maxSegmentBytes?: number
  /** Bound of what is kept in memory, for either purpose: quick shipping, and a disk that refuses; default 32 MiB. */
  readonly maxMemoryBytes?: number
  readonly write?: WriteBytes
  /** Makes what the store has confirmed outlive a power failure; segments go only after it. Absent: it does already. */
  readonly persist?: () => Promise<void>
}

const DEFAULT_SEGMENT_BYTES = 16 * 1_024 * 1_024
const DEFAULT_MEMORY_BYTES = 32 * 1_024 * 1_024
/** A segment in use is given up from this size on as soon as the store has all of it, so that a restart re-reads little. */
const RETIRE_BYTES = 4 * 1_024 * 1_024

/** Opens the journal in a directory of its own; what an earlier process left there unshipped is offered first. */
export function openJournal(options: JournalOptions): Journal {
  const maxMemory = options.maxMemoryBytes ?? DEFAULT_MEMORY_BYTES
  const trail = journalTrail(options.directory, options.persist ?? (() => Promise.resolve()))
  const writer = writerOf(options, trail.firstNew)
  /** Written, unshipped, and still at hand: saves reading them back. */
  const recent = journalRow()
  /** Not written, because the disk refused. */
  const unwritten = journalRow()
  // INVARIANT: `recent` begins where the store has got to; when `isBehind`, what follows it must be read back from disk.
  let isBehind = trail.hasPast
  let lost = 0

  const write = ({ record, json }: CleanRecord): boolean => {
    const before = writer.end()
    const end = tryAppend(writer, json)
    const after = end ?? writer.end()
    if (after.segment !== before.segment) trail.close(before)
    if (!end) return false
    isBehind ||= recent.weight() + json.length > maxMemory
    if (!isBehind) recent.push({ record, json, end })
    return true
  }
  const shipTo = (position: Position, dropped: readonly JournalEntry[] = []) => {
    recent.drop(dropped)
    trail.shipTo(position)
    const end = writer.end()
    if (isBefore(trail.shipped(), end)) return
    isBehind = false
    if (end.offset < RETIRE_BYTES) return
    writer.rotate()
    trail.close(end)
  }
  const takeBack = async (maxRecords: number): Promise<Batch | undefined> => {
    const read = await trail.read(writer.end(), maxRecords)
    if (read) return { entries: read.entries, done: () => shipTo(read.next) }
    isBehind = isBefore(trail.shipped(), writer.end())
    return isBehind ? takeBack(maxRecords) : undefined
  }
  const isAccepting = () => unwritten.weight() <= maxMemory / 2
  return {
    isAccepting,
    append: (entry) => {
      writeAll(unwritten, write)
      if (unwritten.length() === 0 && write(entry)) return
      if (unwritten.weight() + entry.json.length > maxMemory) lost++
      else unwritten.push({ ...entry, end: writer.end() })
    },
    take: async (maxRecords) => {
      const entries = recent.first(maxRecords)
      const last = entries.at(-1)
      if (last) return { entries, done: () => shipTo(last.end, entries) }
      return (isBehind ? await takeBack(maxRecords) : undefined) ?? takeUnwritten(unwritten, maxRecords)
    },
    mark: writer.end,
    isShippedTo: (mark) => unwritten.length() === 0 && !isBefore(trail.shipped(), mark),
    status: () => ({
      writable: unwritten.length() === 0,
      accepting: isAccepting(),
      unwritten: unwritten.length(),
      backlogBytes: trail.bytes(writer.end()),
      lost,
      torn: trail.torn(),
      syncFailures: writer.syncFailures(),
    }),
    close: async () => {
      writeAll(unwritten, write)
      await closeFiles(writer, trail, unwritten.length() === 0)
    },
  }
}

/** Writes what waits, in order, until the disk refuses again. */
function writeAll(unwritten: JournalRow, write: (entry: CleanRecord) => boolean): void {
  if (unwritten.length() === 0) return
  for (const entry of unwritten.first(unwritten.length())) {
    if (!write(entry)) return
    unwritten.drop([entry])
  }
}

function takeUnwritten(unwritten: JournalRow, maxRecords: number): Batch | undefined {
  const entries = unwritten.first(maxRecords)
  return entries.length > 0 ? { entries, done: () => unwritten.drop(entries) } : undefined
}

async function closeFiles(writer: SegmentWriter, trail: Trail, isAllWritten: boolean): Promise<void> {
  const end = writer.end()
  writer.rotate()
  await writer.settle()
  const isAllShipped = isAllWritten && !isBefore(trail.shipped(), end)
  trail.close(end)
  if (isAllShipped) await trail.clear()
}

function writerOf(options: JournalOptions, first: number): SegmentWriter {
  const { directory, clock, write } = options
  const maxBytes = options.maxSegmentBytes ?? DEFAULT_SEGMENT_BYTES
  return segmentWriter({ directory, first, maxBytes, clock, ...(write && { write }) })
}

function tryAppend(writer: SegmentWriter, json: string): Position | undefined {
  try {
    return writer.append(json)
  } catch {
    return undefined
  }
}
