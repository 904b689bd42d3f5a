import type { GatewayError } from '../../lib/errors.ts'
import type { WireError } from '../../models/dialects/index.ts'
import type { Incoming } from '../incoming.ts'
import type { Operation } from '../operation.ts'

/** What the address of a request says: the parts of its path that vary, decoded. */
export type Params = Readonly<Record<string, string>>

/** One address of a surface. */
export interface SurfaceRoute {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /**
   * A path such as `/v1/chat/completions`. `:name` stands for one segment, `*name` for what is left up to a literal that
   * follows it (`/v1beta/models/*model:generateContent`).
   */
  readonly path: string
  readonly operation: (incoming: Incoming, params: Params) => Operation
}

/** A client-facing protocol: its addresses, and its own shape for errors that come before any operation. */
export interface Surface {
  readonly name: string
  /** Paths that begin so get this surface's error shape, also where no route matches. */
  readonly prefixes: readonly string[]
  readonly routes: readonly SurfaceRoute[]
  readonly encodeError: (error: GatewayError, requestId: string) => WireError
}

/** Widens an operation on its own kind of call to the story's; sound, because each is only ever handed its own. */
export function asOperation<Call extends Operation extends Operation<infer Base> ? Base : never>(
  operation: Operation<Call>,
): Operation {
  return operation as unknown as Operation
}
