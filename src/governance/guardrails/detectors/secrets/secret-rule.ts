import { compilePattern, type Pattern } from '../../engine/pattern.ts'
import type { Attempt, Look, Rule } from '../../engine/rule.ts'
import { isPlaceholder } from './value.ts'

const IN_A_WORD = /^[a-z]{2}$/

/** What is said of one kind of secret. */
export interface SecretDeclaration {
  readonly kind: string
  /** What wakes the rule; the pattern begins with it, unless `before` says otherwise. */
  readonly keywords: readonly string[]
  /** In the language of `compilePattern`; the capturing group is the secret, the whole match when there is none. */
  readonly pattern: string
  readonly flags?: 'i'
  readonly before?: { readonly min: number; readonly max: number }
  /** `word` when absent. `name`: anywhere but in the midst of a word of small letters, where a vendor's name is none. */
  readonly begins?: 'word' | 'anywhere' | 'name'
  /** How sure a match is; 0.95 when absent. */
  readonly score?: number
  /** A closer look at the secret: false when it is none, or another score. */
  readonly check?: (value: string, around: Around) => boolean | number
}

/** Where a value was found. */
export interface Around {
  readonly text: string
  /** Where the match begins. */
  readonly at: number
  readonly start: number
  readonly end: number
}

/** Makes the rule of one kind of secret. Throws `TypeError` for a pattern outside the language. */
export function secretRule(declaration: SecretDeclaration): Rule {
  const { kind, keywords, before, begins = 'word' } = declaration
  const pattern = compilePattern(declaration.pattern, declaration.flags ?? '')
  const attempt = ({ text, at, open }: Look): Attempt => {
    if (begins === 'name' && IN_A_WORD.test(text.slice(Math.max(0, at - 1), at + 1))) return undefined
    pattern.whole.lastIndex = at
    const match = pattern.whole.exec(text)
    const end = at + (match?.[0].length ?? 0)
    // What touches the end of an open text may go on there.
    if (match && !(open && end >= text.length)) {
      const value = match[1] ?? match[0]
      const score = scoreOf(declaration, value, { text, at, start: end - value.length, end })
      if (score > 0) return { start: end - value.length, end, kind, score }
    }
    return open ? undecided(pattern, text, at) : undefined
  }
  return {
    kind,
    keywords,
    begins: begins === 'name' ? 'anywhere' : begins,
    guards: pattern.begunValue ? 'value' : 'match',
    longest: pattern.longest,
    settles: pattern.settles,
    attempt,
    ...(before && { before }),
  }
}

/** Whether more text could make a match of what stands at `at`, and from where on it is the secret's. */
function undecided({ begunValue, unfinished }: Pattern, text: string, at: number): Attempt {
  // What has begun its value is unfinished too: asked first, since mostly nothing has begun.
  unfinished.lastIndex = at
  if (!unfinished.test(text)) return undefined
  if (begunValue) {
    begunValue.lastIndex = at
    const begun = begunValue.exec(text)
    if (begun) return { undecided: true, from: text.length - (begun[1]?.length ?? 0) }
  }
  return { undecided: true, from: begunValue ? text.length : at }
}

function scoreOf({ score = 0.95, check }: SecretDeclaration, value: string, around: Around): number {
  if (isPlaceholder(value)) return 0
  const checked = check ? check(value, around) : true
  return typeof checked === 'number' ? checked : checked ? score : 0
}
