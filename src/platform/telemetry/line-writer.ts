import { write, writeSync } from 'node:fs'
import type { Clock } from '../../lib/clock.ts'

/** Gathers lines and writes many with one system call, without ever making a caller wait. */
export interface LineWriter {
  /** Takes a line, its line end included. */
  readonly write: (line: string) => void
  /** Writes what is gathered, at once: for the end of the process. */
  readonly flush: () => void
  /** Lines given up, because nobody read the other end or it went away. */
  readonly dropped: () => number
}

const FLUSH_MS = 100
const FULL_LENGTH = 65_536
const MAX_LENGTH = 8_388_608

/** A {@link LineWriter} on a file descriptor. At most 8 MiB wait; beyond it lines are dropped and counted. */
export function lineWriter(descriptor: number, clock: Clock): LineWriter {
  let gathered = ''
  let lines = 0
  let droppedLines = 0
  let isWriting = false

  const writeOut = (bytes: Uint8Array, count: number) => {
    isWriting = true
    write(descriptor, bytes, 0, bytes.byteLength, null, (error, written) => {
      if (error?.code === 'EAGAIN') return clock.schedule(FLUSH_MS, () => writeOut(bytes, count))
      if (!error && written < bytes.byteLength) return writeOut(bytes.subarray(written), count)
      if (error) droppedLines += count
      isWriting = false
      if (gathered.length >= FULL_LENGTH) drain()
    })
  }
  const drain = () => {
    if (isWriting || gathered === '') return
    const bytes = Buffer.from(gathered)
    const count = lines
    gathered = ''
    lines = 0
    writeOut(bytes, count)
  }
  clock.every(FLUSH_MS, drain)
  return {
    write: (line) => {
      if (gathered.length > MAX_LENGTH) {
        droppedLines++
        return
      }
      gathered += line
      lines++
      if (gathered.length >= FULL_LENGTH) drain()
    },
    flush: () => {
      const bytes = Buffer.from(gathered)
      gathered = ''
      try {
        for (let at = 0; at < bytes.byteLength; ) at += writeSync(descriptor, bytes, at)
      } catch {
        // The reader is gone or full: there is nobody left to tell.
        droppedLines += lines
      }
      lines = 0
    },
    dropped: () => droppedLines,
  }
}
