import type { z } from 'zod'
import { ENDPOINTS } from './endpoints.ts'
import type { ProblemAnswer } from './list.ts'

/** A request of the control plane, ready to be sent. */
export interface ApiRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE'
  /** With its query: `/api/v1/operations?limit=10`. */
  readonly path: string
  /** JSON text. */
  readonly body?: string
  readonly headers: Readonly<Record<string, string>>
}

/** What came of it. */
export interface ApiResponse {
  readonly status: number
  readonly text: string
}

/** Sends a request; the credential is the sender's business. */
export type Send = (request: ApiRequest) => Promise<ApiResponse>

/** The name of an address: `getMe`, `postKeys`. */
export type EndpointName = keyof typeof ENDPOINTS
type Endpoint<N extends EndpointName> = (typeof ENDPOINTS)[N]

type ParamsOf<P extends string> = P extends `${string}/:${infer Name}/${infer Rest}`
  ? BareName<Name> | ParamsOf<`/${Rest}`>
  : P extends `${string}/${':' | '*'}${infer Name}`
    ? BareName<Name>
    : never
/** `number:rollback` is the parameter `number`. */
type BareName<Name extends string> = Name extends `${infer Bare}:${string}` ? Bare : Name

type FieldOf<N extends EndpointName, F extends string> =
  Endpoint<N> extends { readonly [field in F]: infer S } ? S : undefined
type In<S> = S extends z.ZodType ? z.input<S> : never
type Out<S> = S extends z.ZodType ? z.output<S> : S extends string ? string : undefined

/** What an address answers: JSON as its schema says, or a text. */
export type AnswerOf<N extends EndpointName> = Out<FieldOf<N, 'answer'>>
/** What is sent to an address. */
export type BodyOf<N extends EndpointName> = In<FieldOf<N, 'body'>>
/** What may stand in an address's query. */
export type QueryOf<N extends EndpointName> = Partial<In<FieldOf<N, 'query'>>>

/** What a call says besides its name. */
export interface ApiCall<N extends EndpointName> {
  readonly params?: Readonly<Record<ParamsOf<Endpoint<N>['path']>, string | number>>
  readonly query?: QueryOf<N>
  readonly body?: BodyOf<N>
  /** The etag that was read: what stands there now must be the same. */
  readonly ifMatch?: string
  /** Done once, answered again as it was the first time. */
  readonly idempotencyKey?: string
}

/** The control plane refused, in its own words. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  constructor(
    readonly status: number,
    /** Undefined when the answer was none of the control plane's: a proxy's page. */
    readonly problem: ProblemAnswer | undefined,
  ) {
    super(problem?.title ?? `The gateway answered ${status} with something that is not an answer of its control plane.`)
  }
}

/** Calls an address by its name. Throws {@link ApiError} for every answer that is not a success. */
export type ApiClient = <N extends EndpointName>(name: N, call?: ApiCall<N>) => Promise<AnswerOf<N>>

/**
 * A client of the control plane over any way of sending. Answers are taken as they come: a newer server may say more than
 * the schemas of an older client know.
 */
export function apiClient(send: Send): ApiClient {
  return async (name, call = {}) => {
    const endpoint: { readonly method: ApiRequest['method']; readonly path: string; readonly answer?: unknown } =
      ENDPOINTS[name]
    const { params, query, body, ifMatch, idempotencyKey } = call
    const { status, text } = await send({
      method: endpoint.method,
      path: `${filled(endpoint.path, params ?? {})}${queryText(query ?? {})}`,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      },
    })
    if (status >= 300) throw new ApiError(status, problemOf(text))
    if (endpoint.answer === undefined) return undefined as AnswerOf<typeof name>
    // The cast is what the contract promises; a test holds every answer against its schema.
    return (typeof endpoint.answer === 'string' ? text : JSON.parse(text)) as AnswerOf<typeof name>
  }
}

function filled(path: string, params: Readonly<Record<string, string | number>>): string {
  return path.replace(/(?<=\/)[:*]([a-zA-Z]+)/g, (_, name: string) => encodeURIComponent(String(params[name] ?? '')))
}

function queryText(query: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined)
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()
  return text === '' ? '' : `?${text}`
}

function problemOf(text: string): ProblemAnswer | undefined {
  try {
    const read: unknown = JSON.parse(text)
    return typeof read === 'object' && read !== null && 'code' in read ? (read as ProblemAnswer) : undefined
  } catch {
    return undefined
  }
}
