import type { Attempt, Look, Rule } from '../../engine/rule.ts'

const KIND = 'PRIVATE_KEY'
const BEGIN = '-----BEGIN '
const LABEL = /-----BEGIN (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----/y
const LABEL_BEGUN = /-----BEGIN [A-Z0-9 ]{0,90}-{0,4}$/y
/** Line ends (also as `\n`), and the quotes and marks with which lines are cited or joined. */
const BETWEEN = /(?:\\[nrt]|[\s\\"'`,+>|#*=();.]){0,80}/y
const HEADER = /(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset):[^\n\\]{0,100}/y
const LINE = /[A-Za-z0-9+/]{1,4096}={0,2}/y
const LAST = /-----END [A-Z0-9 ]{1,90}-----/y
const LAST_BEGUN = /-{1,5}$|-----(?:E|EN|END|END [A-Z0-9 ]{0,90}-{0,4})$/y
/** A shorter line is the last one, or a word of whatever comes after a key that breaks off. */
const SHORTEST_LINE = 20
const LONGEST = 24_000

/** A private key in PEM or PGP armour, from its first line to its last, or to where it breaks off. */
export const privateKeyRule: Rule = Object.freeze({
  kind: KIND,
  keywords: [BEGIN],
  begins: 'anywhere' as const,
  guards: 'match' as const,
  longest: LONGEST,
  attempt,
})

function attempt({ text, at, open }: Look): Attempt {
  const undecided: Attempt = open ? { undecided: true, from: at } : undefined
  const bodyAt = matchEnd(LABEL, text, at)
  if (bodyAt === undefined) return matchEnd(LABEL_BEGUN, text, at) === undefined ? undefined : undecided
  const body = readBody(text, bodyAt, at + LONGEST)
  if (body.brokenOff && undecided) return undecided
  return body.lines === 0 ? undefined : { start: at, end: body.end, kind: KIND, score: 1 }
}

function matchEnd(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at
  const match = pattern.exec(text)
  return match ? at + match[0].length : undefined
}

interface Body {
  readonly end: number
  /** Lines long enough to be key material. */
  readonly lines: number
  /** The text ends before the key does. */
  readonly brokenOff: boolean
}

function readBody(text: string, from: number, limit: number): Body {
  let at = from
  let end = from
  let lines = 0
  let short = 0
  while (end < limit) {
    at = matchEnd(BETWEEN, text, at) ?? at
    at = matchEnd(HEADER, text, at) ?? at
    at = matchEnd(BETWEEN, text, at) ?? at
    if (at >= text.length || matchEnd(LAST_BEGUN, text, at) !== undefined) return { end, lines, brokenOff: true }
    const closed = matchEnd(LAST, text, at)
    if (closed !== undefined) return { end: closed, lines, brokenOff: false }
    const lineEnd = matchEnd(LINE, text, at)
    if (lineEnd === undefined) break
    const long = lineEnd - at >= SHORTEST_LINE
    if (lineEnd >= text.length) return { end: lineEnd, lines: lines + Number(long), brokenOff: true }
    if (!long && ++short > 1) break
    if (long) {
      lines++
      short = 0
    }
    at = lineEnd
    end = lineEnd
  }
  return { end, lines, brokenOff: false }
}
