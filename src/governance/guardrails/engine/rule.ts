import type { ViewName } from './views/named-view.ts'

/** Something found in a text. Offsets are UTF-16 code units of the text that was searched. */
export interface Finding {
  readonly start: number
  readonly end: number
  /** Upper snake case: it stands in the placeholder, `[AWS_ACCESS_KEY removed]`. */
  readonly kind: string
  /** How sure, 0 to 1. */
  readonly score: number
  /** The original must read exactly so; else it is no finding. */
  readonly verbatim?: string
  /** The reading of the text that shows it; absent for the text as it stands. */
  readonly view?: ViewName
}

/** The text ends before it is decided; from `from` on it must not go out. */
export interface Undecided {
  readonly undecided: true
  /** Where the value begins or will begin. */
  readonly from: number
}

/** What a rule says of one place: nothing there, a finding, or not yet known. */
export type Attempt = Finding | Undecided | undefined

/** What a rule looks at. */
export interface Look {
  readonly text: string
  /** Where the match would begin. */
  readonly at: number
  /** Whether the text goes on: then a match that touches its end is {@link Undecided}. */
  readonly open: boolean
}

/** A rule that sleeps until the shared keyword pass sees one of its keywords. */
export interface Rule {
  readonly kind: string
  /** Case does not matter. The longer, the seldomer the rule is woken in vain. */
  readonly keywords: readonly string[]
  /** How many characters may stand between the beginning of the match and the keyword. None when absent. */
  readonly before?: { readonly min: number; readonly max: number }
  /** `word`: the match begins where a word may begin ({@link isWordStart}). */
  readonly begins: 'word' | 'anywhere'
  /** Whether the value begins with the match (a token), or somewhere behind the keyword, which is itself no secret. */
  readonly guards: 'match' | 'value'
  /** Characters of the longest match: what a stream may hold back for it. */
  readonly longest: number
  /** Set when an open "nothing there" stays so whatever follows: such a place need not be looked at again. */
  readonly settles?: boolean
  /** Looks at one place. Linear in `longest`; pure. */
  readonly attempt: (look: Look) => Attempt
}
