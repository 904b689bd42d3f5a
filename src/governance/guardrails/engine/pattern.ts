/**
 * A piece of a pattern: one character of a set, a group of alternatives, or a look ahead. Quantifiers are bounded and
 * never nested, so matching is linear by construction, and the longest possible match is known.
 */
export type Piece = OneOf | Group | Ahead

interface OneOf {
  readonly kind: 'one-of'
  /** As a regular expression: `[0-9A-F]`, `\d`, `=`. */
  readonly source: string
  readonly min: number
  readonly max: number
}

interface Group {
  readonly kind: 'group'
  readonly captures: boolean
  readonly alternatives: readonly (readonly Piece[])[]
  readonly min: number
  readonly max: number
}

interface Ahead {
  readonly kind: 'ahead'
  readonly source: string
}

/** A pattern taken apart and compiled. */
export interface Pattern {
  readonly pieces: readonly Piece[]
  /** Matches the whole pattern at `lastIndex`. */
  readonly whole: RegExp
  /** Matches at `lastIndex` when the text ends before the pattern is decided: more text could complete or extend it. */
  readonly unfinished: RegExp
  /** The same when the value (the capturing group) has begun; it captures what there is of it, from its earliest place. */
  readonly begunValue: RegExp | undefined
  /** Characters of the longest match. */
  readonly longest: number
  /** Where neither `whole` nor `unfinished` matches, no longer text will: no look ahead sees more than one character. */
  readonly settles: boolean
}

const QUANTIFIER = /\?|\{(\d+)(?:,(\d+))?\}(\?)?/y
const LITERAL = /\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[^ux])|\[\^?(?:\\.|[^\]\\])+\]|[^\\[\](){}|?*+^$]/y
const LOOKS = /\(\?[=!]/g
const LOOKS_AT_ONE = /\(\?[=!](?:\\[^ux]|\[\^?(?:\\.|[^\]\\])+\]|[^\\[\](){}|?*+^$])\)/g
const LOOK = /\(\?[=!](?:\\.|\[(?:\\.|[^\]\\])+\]|[^()[\]\\])*\)/y

interface Reader {
  readonly source: string
  at: number
}

/**
 * Compiles a pattern of the small language: sets, escapes, `(?:…|…)`, one capturing group (the value; nothing but looks
 * ahead may follow it), `{n}`, `{n,m}`, `{n,m}?`, `?`, `(?=…)`, `(?!…)`. Throws `TypeError` for anything else: unbounded or nested
 * quantifiers, looks behind, anchors.
 */
export function compilePattern(source: string, flags: '' | 'i' = ''): Pattern {
  const reader: Reader = { source, at: 0 }
  const alternatives = readAlternatives(reader, 0)
  if (reader.at < source.length) throw refused(reader)
  const [only] = alternatives
  if (alternatives.length !== 1 || !only) throw new TypeError(`a pattern is one sequence: ${source}`)
  const captures = checkCapture(only, source)
  return Object.freeze({
    pieces: only,
    whole: new RegExp(source, `y${flags}`),
    unfinished: new RegExp(unfinishedOf(only, { from: 0, anywhere: true }), `y${flags}`),
    begunValue: captures ? new RegExp(unfinishedOf(only, { from: 0, anywhere: false }), `y${flags}`) : undefined,
    longest: longestOf(only),
    settles: (source.match(LOOKS)?.length ?? 0) === (source.match(LOOKS_AT_ONE)?.length ?? 0),
  })
}

function refused({ source, at }: Reader): TypeError {
  return new TypeError(`not in the language of patterns at ${at}: ${source}`)
}

function take(reader: Reader, what: RegExp): RegExpExecArray | undefined {
  what.lastIndex = reader.at
  const found = what.exec(reader.source)
  if (!found) return undefined
  reader.at += found[0].length
  return found
}

function readAlternatives(reader: Reader, depth: number): Piece[][] {
  const alternatives: Piece[][] = [[]]
  while (reader.at < reader.source.length) {
    const next = reader.source[reader.at]
    if (next === ')') break
    if (next === '|') {
      reader.at++
      alternatives.push([])
      continue
    }
    alternatives.at(-1)?.push(readPiece(reader, depth))
  }
  return alternatives
}

function readPiece(reader: Reader, depth: number): Piece {
  const look = take(reader, LOOK)
  if (look) return { kind: 'ahead', source: look[0] }
  if (reader.source[reader.at] === '(') return readGroup(reader, depth)
  const literal = take(reader, LITERAL)
  if (!literal) throw refused(reader)
  return { kind: 'one-of', source: literal[0], ...readQuantifier(reader) }
}

function readGroup(reader: Reader, depth: number): Group {
  const captures = !reader.source.startsWith('(?:', reader.at)
  if (captures && (depth > 0 || reader.source[reader.at + 1] === '?')) throw refused(reader)
  reader.at += captures ? 1 : 3
  const alternatives = readAlternatives(reader, depth + 1)
  if (reader.source[reader.at] !== ')') throw refused(reader)
  reader.at++
  const quantifier = readQuantifier(reader)
  // INVARIANT: what repeats has one length, so that there is one way to match it.
  if (quantifier.max > 1 && alternatives.some((pieces) => shortestOf(pieces) !== longestOf(pieces)))
    throw new TypeError(`a repeated group varies in length: ${reader.source}`)
  return { kind: 'group', captures, alternatives, ...quantifier }
}

function readQuantifier(reader: Reader): { readonly min: number; readonly max: number } {
  const found = take(reader, QUANTIFIER)
  if (!found) return { min: 1, max: 1 }
  if (found[0] === '?') return { min: 0, max: 1 }
  const min = Number(found[1])
  return { min, max: found[2] === undefined ? min : Number(found[2]) }
}

/** Whether a pattern has a value; throws when something follows it. */
function checkCapture(pieces: readonly Piece[], source: string): boolean {
  const place = pieces.findIndex((piece) => piece.kind === 'group' && piece.captures)
  if (place < 0) return false
  if (pieces.slice(place + 1).some((piece) => piece.kind !== 'ahead'))
    throw new TypeError(`the value must stand at the end of its pattern: ${source}`)
  return true
}

function lengthOf(pieces: readonly Piece[], side: 'min' | 'max'): number {
  let length = 0
  for (const piece of pieces) {
    if (piece.kind === 'ahead') continue
    const each =
      piece.kind === 'one-of' ? 1 : Math[side](...piece.alternatives.map((alternative) => lengthOf(alternative, side)))
    length += each * piece[side]
  }
  return length
}

function longestOf(pieces: readonly Piece[]): number {
  return lengthOf(pieces, 'max')
}

function shortestOf(pieces: readonly Piece[]): number {
  return lengthOf(pieces, 'min')
}

interface Ending {
  readonly from: number
  /** The text may end in any piece; else only in the value. */
  readonly anywhere: boolean
}

/**
 * A regular expression for every beginning of the sequence that reaches the end of the text. What stands before the value
 * takes as little as it can, so that the value is found where it begins earliest.
 */
function unfinishedOf(pieces: readonly Piece[], { from, anywhere }: Ending): string {
  const piece = pieces[from]
  if (!piece) return '$'
  const rest = unfinishedOf(pieces, { from: from + 1, anywhere })
  if (piece.kind === 'ahead') return rest
  const { min, max } = piece
  if (piece.kind === 'one-of') {
    const once = min === 1 && max === 1
    const on = once ? piece.source + rest : `${piece.source}{${min},${max}}?${rest}`
    if (!anywhere) return on
    return once ? `(?:${on}|$)` : `(?:${on}|${piece.source}{0,${max}}$)`
  }
  // Nothing but looks ahead follows the value.
  if (piece.captures) return `(${begunOf(piece)})`
  const whole = `(?:${piece.alternatives.map(sourceOf).join('|')})`
  const on = `${whole}{${min},${max}}?${rest}`
  return anywhere ? `(?:${on}|${whole}{0,${max - 1}}(?:${begunOf(piece)}))` : on
}

function begunOf({ alternatives }: Group): string {
  return alternatives.map((alternative) => unfinishedOf(alternative, { from: 0, anywhere: true })).join('|')
}

/** The sequence again, every piece taking as little as it can. */
function sourceOf(pieces: readonly Piece[]): string {
  return pieces
    .map((piece) => {
      if (piece.kind === 'ahead') return piece.source
      const times = piece.min === 1 && piece.max === 1 ? '' : `{${piece.min},${piece.max}}?`
      if (piece.kind === 'one-of') return piece.source + times
      return `(?:${piece.alternatives.map(sourceOf).join('|')})${times}`
    })
    .join('')
}
