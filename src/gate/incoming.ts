import type { OperationKind } from '../governance/usage/index.ts'
import type { GatewayError } from '../lib/errors.ts'
import type { WireError } from '../models/dialects/index.ts'

/** A request as the listener hands it on: its head is here, its body is read when the gate knows who asks. */
export interface Incoming {
  readonly method: string
  /** Path without query. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Headers
  /** Reads the body whole, within its bound; afterwards `text` or `fault` is there. Called once. Never throws. */
  readonly receive: () => Promise<void> | void
  /** The body as text; `''` when there is none, and before `receive`. */
  readonly text: string
  /** Why the body could not be read (too large, wrong encoding). */
  readonly fault?: GatewayError | undefined
  /** Aborts when the client hangs up. */
  readonly signal: AbortSignal
  /** Called once, when the operation has been recorded. */
  readonly closed: () => void
  /** Monotonic milliseconds at which the first byte of the request was seen. */
  readonly receivedAt: number
}

/** What an operation is, apart from its steps. */
export interface OperationFacts {
  readonly kind: OperationKind
  /** The surface's name, for the ledger. */
  readonly surface: string
  readonly incoming: Incoming
  /** An error in the surface's own shape. */
  readonly encodeError: (error: GatewayError, requestId: string) => WireError
}
