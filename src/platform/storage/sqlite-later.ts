import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { CompiledQuery, type Kysely } from 'kysely'

/**
 * A transaction over SQLite whose commit only writes to the write-ahead log, and leaves it to {@link persistFile} to hand
 * that to the disk: waiting for a disk takes milliseconds, and SQLite waits on the event loop.
 */
export function transactionForLater<R>(
  kysely: Kysely<unknown>,
  run: (connection: Kysely<unknown>) => Promise<R>,
): Promise<R> {
  return kysely.connection().execute(async (connection) => {
    const say = (sql: string) => connection.executeQuery(CompiledQuery.raw(sql))
    await say('pragma synchronous = normal')
    try {
      await say('begin immediate')
      return await committed(run(connection), say)
    } finally {
      await say('pragma synchronous = full')
    }
  })
}

async function committed<R>(running: Promise<R>, say: (sql: string) => Promise<unknown>): Promise<R> {
  try {
    const result = await running
    await say('commit')
    return result
  } catch (cause) {
    // A full disk may have rolled back already; the first cause is the one to tell.
    await say('rollback').catch(() => undefined)
    throw cause
  }
}

/**
 * Hands a database's write-ahead log to the disk, off the event loop. What is no longer in the log was handed over when it
 * went into the database file (sqlite.org/wal.html, "Checkpointing").
 */
export async function persistFile(file: string): Promise<void> {
  await synced(`${file}-wal`)
  await synced(dirname(file))
}

async function synced(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.datasync()
  } finally {
    await handle.close()
  }
}
