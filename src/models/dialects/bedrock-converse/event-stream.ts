import { crc32 } from '../../../lib/crypto.ts'
import { GatewayError } from '../../../lib/errors.ts'

/** One message of AWS's binary event stream. */
export interface EventMessage {
  /** Header names to their values as text; binary ones in base64. */
  readonly headers: Readonly<Record<string, string>>
  readonly payload: Uint8Array
}

/** Cuts a byte stream into messages; the result never depends on where the chunks were cut. */
export interface EventSplitter {
  /** Takes the next bytes and gives the messages they complete. Throws `upstream_invalid` for a frame that is not sound. */
  readonly push: (chunk: Uint8Array) => readonly EventMessage[]
  /** Whether the stream ended between two messages. */
  readonly isWhole: () => boolean
}

/** Total length, headers' length and their checksum: four bytes each. */
const PRELUDE = 12
/** A prelude and the checksum of the whole. */
const LEAST = PRELUDE + 4
const MOST = 1_048_576

/**
 * Reads `application/vnd.amazon.eventstream` (Smithy specification, "Amazon Event Stream"): length-prefixed messages with
 * typed headers, both checksums (CRC-32) verified. One message is bounded at 1 MiB.
 */
export function eventSplitter(): EventSplitter {
  let held: Uint8Array = new Uint8Array(0)
  return {
    push: (chunk) => {
      const bytes = held.length === 0 ? chunk : joined(held, chunk)
      const messages: EventMessage[] = []
      let from = 0
      for (;;) {
        const length = lengthAt(bytes, from)
        if (length === undefined || from + length > bytes.length) break
        messages.push(readMessage(bytes.subarray(from, from + length)))
        from += length
      }
      held = from === bytes.length ? new Uint8Array(0) : bytes.slice(from)
      return messages
    },
    isWhole: () => held.length === 0,
  }
}

/** A message's whole length, once its prelude is there; the prelude's own checksum guards against a false length. */
function lengthAt(bytes: Uint8Array, from: number): number | undefined {
  if (bytes.length - from < PRELUDE) return undefined
  const view = viewOf(bytes)
  const length = view.getUint32(from)
  if (view.getUint32(from + 8) !== crc32(bytes.subarray(from, from + 8)))
    throw unsound('the checksum of a prelude is wrong')
  if (length < LEAST || view.getUint32(from + 4) > length - LEAST) throw unsound('the lengths of a message contradict')
  if (length > MOST) throw unsound(`a message is longer than ${MOST} bytes`)
  return length
}

function readMessage(message: Uint8Array): EventMessage {
  const view = viewOf(message)
  const end = message.length - 4
  if (view.getUint32(end) !== crc32(message.subarray(0, end))) throw unsound('the checksum of a message is wrong')
  const headersEnd = PRELUDE + view.getUint32(4)
  return { headers: readHeaders(message.subarray(PRELUDE, headersEnd)), payload: message.slice(headersEnd, end) }
}

const TEXT = new TextDecoder()

function readHeaders(bytes: Uint8Array): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {}
  const view = viewOf(bytes)
  try {
    for (let at = 0; at < bytes.length; ) {
      const nameEnd = at + 1 + view.getUint8(at)
      const name = TEXT.decode(bytes.subarray(at + 1, nameEnd))
      const { value, end } = readValue(bytes, nameEnd)
      if (end > bytes.length) throw new RangeError('a header reaches beyond its message')
      headers[name] = value
      at = end
    }
  } catch (cause) {
    throw unsound('the headers of a message cannot be read', cause)
  }
  return headers
}

/** Widths of the value types that have one: byte, short, int, long, timestamp, UUID. */
const WIDTHS: Readonly<Record<number, number>> = { 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16 }

function readValue(bytes: Uint8Array, at: number): { readonly value: string; readonly end: number } {
  const view = viewOf(bytes)
  const type = view.getUint8(at)
  const start = at + 1
  if (type === 0 || type === 1) return { value: String(type === 0), end: start }
  if (type === 6 || type === 7) {
    const end = start + 2 + view.getUint16(start)
    const content = bytes.subarray(start + 2, end)
    return { value: type === 7 ? TEXT.decode(content) : Buffer.from(content).toString('base64'), end }
  }
  const width = WIDTHS[type]
  if (width === undefined) throw new RangeError(`a header has the unknown type ${type}`)
  return { value: numberAt(view, start, width), end: start + width }
}

function numberAt(view: DataView, at: number, width: number): string {
  if (width === 1) return String(view.getInt8(at))
  if (width === 2) return String(view.getInt16(at))
  if (width === 4) return String(view.getInt32(at))
  if (width === 8) return String(view.getBigInt64(at))
  return Buffer.from(view.buffer, view.byteOffset + at, width).toString('hex')
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length)
  bytes.set(a)
  bytes.set(b, a.length)
  return bytes
}

function unsound(what: string, cause?: unknown): GatewayError {
  return new GatewayError('upstream_invalid', { internalDetail: `AWS event stream: ${what}`, cause })
}
