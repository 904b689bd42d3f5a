import { sha256Hex } from '../../lib/crypto.ts'
import type { Database } from '../../platform/storage/index.ts'
import type { Audit, StoredEntry } from '../audit/index.ts'
import { sealedRecords } from '../usage/index.ts'
import type { SiemEvent } from './event.ts'
import { readCursor, type SiemStream, writeCursor } from './siem.store.ts'
import type { Destination, Sink } from './sink.ts'

/** Carries events to one destination: at least once, in the order in which they were committed, never on the way of a call. */
export interface SiemExport {
  /** Of its job and its cursors: the same for the same destination. */
  readonly id: string
  /** Sends what came since, up to a bound; rejects when the destination does not take it: the same is sent again. */
  readonly run: (signal: AbortSignal) => Promise<void>
}

/** What {@link siemExport} needs. */
export interface SiemExportOptions {
  readonly database: Database
  readonly audit: Pick<Audit, 'read'>
  readonly destination: Destination
  readonly sink: Sink
}

/** Entries, or batches of operations, that are read at once. */
const PAGE = { audit: 200, operations: 1 } as const
/** Rounds of one run: a destination that is far behind leaves other jobs their turn. */
const ROUNDS = 200
const NEWEST = Number.MAX_SAFE_INTEGER

/** Makes the export of one destination. It begins with the first audit entry, and with the operations of its first hour. */
export function siemExport({ database, audit, destination, sink }: SiemExportOptions): SiemExport {
  const id = `siem.${destination.format}.${sha256Hex(destination.place).slice(0, 16)}`
  const read = async (stream: SiemStream, after: number): Promise<Page> => {
    if (stream === 'operations') {
      const batch = await sealedRecords(database, { after, limit: PAGE.operations })
      return { last: batch.last, events: batch.records.map((record): SiemEvent => ({ kind: 'operation', record })) }
    }
    const rows = await audit.read({ from: after + 1, limit: PAGE.audit })
    const events = rows.map(
      ({ entry, nodes }): SiemEvent => ({
        kind: 'audit',
        entry: JSON.parse(entry) as StoredEntry,
        hash: nodes.slice(0, 64),
      }),
    )
    return { last: rows.at(-1)?.sequence, events }
  }
  const startOf = async (stream: SiemStream): Promise<number> => {
    const known = await readCursor(database, id, stream)
    if (known !== undefined) return known
    // The past of a large ledger is taken by its own export; from here on nothing is missed.
    const position = stream === 'audit' ? 0 : (await sealedRecords(database, { after: NEWEST, limit: 0 })).newest
    await writeCursor(database, id, { stream, position })
    return position
  }
  return {
    id,
    run: async (signal) => {
      for (const stream of ['audit', 'operations'] as const) {
        let position = await startOf(stream)
        for (let round = 0; round < ROUNDS && !signal.aborted; round++) {
          const { last, events } = await read(stream, position)
          if (last === undefined) break
          if (events.length > 0) await sink(events)
          position = last
          await writeCursor(database, id, { stream, position })
        }
      }
    },
  }
}

interface Page {
  readonly last: number | undefined
  readonly events: readonly SiemEvent[]
}
