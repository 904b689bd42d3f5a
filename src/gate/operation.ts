import type { AnswerGuard } from '../governance/guardrails/index.ts'
import type { ChatAnswer, ChatCall, EmbedAnswer, EmbedCall } from '../models/dialects/index.ts'
import type { Served, ServedStream } from '../models/routing/index.ts'
import type { Exchange } from './exchange.ts'
import type { GovernedCall } from './governed.ts'
import type { Grant } from './grant.ts'
import type { OperationFacts } from './incoming.ts'

/** A whole answer of a model, beside the upstream's own bytes where they may pass as they are. */
export interface WholeChat {
  readonly kind: 'whole-chat'
  readonly answer: ChatAnswer
  readonly call: ChatCall
  /** The upstream's own body; absent when it must be written anew (another dialect, a masked span). */
  readonly raw?: string
  readonly served: Served
}
/** A streamed answer; nothing has been read but what came before the first content. */
export interface StreamedChat {
  readonly kind: 'streamed-chat'
  readonly stream: ServedStream
  readonly call: ChatCall
  /** What looks at the answer as it streams past; absent when no guardrail applies. */
  readonly guard?: AnswerGuard
  readonly served: Served
}
/** Vectors. */
export interface WholeEmbed {
  readonly kind: 'whole-embed'
  readonly answer: EmbedAnswer
  readonly call: EmbedCall
  readonly raw?: string
  readonly served: Served
}
/** Something the gate answered by itself, already in the surface's shape. */
export interface Ready {
  readonly kind: 'ready'
  readonly status: number
  readonly body: string
}
/** What `perform` gives back. */
export type Answer = WholeChat | StreamedChat | WholeEmbed | Ready

/** What goes to the client. */
export type Encoded =
  | { readonly kind: 'whole'; readonly status: number; readonly body: string; readonly contentType?: string }
  | { readonly kind: 'stream'; readonly contentType: string; readonly source: StreamSource }

/** The bytes of a stream, pulled by the client's reading. */
export interface StreamSource {
  /** The next bytes; `undefined` after the last. Throws nothing: failures are written in the surface's shape. */
  readonly next: () => Promise<Uint8Array | undefined>
  /** What keeps an idle connection open, or `undefined` where the dialect has nothing for it. */
  readonly ping: () => Uint8Array | undefined
  /** The client went away. */
  readonly cancel: () => void
}

/** One operation of one protocol: what the story in `gate.ts` asks of a surface. */
export interface Operation<Call extends GovernedCall = GovernedCall> extends OperationFacts {
  /** What is asked, in canonical form. Throws `invalid_json`, `invalid_request`. */
  readonly decode: (exchange: Exchange) => Call | Promise<Call>
  /** Does it: calls a model, lists, counts. */
  readonly perform: (exchange: Exchange, grant: Grant, call: Call) => Promise<Answer>
  /** The answer in the surface's own shape. */
  readonly encode: (exchange: Exchange, answer: Answer) => Encoded
}
