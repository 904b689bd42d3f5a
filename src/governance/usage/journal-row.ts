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

/** Dropped places at the front are given back in pieces of so many, so that dropping never moves the whole row. */
const COMPACT_FROM = 1_024

/** Makes an empty {@link JournalRow}. */
export function journalRow(): JournalRow {
  let entries: JournalEntry[] = []
  let head = 0
  let weight = 0
  return {
    push: (entry) => {
      entries.push(entry)
      weight += entry.json.length
    },
    first: (count) => entries.slice(head, head + count),
    drop: (dropped) => {
      for (const entry of dropped) {
        if (entries[head] !== entry) continue
        weight -= entry.json.length
        head++
      }
      if (head < COMPACT_FROM && head < entries.length) return
      entries = entries.slice(head)
      head = 0
    },
    length: () => entries.length - head,
    weight: () => weight,
  }
}
