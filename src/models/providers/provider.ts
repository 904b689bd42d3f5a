import type { JsonEdit } from '../../lib/json.ts'
import type { TargetTraits, UpstreamDialect, UpstreamEmbedDialect } from '../dialects/index.ts'
import type { TokenCache } from './token-cache.ts'

/** A Provider document, as the code below needs it. */
export interface ProviderSettings {
  /** The document's name. */
  readonly name: string
  readonly type: string
  /** Without a slash at the end. */
  readonly baseUrl: string
  readonly network: 'public' | 'private'
  /** `secret://…`; absent where the upstream asks for none. */
  readonly credential?: string
  /** Extra headers for every call, set by the administrator. */
  readonly headers: Readonly<Record<string, string>>
  /** Azure's API version, AWS's region, Google's project and location. */
  readonly options: Readonly<Record<string, string>>
}

/** A request ready to leave, but for the credential. */
export interface UpstreamRequest {
  readonly method: 'POST' | 'GET'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly network: 'public' | 'private'
  /** How long a connection may take, milliseconds; the gateway's own default when absent. */
  readonly connectTimeoutMs?: number
}

/** What an upstream answered. */
export interface UpstreamResponse {
  readonly status: number
  readonly headers: Headers
  /** The body as a stream, pulled as it is read. Take it or `text`, not both. */
  readonly body: ReadableStream<Uint8Array> | null
  /** The whole body. Throws `upstream_invalid` beyond `maxBytes`. */
  readonly text: (maxBytes: number) => Promise<string>
}

/** Sends a request out: the one `egress`, or a provider's own in-process transport. */
export type Transport = (request: UpstreamRequest, signal: AbortSignal) => Promise<UpstreamResponse>

/** What an authoriser may use besides the secret. */
export interface AuthorizeContext {
  readonly settings: ProviderSettings
  readonly nowMs: number
  /** For providers that trade a credential for a short-lived token. */
  readonly exchange: Transport
  /** Where such tokens are kept while they live. */
  readonly tokens: TokenCache
}

/** Adds the credential; gives the whole request back. Synchronous wherever nothing has to be fetched. */
export type Authorizer = (
  request: UpstreamRequest,
  secret: string,
  context: AuthorizeContext,
) => UpstreamRequest | Promise<UpstreamRequest>

/** One wire format of a provider and where it is spoken. */
export interface Wire<D> {
  readonly dialect: D
  /** The whole URL for a call. */
  readonly url: (settings: ProviderSettings, call: { readonly model: string; readonly stream: boolean }) => string
  /** Last changes to a body, encoded or the caller's own: Vertex keeps the model out of it and adds a version. */
  readonly edits?: readonly JsonEdit[]
  /** May the caller's own bytes go through when dialects match? */
  readonly passThrough: boolean
  /** What a streamed answer is asked for as; `text/event-stream` when absent. */
  readonly streamType?: string
  /** It takes one text a call: a list of texts becomes as many calls. */
  readonly oneAtATime?: boolean
}

/** An option of Provider documents of one type. */
export interface ProviderOption {
  readonly required: boolean
  /** A sentence: what it is, with an example. */
  readonly about: string
  /** What an absent option means. */
  readonly fallback?: string
}

/**
 * A kind of upstream. Adding one is a file with one of these and a line in `registry.ts`.
 */
export interface ProviderType {
  /** `spec.type` of Provider documents. */
  readonly type: string
  /** For people. */
  readonly title: string
  /** Where it is reached when the document names no `baseUrl`, `{option}` being the option's value; absent: the document must say. */
  readonly baseUrl?: string
  /** Under which provider its models stand in the catalogue; absent: it has no public price list. */
  readonly catalog?: string
  /** A secret is demanded. */
  readonly needsCredential: boolean
  /** Where its servers stand when the document does not say; `public` when absent. */
  readonly network?: 'public' | 'private'
  /** Options the document must or may give. */
  readonly options?: Readonly<Record<string, ProviderOption>>
  /** The environment variable by which a first start recognises it. */
  readonly environment?: string
  /** How it speaks chat, for a model: the first is used unless a later one is the caller's own dialect. */
  readonly chat: (model: string) => readonly Wire<UpstreamDialect>[]
  /** How it embeds with a model, where it does. */
  readonly embed?: (model: string) => Wire<UpstreamEmbedDialect>
  readonly authorize: Authorizer
  /** What all or some of its models can, beyond the catalogue. */
  readonly traits?: (model: string) => Partial<TargetTraits>
  /** In-process providers answer here; no request leaves. */
  readonly transport?: Transport
  /** Calls cost nothing: the model runs on the organisation's own machines or is a rehearsal. */
  readonly free?: boolean
}

/** `authorization: Bearer <secret>`. */
export const bearer: Authorizer = (request, secret) => ({
  ...request,
  headers: { ...request.headers, authorization: `Bearer ${secret}` },
})

/** The secret in a header of its own: `x-api-key`, `api-key`. */
export const headerKey =
  (header: string): Authorizer =>
  (request, secret) => ({ ...request, headers: { ...request.headers, [header]: secret } })

/** A wire at a fixed path under the base URL. */
export function wireAt<D>(dialect: D, path: string): Wire<D> {
  return { dialect, url: (settings) => settings.baseUrl + path, passThrough: true }
}
