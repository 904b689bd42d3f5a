import { GatewayError, toGatewayError } from '../lib/errors.ts'
import { formatUsd } from '../lib/money.ts'
import type { StreamEncoder } from '../models/dialects/index.ts'
import type { Carrier } from './carrier.ts'
import type { Exchange } from './exchange.ts'
import type { StreamedChat, StreamSource } from './operation.ts'
import { addUsage, countedUsage, usageFromText } from './price.ts'
import { endStream } from './reply.ts'

const TEXT = new TextEncoder()
const DECODER = new TextDecoder()

/** Puts the pieces of a stream into another frame (Gemini's JSON array); SSE when there is none. */
export interface Framing {
  readonly push: (sse: string) => string
  readonly end: () => string
}

/** What a relay is made of. */
export interface RelayParts {
  readonly exchange: Exchange
  readonly answer: StreamedChat
  readonly carrier: Carrier
  readonly encoder: StreamEncoder
  /** Writes the clean end. */
  readonly closing: () => string
  readonly framing: Framing | undefined
}

/**
 * The life of a streamed answer between upstream and client: pulled by the client's reading, ended in exactly one way
 * (clean, failed, blocked, or left by the client), counted and recorded before its last bytes leave.
 */
export class Relay implements StreamSource {
  private readonly head: Uint8Array[]
  private ended = false
  /** The client has gone: what still comes in is of no account. */
  private left = false
  private settled = false
  /** Monotonic; since when somebody else is waited for, the upstream or the client's reading. */
  private waitingSince: number | undefined

  constructor(private readonly parts: RelayParts) {
    this.head = [...parts.answer.stream.head]
  }

  readonly next = async (): Promise<Uint8Array | undefined> => {
    this.waited()
    while (!this.ended) {
      let piece: Uint8Array | string | undefined
      try {
        const chunk = this.head.shift() ?? (await this.read())
        this.waited()
        if (this.left) return undefined
        piece = chunk ? this.carry(chunk) : this.finish()
      } catch (cause) {
        this.waited()
        if (this.left) return undefined
        piece = this.fail(toGatewayError(cause))
      }
      if (piece === undefined || piece.length === 0) continue
      const bytes = this.written(piece)
      if (!this.ended) this.wait()
      return bytes
    }
    return undefined
  }

  readonly ping = (): Uint8Array | undefined => {
    if (this.ended || this.parts.framing) return undefined
    const text = this.parts.encoder.ping()
    return text ? TEXT.encode(text) : undefined
  }

  readonly cancel = (): void => {
    if (this.ended) return
    this.ended = true
    this.left = true
    this.waited()
    this.parts.answer.stream.cancel()
    this.settle(true)
    endStream(this.parts.exchange, 'client_closed', new GatewayError('client_closed'))
  }

  private carry(chunk: Uint8Array): Uint8Array | string | undefined {
    const { carrier, exchange } = this.parts
    const piece = carrier.push(chunk)
    if (!piece || piece.length === 0) return undefined
    this.noteFirst()
    this.notePassed(piece)
    if (exchange.transcript) exchange.transcript.add(typeof piece === 'string' ? piece : DECODER.decode(piece))
    return piece
  }

  private read(): Promise<Uint8Array | undefined> {
    this.wait()
    return this.parts.answer.stream.next()
  }

  private wait(): void {
    this.waitingSince = this.parts.exchange.gate.clock.monotonic()
  }

  private waited(): void {
    if (this.waitingSince === undefined) return
    const { exchange } = this.parts
    exchange.othersMs += exchange.gate.clock.monotonic() - this.waitingSince
    this.waitingSince = undefined
  }

  private notePassed(piece: Uint8Array | string): void {
    const { answer, encoder } = this.parts
    if (answer.served.passThrough && piece.length > 0) encoder.passed?.(piece)
  }

  private written(piece: Uint8Array | string): Uint8Array {
    const { framing } = this.parts
    if (!framing) return typeof piece === 'string' ? TEXT.encode(piece) : piece
    const text = framing.push(typeof piece === 'string' ? piece : new TextDecoder().decode(piece))
    return TEXT.encode(this.ended ? text + framing.end() : text)
  }

  private finish(): string {
    const { carrier, exchange, closing } = this.parts
    const { last, complete } = carrier.end()
    const text = typeof last === 'string' || last === undefined ? (last ?? '') : new TextDecoder().decode(last)
    if (!complete) {
      this.notePassed(text)
      return text + this.fail(new GatewayError('upstream_error', { message: 'The provider cut the answer short.' }))
    }
    const end = closing()
    this.ended = true
    this.noteFirst()
    this.settle(false)
    exchange.transcript?.add(text + end)
    endStream(exchange, 'succeeded')
    return text + end + this.trailer()
  }

  private fail(error: GatewayError): string {
    const { exchange, encoder, answer } = this.parts
    this.ended = true
    answer.stream.cancel()
    const blocked = error.code === 'content_blocked'
    if (!blocked) answer.served.attempt.error = error
    this.settle(true)
    const isGone = exchange.signal.aborted
    endStream(exchange, blocked ? 'blocked' : isGone ? 'client_closed' : 'interrupted', error)
    return encoder.fail(error)
  }

  private noteFirst(): void {
    const { timings, gate, operation } = this.parts.exchange
    timings.firstToken ??= gate.clock.monotonic() - operation.incoming.receivedAt
  }

  /** What it came to, once. */
  private settle(partial: boolean): void {
    if (this.settled) return
    this.settled = true
    this.count(partial)
    const { answer, exchange } = this.parts
    if (answer.guard) exchange.verdicts.push(...answer.guard.verdicts())
  }

  private count(partial: boolean): void {
    const { exchange, answer, carrier } = this.parts
    const { attempt } = answer.served
    attempt.durationMs = exchange.gate.clock.monotonic() - attempt.startedTick
    if (partial) exchange.metered.partial = true
    if (!exchange.call) return
    const estimate = usageFromText(exchange.call, carrier.characters())
    const { usage, estimated } = countedUsage(carrier.usage(), estimate)
    if (estimated) exchange.metered.partial = true
    // A cut answer's last usage may be the one it began with (A's message_start): what came is then the better measure.
    const isShort = partial && usage.outputTokens < estimate.outputTokens
    addUsage(exchange, attempt, isShort ? { ...usage, outputTokens: estimate.outputTokens } : usage)
  }

  /** A comment for clients that ask for one: a stream's cost is known only at its end, when headers are long gone. */
  private trailer(): string {
    const { exchange } = this.parts
    if (exchange.operation.incoming.headers.get('x-gatehouse-trailer') !== '1') return ''
    const { input, output } = exchange.metered
    const facts = { costUsd: formatUsd(exchange.metered.cost), inputTokens: input, outputTokens: output }
    return `: gatehouse ${JSON.stringify(facts)}\n\n`
  }
}
