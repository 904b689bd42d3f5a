import { crc32 } from 'node:zlib'

/** Bytes before a record's JSON: its length and CRC-32 as eight hex digits each, a space after either. */
const HEADER_BYTES = 18
const NEW_LINE = 0x0a
const SPACE = 0x20
/** No record is longer; a longer length on disk is damage. */
export const MAX_FRAME_BYTES = 16 * 1_024 * 1_024

/** Turns a record's JSON into the line that stands in the journal: `<length> <crc> <json>\n`. */
export interface FrameEncoder {
  /** The frame, valid until the next call: the buffer is used again. Throws `RangeError` beyond {@link MAX_FRAME_BYTES}. */
  readonly encode: (json: string) => Uint8Array
}

/** Makes a {@link FrameEncoder} with a buffer of its own. */
export function frameEncoder(): FrameEncoder {
  let buffer = Buffer.allocUnsafe(64 * 1_024)
  return {
    encode: (json) => {
      const worstCase = HEADER_BYTES + json.length * 3 + 1
      if (worstCase > buffer.length) buffer = Buffer.allocUnsafe(worstCase)
      const length = buffer.write(json, HEADER_BYTES)
      if (length > MAX_FRAME_BYTES) throw new RangeError('a ledger record is larger than the journal takes')
      const body = buffer.subarray(HEADER_BYTES, HEADER_BYTES + length)
      writeHex(buffer, 0, length)
      writeHex(buffer, 9, crc32(body))
      buffer[HEADER_BYTES + length] = NEW_LINE
      return buffer.subarray(0, HEADER_BYTES + length + 1)
    },
  }
}

const HEX_DIGITS = Buffer.from('0123456789abcdef', 'latin1')

/** Eight hex digits and a space; a text made for them would cost more than all else in a frame. */
function writeHex(buffer: Buffer, at: number, value: number): void {
  for (let digit = 0; digit < 8; digit++) buffer[at + digit] = HEX_DIGITS[(value >>> (28 - 4 * digit)) & 15] ?? 0
  buffer[at + 8] = SPACE
}

/** What stands in a piece of a segment. */
export interface DecodedFrames {
  readonly lines: readonly string[]
  /** Bytes understood or passed over; what follows is the beginning of a frame that goes on beyond the piece. */
  readonly consumed: number
  /** Places where bytes were passed over because they were no whole frame: a torn write, or damage. */
  readonly torn: number
}

/**
 * Reads at most `maxLines` frames. JSON has no raw line feed, so after damage reading goes on at the next line: one bad
 * frame costs one record and never those after it.
 */
export function decodeFrames(bytes: Buffer, maxLines: number): DecodedFrames {
  const lines: string[] = []
  let torn = 0
  let at = 0
  while (at < bytes.length && lines.length < maxLines) {
    const end = frameEnd(bytes, at)
    if (end === 'beyond') break
    if (end === 'damaged') {
      const next = bytes.indexOf(NEW_LINE, at)
      if (next === -1) break
      torn++
      at = next + 1
    } else {
      lines.push(bytes.toString('utf8', at + HEADER_BYTES, end - 1))
      at = end
    }
  }
  return { lines, consumed: at, torn }
}

function frameEnd(bytes: Buffer, at: number): number | 'beyond' | 'damaged' {
  if (at + HEADER_BYTES > bytes.length) return bytes.indexOf(NEW_LINE, at) === -1 ? 'beyond' : 'damaged'
  const length = hexAt(bytes, at)
  const sum = hexAt(bytes, at + 9)
  if (length === undefined || sum === undefined || length > MAX_FRAME_BYTES) return 'damaged'
  const end = at + HEADER_BYTES + length + 1
  if (end > bytes.length) {
    // A line feed inside the announced length means that the frame was cut and another follows.
    return bytes.indexOf(NEW_LINE, at) === -1 ? 'beyond' : 'damaged'
  }
  if (bytes[end - 1] !== NEW_LINE) return 'damaged'
  return crc32(bytes.subarray(at + HEADER_BYTES, end - 1)) === sum ? end : 'damaged'
}

function hexAt(bytes: Buffer, at: number): number | undefined {
  if (bytes[at + 8] !== SPACE) return undefined
  const text = bytes.toString('latin1', at, at + 8)
  return /^[0-9a-f]{8}$/.test(text) ? Number.parseInt(text, 16) : undefined
}
