import { watch as watchFileSystem } from 'node:fs'
import type { Clock, Timer } from '../lib/clock.ts'
import { policyFiles } from './directory.ts'

/** What is watched, and what to do when it changed. */
export interface WatchOptions {
  readonly path: string
  readonly clock: Clock
  /** Called after the files came to rest; never twice at once. */
  readonly onChange: () => Promise<void>
}

/** A running watch. */
export interface Watch {
  /** Looks now, without waiting to be told; calls `onChange` when something changed since the last look. */
  readonly check: () => Promise<void>
  readonly stop: () => void
}

/** An editor writes a file in several steps; this long nothing may happen before it is read. */
const REST_MS = 100
/** Mounted volumes and swapped symbolic links tell nobody of a change, so it is looked for as well. */
const POLL_MS = 5_000

/** Watches a policy directory or file. What cannot be watched is polled. */
export async function watchPolicy({ path, clock, onChange }: WatchOptions): Promise<Watch> {
  let seen = await fingerprint(path)
  let running: Promise<void> = Promise.resolve()
  let pending: Timer | undefined
  const look = async () => {
    const now = await fingerprint(path)
    if (now === seen) return
    seen = now
    await onChange()
  }
  const check = () => {
    running = running.then(look, look)
    return running
  }
  const later = () => {
    pending?.cancel()
    pending = clock.schedule(REST_MS, () => void check().catch(() => undefined))
  }
  const poll = clock.every(POLL_MS, () => void check().catch(() => undefined))
  const stopTold = tellOfChanges(path, later)
  return {
    check,
    stop: () => {
      poll.cancel()
      pending?.cancel()
      stopTold()
    },
  }
}

function tellOfChanges(path: string, onEvent: () => void): () => void {
  try {
    const watcher = watchFileSystem(path, { recursive: true, persistent: false }, onEvent)
    watcher.on('error', () => watcher.close())
    return () => watcher.close()
  } catch {
    return () => undefined
  }
}

async function fingerprint(path: string): Promise<string> {
  try {
    const files = await policyFiles(path)
    return files.map((file) => `${file.path}:${file.size}:${file.modifiedMs}`).join('\n')
  } catch (cause) {
    return `unreadable: ${String(cause)}`
  }
}
