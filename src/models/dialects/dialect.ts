import type { GatewayError } from '../../lib/errors.ts'
import type { JsonEdit } from '../../lib/json.ts'
import type { AnswerEvent, ChatAnswer, ChatCall, DialectName, EmbedAnswer, EmbedCall, Path } from './canonical.ts'
import type { Compatibility } from './compatibility.ts'

/** JSON as `JSON.parse` gives it: an object at the top. */
export type JsonObject = { readonly [key: string]: unknown }

/** What a target can and needs; from the catalogue, overridden by documents. Absent means unknown: assume it can. */
export interface TargetTraits {
  /** The model's name as the provider knows it. */
  readonly model: string
  readonly maxOutputTokens?: number
  readonly contextTokens?: number
  readonly images?: boolean
  readonly audio?: boolean
  readonly files?: boolean
  readonly tools?: boolean
  readonly structuredOutput?: boolean
  readonly reasoning?: boolean
  /** How this model takes its thinking, where generations differ: A's `budget` and `adaptive`, G's `budget` and `level`. */
  readonly reasoningStyle?: 'budget' | 'adaptive' | 'effort' | 'level' | 'none'
  /** CC: the parameter for the output bound; `max_completion_tokens` for OpenAI's own, `max_tokens` for most others. */
  readonly maxTokensField?: 'max_tokens' | 'max_completion_tokens'
  /** The target fetches https URLs of images and files itself. */
  readonly fetchesUrls?: boolean
  readonly temperature?: boolean
  /** CC: where a server departs from OpenAI. */
  readonly compatibility?: Compatibility
}

/** How an encoder is told to behave. */
export interface EncodeContext {
  readonly target: TargetTraits
  /** Strict refuses (`unsupported_parameter`, `unsupported_content`) what lenient drops with a warning. */
  readonly strict: boolean
  /** Declares a loss: a short stable text such as `dropped: logit_bias`. */
  readonly warn: (warning: string) => void
}

/** The encoded request. `path` is joined to the provider's base URL by the provider, not here. */
export interface EncodedCall {
  readonly body: JsonObject
  /** Extra request headers the dialect itself demands (`anthropic-beta`). */
  readonly headers?: Readonly<Record<string, string>>
}

/** One event of a stream: as it came (when it came from a text stream) and what it means. */
export interface Frame {
  /** The whole SSE event with its blank line, exactly as received. Absent when there is nothing to pass on as it is. */
  readonly raw?: string
  readonly events: readonly AnswerEvent[]
}

/** Reads an upstream's stream. Holds at most one unfinished event, bounded (1 MiB), else throws `upstream_invalid`. */
export interface StreamDecoder {
  /** Bytes in, whole frames out. An error event inside the stream throws its {@link GatewayError}. */
  readonly push: (chunk: Uint8Array) => readonly Frame[]
  /** The upstream closed. `complete` says whether the stream ended as its dialect demands. */
  readonly end: () => { readonly frames: readonly Frame[]; readonly complete: boolean }
}

/** Writes a stream to a client. Every method gives SSE text, `''` when there is nothing to say. */
export interface StreamEncoder {
  readonly events: (events: readonly AnswerEvent[]) => string
  /** A keep-alive that every client of the dialect ignores. */
  readonly ping: () => string
  /** The surface's own error event, with no clean end after it. */
  readonly fail: (error: GatewayError) => string
  /** The clean end (`[DONE]`, `message_stop`, `response.completed`), with what had to wait for it. */
  readonly end: () => string
  /**
   * Whole events that went to the client as an upstream of the same dialect sent them, for dialects whose `fail` must go on
   * from there (R numbers its events and repeats the response's id).
   */
  readonly passed?: (piece: Uint8Array | string) => void
}

/** What an encoder towards the client must know. */
export interface AnswerContext {
  /** The call that is answered. */
  readonly call: ChatCall
  /** The answer's id, if the upstream gave none of the surface's form. */
  readonly id: string
  /** Epoch milliseconds. */
  readonly createdAt: number
}

/** An error in a dialect's own shape. Status and headers such as `retry-after` are the surface's. */
export interface WireError {
  readonly status: number
  readonly body: JsonObject
}

/** What is known of an upstream's refusal. */
export interface UpstreamRefusal {
  readonly status: number
  readonly headers: Headers
  /** At most 64 KiB of the body. */
  readonly text: string
}

/** A replacement of one string in a caller's JSON or in a stream event: the value at the path becomes this text. */
export interface TextEdit {
  readonly at: Path
  readonly text: string
}

/**
 * A chat wire format spoken both ways: `decodeCall`, `encodeAnswer`, `encodeStream`, `encodeError` towards clients;
 * `encodeCall`, `decodeAnswer`, `decodeStream`, `decodeError` towards upstreams.
 */
export interface ChatDialect {
  readonly name: DialectName
  /** The caller's JSON in canonical form. Throws `invalid_request` with `param` for what is malformed. */
  readonly decodeCall: (body: JsonObject) => ChatCall
  readonly encodeAnswer: (answer: ChatAnswer, context: AnswerContext) => JsonObject
  readonly encodeStream: (context: AnswerContext) => StreamEncoder
  readonly encodeError: (error: GatewayError, requestId: string) => WireError
  readonly encodeCall: (call: ChatCall, context: EncodeContext) => EncodedCall
  /** Throws `upstream_invalid` when the body is not an answer of this dialect. */
  readonly decodeAnswer: (body: JsonObject) => ChatAnswer
  readonly decodeStream: () => StreamDecoder
  /** The upstream's refusal as our own error: 401/403 → `upstream_auth`, 429 → `upstream_rate_limited`, … */
  readonly decodeError: (refusal: UpstreamRefusal) => GatewayError
  /**
   * Rewrites the governed text of one raw frame (a masked span, a name put back): the deltas of the frame's text-bearing
   * events, in order, become `texts`. Only called on frames this dialect's own decoder made.
   */
  readonly rewriteFrame: (raw: string, texts: readonly string[]) => string
  /**
   * What must change in a caller's own body before it may pass to a target that departs from the dialect; absent: nothing.
   * Declares losses; strict mode refuses them.
   */
  readonly passEdits?: (text: string, call: ChatCall, context: EncodeContext) => readonly JsonEdit[]
}

/** A chat wire format towards upstreams alone, which is all that routing needs. Every {@link ChatDialect} is one. */
export type UpstreamDialect = Omit<ChatDialect, 'decodeCall' | 'encodeAnswer' | 'encodeStream' | 'encodeError'>

/** An embeddings wire format towards upstreams alone. Every {@link EmbedDialect} is one. */
export type UpstreamEmbedDialect = Omit<EmbedDialect, 'decodeCall' | 'encodeAnswer' | 'encodeError'>

/** An embeddings wire format spoken both ways. */
export interface EmbedDialect {
  readonly name: DialectName
  readonly decodeCall: (body: JsonObject) => EmbedCall
  readonly encodeAnswer: (answer: EmbedAnswer, call: EmbedCall) => JsonObject
  readonly encodeCall: (call: EmbedCall, context: EncodeContext) => EncodedCall
  readonly decodeAnswer: (body: JsonObject) => EmbedAnswer
  readonly decodeError: (refusal: UpstreamRefusal) => GatewayError
  readonly encodeError: (error: GatewayError, requestId: string) => WireError
}
