import type { z } from 'zod'
import type { Permission } from '../contract/permissions.ts'
import type { Reach, Rights } from '../governance/access/index.ts'
import type { AuditOrigin } from '../governance/audit/index.ts'
import type { Caller, Session } from '../governance/identity/index.ts'

/** A request to the control plane: authenticated, permitted, its body read and parsed. */
export interface ControlRequest {
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** The JSON body; a string for YAML; `undefined` when there is none. */
  readonly body: unknown
  readonly headers: Headers
  readonly caller: Caller
  /** The same for the audit log: who asks, through which request and from where. */
  readonly origin: AuditOrigin
  /** The session, for those who are signed in by its cookie. */
  readonly session?: Session | undefined
  /** What the caller may, for handlers that ask for more than the route's own permission. */
  readonly rights: Rights
  /** Over what the caller has the route's permission; lists show what lies within, and the rest is not there. */
  readonly reach: Reach
  /** Whether the caller would still be let in now: for answers that go on for long. */
  readonly isStillAllowed: () => boolean
}

/** The answer of a route; `body` is written as JSON, a string or a `ReadableStream` of bytes as it is. */
export interface ControlReply {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Each becomes a `set-cookie` of its own. */
  readonly cookies?: readonly string[]
}

/** What a route answers with when all is well. */
export type Answer = z.ZodType | 'nothing' | `${'text' | 'application'}/${string}`

/** A request to an open address: read, and nothing more known about it. */
export interface OpenRequest {
  readonly method: string
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly headers: Headers
  /** Reads the body, at most so many bytes. Throws `payload_too_large`. */
  readonly text: (maxBytes: number) => Promise<string>
  readonly requestId: string
  /** The client's network address. */
  readonly address?: string | undefined
}

/** An address that anybody may ask, without a credential: what is needed to find out who asks, and to show a first page. */
export interface OpenRoute<Services = never>
  extends Pick<Route<Services>, 'method' | 'path' | 'query' | 'body' | 'answer' | 'status'> {
  /** One sentence for the reference of the API. */
  readonly summary: string
  readonly handle: (request: OpenRequest, services: Services) => Promise<ControlReply>
}

/** One address of the control plane and who may use it. `Services` is what its handler needs. */
export interface Route<Services = never> {
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE'
  /** `/api/v1/documents/:kind/:name`: `:name` stands for one segment, `*name` for one or more. */
  readonly path: string
  /** What the caller's roles must give; of several any one lets in, and the handler asks for the one that the object needs. */
  readonly permission: Permission | readonly Permission[]
  /**
   * The handler honours `ControlRequest.reach`: who has the permission over a part sees and changes that part. Without
   * it the permission must be held over everything.
   */
  readonly scoped?: true
  /** Also for those who must first choose a new password. */
  readonly beforePasswordChange?: true
  /** Of people who are signed in, a proof at most so many minutes old is asked for (`step_up_required`). */
  readonly fresh?: number
  /** One sentence for the reference of the API. */
  readonly summary?: string
  /** What may stand in the query; the handler reads it by the same schema. */
  readonly query?: z.ZodType
  /** What is sent as JSON; the handler reads it by the same schema. */
  readonly body?: z.ZodType
  /** Whether documents may also be sent as YAML. */
  readonly takesYaml?: true
  /** What is answered: JSON of this schema, nothing (204), or a text of this media type. */
  readonly answer: Answer
  /** The status of success; 200 when absent, 204 for nothing. */
  readonly status?: 200 | 201 | 202
  /**
   * The action under which each use is told in the audit log before the handler runs: for reads that must be known.
   * Changes tell of themselves, in their own transactions.
   */
  readonly audited?: string
  readonly handle: (request: ControlRequest, services: Services) => Promise<ControlReply>
}
