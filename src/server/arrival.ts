import type { Incoming } from '../gate/index.ts'
import { GatewayError } from '../lib/errors.ts'
import { readAll } from '../lib/stream.ts'

/** What an {@link Arrival} is made from. */
export interface ArrivalParts {
  readonly request: Request
  /** Path without query. */
  readonly path: string
  /** Monotonic milliseconds. */
  readonly receivedAt: number
  readonly maxBodyBytes: number
  /** Called when the body has been read. */
  readonly whole: () => void
  /** Called once, when the operation has been recorded. */
  readonly closed: () => void
}

const NO_QUERY = new URLSearchParams()

/** A request that has arrived. A class, for it lives: its body comes later than its head, and it is closed once. */
export class Arrival implements Incoming {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Headers
  readonly signal: AbortSignal
  readonly receivedAt: number
  text = ''
  fault: GatewayError | undefined
  private isClosed = false

  constructor(private readonly parts: ArrivalParts) {
    const { request } = parts
    this.method = request.method
    this.path = parts.path
    this.query = queryOf(request.url)
    this.headers = request.headers
    this.signal = request.signal
    this.receivedAt = parts.receivedAt
  }

  async receive(): Promise<void> {
    try {
      this.text = await this.read()
    } catch (cause) {
      this.fault =
        cause instanceof GatewayError
          ? cause
          : new GatewayError('invalid_request', { message: 'The request body could not be read.', cause })
    }
    this.parts.whole()
  }

  /** An arrow function, because it is handed on as it is. */
  readonly closed = (): void => {
    if (!this.isClosed) this.parts.closed()
    this.isClosed = true
  }

  private read(): Promise<string> | string {
    const { headers } = this
    const length = headers.get('content-length')
    // `request.body` is looked at last: making a stream of it costs more than reading a small body.
    if (length === null && !this.parts.request.body) return ''
    if (headers.has('content-encoding')) {
      throw new GatewayError('unsupported_media_type', { message: 'Send the body without content-encoding.' })
    }
    if (length === null) return this.readUncounted()
    if (Number(length) > this.parts.maxBodyBytes) throw this.tooLarge()
    // The runtime holds the sender to the length that was declared.
    return this.parts.request.text()
  }

  /** A body without a declared length is counted while it is read. */
  private async readUncounted(): Promise<string> {
    const { request, maxBodyBytes: maxBytes } = this.parts
    const bytes = await readAll(request.body, { maxBytes, signal: this.signal, tooLarge: () => this.tooLarge() })
    return new TextDecoder().decode(bytes)
  }

  private tooLarge(): GatewayError {
    const message = `The request body may be at most ${this.parts.maxBodyBytes} bytes.`
    return new GatewayError('payload_too_large', { message })
  }
}

function queryOf(url: string): URLSearchParams {
  const at = url.indexOf('?')
  return at < 0 ? NO_QUERY : new URLSearchParams(url.slice(at + 1))
}
