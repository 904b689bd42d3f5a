/** A text as rules read it, with the way back: masks edit the original. */
export interface View {
  readonly text: string
  /** Where a character of the view begins in the original; the end of the original for the end of the view. */
  readonly from: (at: number) => number
  /** Where in the original the characters before `at` end. */
  readonly until: (at: number) => number
  /** The text is its own view, place by place. */
  readonly same?: true
}

/** How texts are read. */
export type Reading = 'plain' | 'json'

const BACKSLASH = 92
const NOT_ASCII = /[^\u0000-\u007f]/
/** Letters with marks of their own, and every character that compatibility folding changes or drops. */
const FOLDABLE = /[\s\S]\p{M}+|(?![\u0000-\u007f])\p{Changes_When_NFKC_Casefolded}/gu
/** Characters that show nothing: zero-width, directions, soft hyphen, variation selectors, Unicode tags. */
const INVISIBLE =
  /\u034f|[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]|[\ufe00-\ufe0f]|[\u{e0000}-\u{e007f}]/gu
const JSON_ESCAPE = /\\(?:u[0-9a-fA-F]{4}|[^u]|u)/g
const JSON_LETTERS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' }

const place = (at: number) => at

/** A text that is its own view. */
export function ownView(text: string): View {
  return { text, from: place, until: place, same: true }
}

/** Whether what comes behind a text that is its own view changes nothing of that: plain ASCII, and no escape. */
export function staysOwn(text: string, { from, reading }: { readonly from: number; readonly reading: Reading }) {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code >= 128 || (code === BACKSLASH && reading === 'json')) return false
  }
  return true
}

interface Change {
  readonly view: number
  readonly viewEnd: number
  readonly from: number
  readonly until: number
}

/** Replaces the matches of a global pattern, and remembers where everything came from; undefined when nothing changes. */
export function rewrite(text: string, pattern: RegExp, replace: (match: string) => string): View | undefined {
  const changes: Change[] = []
  const known = new Map<string, string>()
  let shorter = 0
  const written = text.replace(pattern, (match, first: unknown, ...others: unknown[]) => {
    // Behind the match come its groups, and then its place.
    const from = Number(typeof first === 'number' ? first : others.find((other) => typeof other === 'number'))
    const replacement = known.get(match) ?? replace(match)
    known.set(match, replacement)
    if (replacement === match) return match
    const view = from - shorter
    shorter += match.length - replacement.length
    changes.push({ view, viewEnd: view + replacement.length, from, until: from + match.length })
    return replacement
  })
  if (changes.length === 0) return undefined
  /** The last change that begins at or before `at`; `before` leaves out one that begins at `at` itself. */
  const lastChange = (at: number, before: boolean) => {
    let low = 0
    let high = changes.length
    while (low < high) {
      const middle = (low + high) >> 1
      const begin = changes[middle]?.view ?? 0
      if (before ? begin < at : begin <= at) low = middle + 1
      else high = middle
    }
    return changes[low - 1]
  }
  const placed = (at: number, side: 'from' | 'until') => {
    const change = lastChange(at, side === 'until')
    if (!change) return at
    if (at >= change.viewEnd) return change.until + at - change.viewEnd
    return change[side]
  }
  return { text: written, from: (at) => placed(at, 'from'), until: (at) => placed(at, 'until') }
}

/** A view of a view, with the way back to where that came from; the inner one when there is nothing more to it. */
export function over(inner: View, outer: View | undefined): View {
  if (!outer) return inner
  return {
    text: outer.text,
    from: (at) => inner.from(outer.from(at)),
    until: (at) => inner.until(outer.until(at)),
  }
}

/**
 * The view of a text: JSON's escapes undone when it is JSON, then compatibility characters folded (full-width letters,
 * ligatures) and invisible ones dropped. Case is left as it is. Plain ASCII is its own view, at no cost.
 */
export function viewOf(text: string, reading: Reading): View {
  const base = ownView(text)
  const plain = reading === 'json' && text.includes('\\') ? over(base, rewrite(text, JSON_ESCAPE, unescaped)) : base
  if (!NOT_ASCII.test(plain.text) || isFolded(plain.text)) return plain
  return over(plain, rewrite(plain.text, FOLDABLE, foldCluster))
}

/** Whether folding changes nothing: asked of the whole at once, which is much quicker than looking at each character. */
function isFolded(text: string): boolean {
  return text.search(INVISIBLE) < 0 && text.normalize('NFKC') === text
}

/** How much of the end of an unfinished JSON text is the beginning of an escape, which means nothing yet. */
export function brokenEscape(text: string): number {
  const begun = /\\(?:u[0-9a-fA-F]{0,3})?$/.exec(text)
  if (!begun) return 0
  let slashes = 0
  for (let at = begun.index; at >= 0 && text.charCodeAt(at) === 92; at--) slashes++
  return slashes % 2 === 1 ? text.length - begun.index : 0
}

function unescaped(sequence: string): string {
  if (sequence.length === 6) return String.fromCharCode(Number.parseInt(sequence.slice(2), 16))
  const letter = sequence.charAt(1)
  return JSON_LETTERS[letter] ?? letter
}

function foldCluster(cluster: string): string {
  return cluster.replace(INVISIBLE, '').normalize('NFKC')
}
