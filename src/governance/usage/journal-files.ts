import {
  closeSync,
  fdatasync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock, Timer } from '../../lib/clock.ts'
import { decodeFrames, frameEncoder, MAX_FRAME_BYTES } from './journal-frame.ts'

/** A place in the journal: a segment's number and a byte in it. */
export interface Position {
  readonly segment: number
  readonly offset: number
}

/** Whether `a` lies before `b`. */
export const isBefore = (a: Position, b: Position) =>
  a.segment < b.segment || (a.segment === b.segment && a.offset < b.offset)

/** Writes bytes to a descriptor and says how many went; `fs.writeSync`, but for the tests of a full disk. */
export type WriteBytes = (descriptor: number, bytes: Uint8Array) => number

const SYNC_WITHIN_MS = 10
const NAME = /^(\d{12})\.journal$/
const READ_BYTES = 512 * 1_024

const fileOf = (directory: string, segment: number) => join(directory, `${String(segment).padStart(12, '0')}.journal`)

/** The segments in a directory (made when missing), oldest first, with their sizes in bytes. */
export function listSegments(directory: string): readonly { readonly segment: number; readonly size: number }[] {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const numbers = readdirSync(directory).flatMap((name) => {
    const digits = NAME.exec(name)?.[1]
    return digits === undefined ? [] : [Number(digits)]
  })
  return numbers.sort((a, b) => a - b).map((segment) => ({ segment, size: statSync(fileOf(directory, segment)).size }))
}

/** Deletes a segment; a missing one is no error. */
export function removeSegment(directory: string, segment: number): void {
  rmSync(fileOf(directory, segment), { force: true })
}

/** The file that grows. */
export interface SegmentWriter {
  /** Where the next record goes. */
  readonly end: () => Position
  /** Writes one record. Throws when the disk takes it not whole; then nothing of it stays. */
  readonly append: (json: string) => Position
  /** Begins a new segment with the next record. */
  readonly rotate: () => void
  /** Resolves when all that was written has been handed to the disk itself. */
  readonly settle: () => Promise<void>
  readonly syncFailures: () => number
}

/** What a {@link SegmentWriter} needs. */
export interface SegmentWriterOptions {
  readonly directory: string
  /** The number of its first segment; never one that exists. */
  readonly first: number
  readonly maxBytes: number
  readonly clock: Clock
  readonly write?: WriteBytes
}

/** Makes a {@link SegmentWriter}: a write per record, and an `fdatasync` off the event loop within 10 ms for all since the last. */
export function segmentWriter(options: SegmentWriterOptions): SegmentWriter {
  const write = options.write ?? ((descriptor, bytes) => writeSync(descriptor, bytes))
  const encoder = frameEncoder()
  const syncing = groupedSync(options.clock)
  let segment = options.first
  let offset = 0
  let descriptor: number | undefined

  const rotate = () => {
    if (descriptor === undefined) return
    syncing.thenClose(descriptor)
    descriptor = undefined
    segment++
    offset = 0
  }
  const writeWhole = (to: number, frame: Uint8Array) => {
    let written = 0
    try {
      while (written < frame.length) written += write(to, written === 0 ? frame : frame.subarray(written))
    } catch (cause) {
      try {
        ftruncateSync(to, offset)
      } catch {
        // The torn end stays where it is: reading passes over it, and what follows goes into a new segment.
        rotate()
      }
      throw cause
    }
  }
  return {
    end: () => ({ segment, offset }),
    append: (json) => {
      if (offset >= options.maxBytes) rotate()
      descriptor ??= openSync(fileOf(options.directory, segment), 'a', 0o600)
      const frame = encoder.encode(json)
      writeWhole(descriptor, frame)
      offset += frame.length
      syncing.soon(descriptor)
      return { segment, offset }
    },
    rotate,
    settle: () => syncing.settle(),
    syncFailures: syncing.failures,
  }
}

function groupedSync(clock: Clock) {
  let timer: Timer | undefined
  let failed = 0
  let running: Promise<void> = Promise.resolve()
  let waiting: number | undefined
  const sync = (descriptor: number) =>
    new Promise<void>((resolve) => {
      fdatasync(descriptor, (error) => {
        if (error) failed++
        resolve()
      })
    })
  const runWaiting = () => {
    timer?.cancel()
    timer = undefined
    const descriptor = waiting
    waiting = undefined
    if (descriptor !== undefined) running = running.then(() => sync(descriptor))
  }
  return {
    soon: (descriptor: number) => {
      waiting = descriptor
      timer ??= clock.schedule(SYNC_WITHIN_MS, runWaiting)
    },
    thenClose: (descriptor: number) => {
      waiting = descriptor
      runWaiting()
      running = running.then(() => closeSync(descriptor))
    },
    settle: () => {
      runWaiting()
      return running
    },
    failures: () => failed,
  }
}

/** Records read back from a segment. */
export interface ReadBack {
  readonly lines: readonly string[]
  /** Where reading goes on. */
  readonly offset: number
  readonly torn: number
}

/** What {@link readBack} reads: a segment from a byte on, up to the byte `to`. */
export interface ReadBackOptions {
  readonly directory: string
  readonly from: Position
  readonly to: number
  readonly maxLines: number
}

/** Reads whole records, as many as fit into half a megabyte but at least one; a torn end is passed over, never an error. */
export async function readBack(options: ReadBackOptions): Promise<ReadBack> {
  const { from, to, maxLines } = options
  const handle = await open(fileOf(options.directory, from.segment), 'r')
  try {
    for (let size = READ_BYTES; ; size *= 2) {
      const buffer = Buffer.allocUnsafe(Math.min(size, to - from.offset))
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, from.offset)
      const { lines, consumed, torn } = decodeFrames(buffer.subarray(0, bytesRead), maxLines)
      if (consumed > 0 && lines.length > 0) return { lines, offset: from.offset + consumed, torn }
      const isWhole = from.offset + bytesRead >= to || bytesRead < buffer.length
      if (isWhole || size > 2 * MAX_FRAME_BYTES) return { lines, offset: to, torn: torn + 1 }
    }
  } finally {
    await handle.close()
  }
}
