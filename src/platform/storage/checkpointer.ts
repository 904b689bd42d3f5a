import type { Clock, Timer } from '../../lib/clock.ts'

/** Moves a SQLite database's write-ahead log into its file now and then. */
export interface Checkpointer {
  /** Says that something was written. */
  readonly soon: () => void
  readonly stop: () => void
}

/** Written pages gather this long: the same page is then moved once. */
const GATHER_MS = 2_000

/**
 * What the thread runs: a checkpoint that waits for nobody (sqlite.org/pragma.html#pragma_wal_checkpoint). It stands here as
 * text, so that one file holds the whole program when it is compiled.
 */
const THREAD = `
import { Database } from 'bun:sqlite'
self.onmessage = ({ data: file }) => {
  try {
    const sqlite = new Database(file, { readwrite: true })
    try {
      sqlite.run('PRAGMA wal_checkpoint(PASSIVE)')
    } finally {
      sqlite.close()
    }
  } catch {}
  self.postMessage('done')
}
`

/**
 * Makes a {@link Checkpointer} that works on a thread of its own: a checkpoint writes thousands of pages and waits for the
 * disk twice (measured: 20 to 60 ms), and on the event loop every operation would wait with it. The thread is started with
 * the first checkpoint. Should it fail, SQLite does the work itself once the log is long.
 */
export function checkpointer(file: string, clock: Clock): Checkpointer {
  let timer: Timer | undefined
  let worker: Worker | undefined
  let isBusy = false
  let stopped = false
  const run = () => {
    timer = undefined
    if (stopped || isBusy) return
    isBusy = true
    worker ??= startThread(() => {
      isBusy = false
    })
    worker.postMessage(file)
  }
  return {
    soon: () => {
      if (!stopped) timer ??= clock.schedule(GATHER_MS, run)
    },
    stop: () => {
      stopped = true
      timer?.cancel()
      worker?.terminate()
    },
  }
}

function startThread(onDone: () => void): Worker {
  const url = URL.createObjectURL(new Blob([THREAD], { type: 'application/javascript' }))
  const worker = new Worker(url)
  worker.onmessage = onDone
  worker.onerror = onDone
  // Bun's own: a thread that waits for work does not keep the process alive.
  if ('unref' in worker && typeof worker.unref === 'function') worker.unref()
  return worker
}
