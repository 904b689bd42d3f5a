import type { AnswerGuard } from '../governance/guardrails/index.ts'
import { byteSearch } from '../lib/byte-search.ts'
import { GatewayError } from '../lib/errors.ts'
import { concatBytes } from '../lib/stream.ts'
import type {
  AnswerEvent,
  Frame,
  StreamDecoder,
  StreamEncoder,
  StreamMeter,
  UpstreamDialect,
  Usage,
} from '../models/dialects/index.ts'
import { FrameGuard } from './frame-guard.ts'

/** Turns an upstream's bytes into the client's, and remembers what they cost. */
export interface Carrier {
  /** Bytes in; what may go on, out. Throws `GatewayError` for an error inside the stream. */
  readonly push: (chunk: Uint8Array) => Uint8Array | string | undefined
  /** The upstream closed. `complete` says whether it ended as it should have. */
  readonly end: () => { readonly last: Uint8Array | string | undefined; readonly complete: boolean }
  /** What the provider has told so far. Asked when nothing more is carried: at the end, however it came. */
  readonly usage: () => Usage | undefined
  /** About how many characters of answer came: the measure when the provider does not count. */
  readonly characters: () => number
}

/** What a surface says of streams that pass as they are. */
export interface PassRules {
  /** Reads usage and errors without parsing every event. */
  readonly meter: (choices: number) => StreamMeter
  /** Takes usage out of an event that the client did not ask for; `undefined` when nothing is left. */
  readonly withoutUsage?: (raw: string) => string | undefined
  /** Marks an event that bears usage. */
  readonly usageMark: string
  /** The event that ends a stream and is written by the gate itself, once: CC's `[DONE]`. */
  readonly terminator?: string
  /** The dialect says whole texts again as they end (R): a stream that a guardrail looks at is then written anew, not patched. */
  readonly repeatsTexts?: boolean
}

/** What a {@link frameCarrier} is made of. */
export interface FrameCarrierParts {
  readonly upstream: UpstreamDialect
  readonly encoder: StreamEncoder
  readonly guard: AnswerGuard | undefined
  /** Both sides speak the same dialect: frames go on as they came. */
  readonly passThrough: boolean
  /** What becomes of a raw event when the client did not ask for usage; absent: it did, or the dialect always tells. */
  readonly withoutUsage: ((raw: string) => string | undefined) | undefined
}

/** Carries frame by frame: decoded, inspected, and written in the client's dialect (as it came, where that is the same). */
export function frameCarrier(parts: FrameCarrierParts): Carrier {
  const decoder: StreamDecoder = parts.upstream.decodeStream()
  const guard = parts.guard && new FrameGuard(parts.guard, parts.upstream)
  let usage: Usage | undefined
  let characters = 0
  const note = (event: AnswerEvent) => {
    if (event.kind === 'usage') usage = event.usage
    else if (event.kind === 'block-delta') characters += sizeOf(event)
  }
  const encode = (frame: Frame): string => {
    if (!parts.passThrough) return parts.encoder.events(frame.events)
    if (frame.raw === undefined) return ''
    const bearsUsage = parts.withoutUsage !== undefined && frame.events.some((event) => event.kind === 'usage')
    return bearsUsage ? (parts.withoutUsage?.(frame.raw) ?? '') : frame.raw
  }
  const write = (frames: readonly Frame[]): string => {
    for (const frame of frames) for (const event of frame.events) note(event)
    let text = ''
    for (const safe of guard ? guard.pushAll(frames) : frames) text += encode(safe)
    return text
  }
  return {
    push: (chunk) => write(decoder.push(chunk)),
    end: () => {
      const { frames, complete } = decoder.end()
      let last = write(frames)
      // What a guard still holds of a cut answer is not let go: it has not been seen to its end.
      if (complete) for (const frame of guard?.end() ?? []) last += encode(frame)
      return { last, complete }
    },
    usage: () => usage,
    characters: () => characters,
  }
}

function sizeOf({ delta }: AnswerEvent & { readonly kind: 'block-delta' }): number {
  if (delta.kind === 'text' || delta.kind === 'reasoning') return delta.text.length
  return delta.kind === 'arguments' ? delta.json.length : 0
}

/** An event that does not end within this is not one: an image in base64 is the longest there is. */
const MAX_EVENT_BYTES = 32 * 1_048_576
const LF = 10
const CR = 13

/**
 * Carries bytes as they come, in whole events: nothing is decoded but what bears usage or an error. For answers that no
 * guardrail looks at and both sides speak alike.
 */
export function byteCarrier(
  rules: PassRules,
  call: { readonly choices: number; readonly includeUsage: boolean },
): Carrier {
  const meter = rules.meter(call.choices)
  const events = wholeEvents()
  const trimmed = trimmer(rules, !call.includeUsage)
  let bytes = 0
  let reading: ReturnType<StreamMeter['end']> | undefined
  const read = () => {
    if (reading) return reading
    const rest = events.rest()
    if (rest) meter.push(rest)
    reading = meter.end()
    return reading
  }
  return {
    push: (chunk) => {
      bytes += chunk.byteLength
      const whole = events.push(chunk)
      if (!whole) return undefined
      meter.push(whole)
      // The upstream's own words about its failure stay here: the client hears of it in the surface's shape, once.
      const error = meter.error?.()
      if (error) throw error
      return trimmed(whole)
    },
    end: () => {
      const { error, complete } = read()
      if (error) throw error
      // Half an event of a cut answer is of no use to anybody.
      const rest = complete ? events.rest() : undefined
      return { last: rest && trimmed(closed(rest)), complete }
    },
    // Also of a stream that is left or fails before its end: what was told until then is owed.
    usage: () => read().usage,
    // About what is left of an event without its JSON around the text.
    characters: () => Math.floor(bytes / 20),
  }
}

/**
 * Takes out of whole events what the client did not ask for, and the end that the gate writes itself. What stands before the
 * first such event goes on as it is.
 */
function trimmer({ withoutUsage, usageMark, terminator }: PassRules, strips: boolean) {
  const write = strips ? withoutUsage : undefined
  const findUsage = write && byteSearch(usageMark)
  const findEnd = terminator === undefined ? undefined : byteSearch(terminator)
  const trimmed = (events: string): string => {
    let text = ''
    for (const raw of events.split(/(?<=\n\r?\n|\r\r)/)) {
      if (terminator !== undefined && raw.includes(terminator) && /^data: ?\[/m.test(raw)) continue
      text += write && raw.includes(usageMark) ? (write(raw) ?? '') : raw
    }
    return text
  }
  return (whole: Uint8Array): Uint8Array => {
    const usage = findUsage?.(whole, 0) ?? -1
    const end = findEnd?.(whole, 0) ?? -1
    if (usage < 0 && end < 0) return whole
    const first = usage < 0 || end < 0 ? Math.max(usage, end) : Math.min(usage, end)
    const from = endOfEvents(whole.subarray(0, first))
    const rest = Buffer.from(whole.buffer, whole.byteOffset + from, whole.byteLength - from).toString()
    return Buffer.concat([whole.subarray(0, from), Buffer.from(trimmed(rest))])
  }
}

const NOTHING = new Uint8Array(0)

/** Gathers bytes until an event is whole; what waits is copied once, however small the pieces are. */
function wholeEvents() {
  let waiting: Uint8Array[] = []
  let waitingBytes = 0
  /** The last bytes that wait, where a blank line may be cut in two. */
  let tail = NOTHING
  const keep = (rest: Uint8Array) => {
    const length = rest.byteLength
    if (length === 0) return
    waitingBytes += length
    if (waitingBytes > MAX_EVENT_BYTES) {
      throw new GatewayError('upstream_invalid', { internalDetail: `an event of more than ${MAX_EVENT_BYTES} bytes` })
    }
    // The chunk's memory is the transport's: what waits for the next chunk is copied.
    waiting.push(rest.slice())
    const last = rest[length - 1]
    tail = last === LF || last === CR ? concatBytes([tail, rest.subarray(-3)]).slice(-3) : NOTHING
  }
  return {
    push: (chunk: Uint8Array): Uint8Array | undefined => {
      const probe = tail.byteLength === 0 ? chunk : concatBytes([tail, chunk])
      const boundary = endOfEvents(probe) - tail.byteLength
      if (boundary <= 0) {
        keep(chunk)
        return undefined
      }
      const ended = boundary === chunk.byteLength ? chunk : chunk.subarray(0, boundary)
      const whole = waitingBytes === 0 ? ended : concatBytes([...waiting, ended])
      waiting = []
      waitingBytes = 0
      tail = NOTHING
      keep(chunk.subarray(boundary))
      return whole
    },
    rest: (): Buffer | undefined => (waiting.length === 0 ? undefined : Buffer.concat(waiting)),
  }
}

/** The last event may lack its blank line; what is written after it must not run into it. */
function closed(rest: Buffer): Buffer {
  if (endOfEvents(rest) === rest.byteLength) return rest
  const last = rest[rest.byteLength - 1]
  return Buffer.concat([rest, Buffer.from(last === LF || last === CR ? '\n' : '\n\n')])
}

/** The end of the last whole event: just behind its blank line, whichever way lines end; 0 when there is none. */
function endOfEvents(bytes: Uint8Array): number {
  for (let at = bytes.byteLength - 1; at > 0; at--) {
    const byte = bytes[at]
    if (byte !== LF && byte !== CR) continue
    const before = bytes[at - 1]
    if (before === byte || (byte === LF && before === CR && bytes[at - 2] === LF)) return at + 1
  }
  return 0
}
