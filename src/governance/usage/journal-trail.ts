import type { CleanRecord } from './clean.ts'
import { isBefore, listSegments, type Position, readBack, removeSegment } from './journal-files.ts'
import { readRecord } from './record-text.ts'

/** Records read back from disk, and the place behind them. */
export interface TrailRecords {
  readonly entries: readonly CleanRecord[]
  readonly next: Position
}

/** How far the store has followed the journal: which segments there are, and up to where they are shipped. */
export interface Trail {
  /** The number for the first new segment. */
  readonly firstNew: number
  /** Whether an earlier process left something. */
  readonly hasPast: boolean
  readonly shipped: () => Position
  /** Notes that a segment grows no more. */
  readonly close: (end: Position) => void
  /** Moves the shipped place forward, never back; the segments behind it go as soon as the store will outlive the power. */
  readonly shipTo: (position: Position) => void
  /** The oldest unshipped records before `end`; passes over what is damaged. Undefined when none are left. */
  readonly read: (end: Position, maxLines: number) => Promise<TrailRecords | undefined>
  /** Unshipped bytes before `end`. */
  readonly bytes: (end: Position) => number
  /** Torn or damaged places seen. */
  readonly torn: () => number
  /** Deletes every segment that the store will outlive the power with; to be called last. */
  readonly clear: () => Promise<void>
}

/**
 * Finds the segments in a directory; all of them count as unshipped.
 *
 * @param persist makes all that the store has confirmed outlive a power failure; no segment goes before. Rejects: later.
 */
export function journalTrail(directory: string, persist: () => Promise<void>): Trail {
  const closed = new Map(listSegments(directory).map(({ segment, size }) => [segment, size]))
  const firstNew = Math.max(0, ...closed.keys()) + 1
  const hasPast = closed.size > 0
  let shipped: Position = { segment: Math.min(firstNew, ...closed.keys()), offset: 0 }
  let torn = 0

  const remover = segmentRemover(directory, closed, persist)
  const shipTo = (position: Position) => {
    if (isBefore(shipped, position)) shipped = position
    const size = closed.get(shipped.segment)
    if (size !== undefined && shipped.offset >= size) shipped = { segment: shipped.segment + 1, offset: 0 }
    remover.removeSoon(shipped.segment)
  }
  const read = async (end: Position, maxLines: number): Promise<TrailRecords | undefined> => {
    while (isBefore(shipped, end)) {
      const { segment, offset } = shipped
      const to = segment === end.segment ? end.offset : (closed.get(segment) ?? 0)
      if (offset >= to) {
        shipTo({ segment: segment + 1, offset: 0 })
        continue
      }
      const back = await readBack({ directory, from: shipped, to, maxLines })
      torn += back.torn
      const next = { segment, offset: back.offset }
      const entries = back.lines.flatMap(parsed)
      if (entries.length > 0) return { entries, next }
      shipTo(next)
    }
    return undefined
  }
  return {
    firstNew,
    hasPast,
    shipped: () => shipped,
    close: (end) => {
      closed.set(end.segment, end.offset)
      shipTo(shipped)
    },
    shipTo,
    read,
    bytes: (end) => {
      let bytes = end.offset
      for (const [segment, size] of closed) if (segment >= shipped.segment && segment < end.segment) bytes += size
      return Math.max(0, bytes - shipped.offset)
    },
    torn: () => torn,
    clear: remover.clear,
  }
}

function segmentRemover(directory: string, closed: Map<number, number>, persist: () => Promise<void>) {
  let removing: Promise<void> | undefined
  const remove = async (before: number) => {
    await persist()
    for (const segment of [...closed.keys()]) {
      if (segment >= before) continue
      removeSegment(directory, segment)
      closed.delete(segment)
    }
  }
  return {
    removeSoon: (before: number) => {
      if (removing || Math.min(before, ...closed.keys()) === before) return
      removing = remove(before)
        // They are tried again with the next ones, or found to be shipped by the next process.
        .catch(() => undefined)
        .finally(() => {
          removing = undefined
        })
    },
    clear: async () => {
      await removing
      await remove(Number.POSITIVE_INFINITY).catch(() => undefined)
    },
  }
}

function parsed(json: string): readonly CleanRecord[] {
  try {
    return [{ record: readRecord(json), json }]
  } catch {
    return []
  }
}
