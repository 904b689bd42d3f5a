import { type Clock, nextTurn, type Timer } from '../../lib/clock.ts'
import type { Random } from '../../lib/random.ts'
import { backoffMs } from '../../lib/retry.ts'
import { isDataError } from '../../platform/storage/index.ts'
import type { CleanRecord } from './clean.ts'
import type { Journal } from './journal.ts'

/** Carries records from the journal to the store: at least once; the store counts each id once. */
export interface Shipper {
  /** Says that there is something to carry; it goes within a moment, together with what comes meanwhile. */
  readonly nudge: () => void
  /** Resolves when all that was appended before the call is in the store; tries at once, also while waiting after a failure. */
  readonly flush: () => Promise<void>
  readonly status: () => ShipperStatus
  readonly stop: () => void
}

/** How carrying goes. */
export interface ShipperStatus {
  /** Failures in a row; 0 when the store answers. */
  readonly failures: number
  /** What the store said last, for the log. */
  readonly lastError?: string
  /** Records that the store refuses although it takes others; they are set aside, never dropped. */
  readonly setAside: number
}

/** That the store refused records. */
export interface SetAsideReport {
  /** Of this batch. */
  readonly count: number
  /** Since the process began. */
  readonly total: number
  /** Of the last one. */
  readonly operationId: string
  /** What the store said of the last one. */
  readonly reason: string
}

/** What a {@link Shipper} needs. */
export interface ShipperOptions {
  readonly journal: Journal
  /** Stores a batch, all or nothing, idempotent by id. */
  readonly store: (entries: readonly CleanRecord[]) => Promise<unknown>
  /** Keeps a record that the store refuses. */
  readonly setAside: (entry: CleanRecord) => void
  /** Told after records of a batch were set aside, once a batch. */
  readonly onSetAside?: (report: SetAsideReport) => void
  /** Records a batch: a store inside the process keeps the event loop for as long as a batch takes. */
  readonly batchSize: number
  readonly clock: Clock
  readonly random: Random
}

/** Records gather this long, so that a busy gate makes few transactions; whoever reads does not wait for it. */
const GATHER_MS = 500
const BACKOFF = { baseMs: 250, maxMs: 15_000 }

/** Makes a {@link Shipper}; nothing runs until it is nudged. */
export function shipper(options: ShipperOptions): Shipper {
  const { journal, clock, random, batchSize: size } = options
  let timer: Timer | undefined
  let round: Promise<boolean> | undefined
  let failures = 0
  let lastError: string | undefined
  let setAside = 0
  const store = storeOrSetAside(options, ({ count, ...last }) => {
    setAside += count
    options.onSetAside?.({ ...last, count, total: setAside })
  })
  let stopped = false

  const shipAll = async (): Promise<boolean> => {
    try {
      for (let batch = await journal.take(size); batch; batch = await journal.take(size)) {
        await store(batch.entries)
        batch.done()
        failures = 0
        lastError = undefined
        await nextTurn()
      }
      return true
    } catch (error) {
      failures++
      lastError = textOf(error)
      return false
    }
  }
  const run = (): Promise<boolean> => {
    timer?.cancel()
    timer = undefined
    round ??= shipAll().then((isDone) => {
      round = undefined
      if (!isDone) wait(backoffMs(failures, random, BACKOFF))
      return isDone
    })
    return round
  }
  const wait = (ms: number) => {
    if (!stopped) timer ??= clock.schedule(ms, run)
  }
  return {
    nudge: () => {
      if (!round || failures === 0) wait(GATHER_MS)
    },
    flush: async () => {
      const mark = journal.mark()
      while (!stopped && !journal.isShippedTo(mark)) {
        if (!(await run())) await clock.sleep(BACKOFF.baseMs)
      }
    },
    status: () => ({ failures, setAside, ...(lastError !== undefined && { lastError }) }),
    stop: () => {
      stopped = true
      timer?.cancel()
    },
  }
}

const textOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause))

/** One record that can never be stored must not hold up the rest: then they go one by one, and it is set aside. */
function storeOrSetAside(
  options: ShipperOptions,
  tell: (report: Omit<SetAsideReport, 'total'>) => void,
): ShipperOptions['store'] {
  const storeSingly = async (entries: readonly CleanRecord[]): Promise<void> => {
    let count = 0
    let last = { operationId: '', reason: '' }
    try {
      for (const entry of entries) {
        try {
          await options.store([entry])
        } catch (cause) {
          if (!isDataError(cause)) throw cause
          options.setAside(entry)
          count++
          last = { operationId: entry.record.id, reason: textOf(cause) }
        }
      }
    } finally {
      if (count > 0) tell({ ...last, count })
    }
  }
  return (entries) =>
    options.store(entries).catch((cause) => {
      if (!isDataError(cause)) throw cause
      return storeSingly(entries)
    })
}
