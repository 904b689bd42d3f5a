import type { CleanRecord } from './clean.ts'
import type { Position } from './journal-files.ts'

/** A record at hand, with its JSON and the place in the journal behind it. */
export interface JournalEntry extends CleanRecord {
  readonly end: Position
}

/** First in, first out; knows what it weighs in UTF-16 units of JSON, near enough to bytes. */
export interface JournalRow {
  readonly push: (entry: JournalEntry) => void
  readonly first: (count: number) => readonly JournalEntry[]
  /** Takes these from the front; those no longer there are passed over. */
  readonly drop: (entries: readonly JournalEntry[]) => void
  readonly length: () => number
  readonly weight: () => number
}

/** Makes an empty {@link JournalRow}. */
export function journalRow(): JournalRow {
  const entries: JournalEntry[] = []
  let weight = 0
  return {
    push: (entry) => {
      entries.push(entry)
      weight += entry.json.length
    },
    first: (count) => entries.slice(0, count),
    drop: (dropped) => {
      const gone = new Set(dropped)
      let count = 0
      for (const entry of entries) {
        if (!gone.has(entry)) break
        weight -= entry.json.length
        count++
      }
      entries.splice(0, count)
    },
    length: () => entries.length,
    weight: () => weight,
  }
}
