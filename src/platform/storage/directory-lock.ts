import { Database as Sqlite } from 'bun:sqlite'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The claim of this process on a data directory. */
export interface DirectoryLock {
  /** Gives the directory free; twice is harmless. */
  readonly release: () => void
}

/**
 * Claims a data directory (made with mode 0700 when missing) for this process. The claim is an operating-system lock
 * held through SQLite, so it ends with the process however that ends: a lock left by a dead process needs no clean-up.
 * Throws one sentence that names the process which holds it.
 */
export function lockDirectory(directory: string): DirectoryLock {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const holderFile = join(directory, 'gatehouse.pid')
  const lock = new Sqlite(join(directory, 'gatehouse.lock'), { create: true, readwrite: true })
  try {
    lock.run('PRAGMA busy_timeout = 0')
    lock.run('BEGIN EXCLUSIVE')
  } catch (cause) {
    lock.close()
    throw new Error(`the data directory ${directory} is in use by ${holderOf(holderFile)}`, { cause })
  }
  writeFileSync(holderFile, `${process.pid}\n`)
  let held = true
  const release = () => {
    if (!held) return
    held = false
    process.off('exit', release)
    rmSync(holderFile, { force: true })
    lock.run('ROLLBACK')
    lock.close()
  }
  // INVARIANT: somebody always holds on to `lock`. Were it collected as garbage, the file would be closed and the claim gone.
  process.on('exit', release)
  return { release }
}

function holderOf(file: string): string {
  try {
    return `process ${readFileSync(file, 'utf8').trim()}`
  } catch {
    return 'another process'
  }
}
