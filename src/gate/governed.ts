import type { Segment } from '../governance/guardrails/index.ts'
import type { Resource } from '../governance/identity/index.ts'
import type { ChatCall, EmbedCall } from '../models/dialects/index.ts'
import type { Original } from '../models/routing/index.ts'

/** What a call will take. */
export interface Estimate {
  readonly inputTokens: number
  /** At most what the caller bound it to; where they did not, what answers mostly stay below. */
  readonly outputTokens: number
  /** How many answers were asked for without a bound; absent when there is one. Money is held for the longest there may be. */
  readonly unboundAnswers?: number
}

/** What governance needs to know of a call, whatever protocol it came by. */
export interface GovernedCall {
  /** What is to be used; absent where nothing particular is asked for (a list that is filtered by access). */
  readonly resource?: Resource
  /** What it will take, as far as can be told beforehand. */
  readonly estimate: Estimate
  /** What conditions may ask. */
  readonly facts: { readonly stream: boolean; readonly tools: boolean; readonly tokens: number; readonly model: string }
  /** Every text in it that a guardrail must see. Called only when a guardrail applies. */
  readonly segments: () => readonly Segment[]
  /** The call with texts replaced, as guardrails demand: number in `segments` → new text. */
  readonly withTexts: (texts: ReadonlyMap<number, string>) => GovernedCall
  /** The body as it came and what guardrails changed in it; absent when it must be encoded anew. */
  readonly original?: Original
}

/** A call to a model that converses: the canonical form beside the caller's own bytes. */
export interface ChatGoverned extends GovernedCall {
  readonly kind: 'chat'
  readonly call: ChatCall
}
/** A call for embeddings. */
export interface EmbedGoverned extends GovernedCall {
  readonly kind: 'embed'
  readonly call: EmbedCall
}
/** Something answered by the gate itself: a list of models, a count, a stored response. */
export interface LocalGoverned extends GovernedCall {
  readonly kind: 'local'
}
