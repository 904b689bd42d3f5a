/** Where in an operation a guardrail looks. */
export type Phase = 'input' | 'output' | 'tool-arguments' | 'tool-result' | 'ingest'

/** Whose voice a text is; detectors differ in which they listen to. */
export type Channel = 'system' | 'user' | 'assistant' | 'tool-arguments' | 'tool-result' | 'tool-schema' | 'document'

/** One text of a call or an answer. Its number in the list is how it is named. */
export interface Segment {
  readonly channel: Channel
  readonly text: string
  /**
   * Nobody can look into what this stands for (`text` is then empty): a sentence that says what to send instead. Whatever
   * check would mask or block refuses it.
   */
  readonly unreadable?: string
  /**
   * Where several texts, which are segments of their own, meet in this one. Only what none of them shows alone counts
   * here, and as it cannot be masked, a check that would mask it blocks.
   */
  readonly seams?: readonly number[]
}

/** What a check said, without the matched text. */
export interface Verdict {
  readonly guardrail: string
  readonly detector: string
  readonly phase: Phase
  /** `allow`, or the action that its findings called for. */
  readonly action: string
  readonly mode: 'enforce' | 'monitor'
  readonly findings: number
  /** `ran`, `not-run` (time budget, error), `skipped` (not asked for). A check that did not run is never `ran`. */
  readonly state: 'ran' | 'not-run' | 'skipped'
  readonly microseconds: number
}

/** The outcome of inspecting a list of segments. */
export interface Inspection {
  readonly verdicts: readonly Verdict[]
  /** Segment number → the text it must become. Empty when nothing is masked. */
  readonly replaced: ReadonlyMap<number, string>
  /** Set when an enforced check blocks: then nothing may go on. */
  readonly blocked?: Blocked
}

/** Why something was stopped. */
export interface Blocked {
  readonly guardrail: string
  readonly detector: string
  /** What the client reads: the policy's own message, or a sentence of ours. Never the matched text. */
  readonly message: string
}

/**
 * Looks at one channel of an answer while it streams past. Text goes in piece by piece; what is certainly clean (or
 * masked) comes out, what could still be the beginning of a match is held back, at most the longest possible match.
 */
export interface TextGuard {
  /** More text. Gives what may go on now; throws `content_blocked` when an enforced check blocks. */
  readonly push: (text: string) => string
  /** How many characters of what was pushed are held back: pushed, but not yet resolved. 0 after `end`. */
  readonly held: () => number
  /** The text has ended: whatever was held back, inspected. Throws like `push`. */
  readonly end: () => string
}

/** Guards for the answer of one operation: one {@link TextGuard} for every block. */
export interface AnswerGuard {
  readonly forBlock: (channel: 'assistant' | 'tool-arguments') => TextGuard
  /** What was found so far, one verdict for each check. */
  readonly verdicts: () => readonly Verdict[]
}
