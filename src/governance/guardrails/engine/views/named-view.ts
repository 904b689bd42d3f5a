import type { View } from '../view.ts'

/** Which reading of a text something was found in; `text` is the text as it stands (compatibility characters folded). */
export type ViewName =
  | 'text'
  | 'folded'
  | 'leet'
  | 'spaced'
  | 'tags'
  | 'url'
  | 'html'
  | 'json'
  | 'base64'
  | 'hex'
  | 'rot13'
  | 'reversed'

/** A stretch, in UTF-16 code units. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** Another reading of a text: decoded, or with its disguise taken off. */
export interface NamedView {
  readonly name: ViewName
  readonly text: string
  /** Where a stretch of the view stands in the text that it was made of. What is encoded as a whole is found as a whole. */
  readonly span: (start: number, end: number) => Span
  /** The view ends where its text ends, and goes on when that does; else it is whole whatever follows. */
  readonly goesOn: boolean
}

/** One piece of a text, and what it says. */
export interface Decoded extends Span {
  readonly says: string
}

/** A view that reads a text place by place. */
export function viewAlong(name: ViewName, view: View): NamedView {
  return {
    name,
    text: view.text,
    span: (start, end) => ({ start: view.from(start), end: view.until(end) }),
    goesOn: true,
  }
}

/** A stretch of a text, and how it reads. */
export interface Part extends Span {
  readonly view: View
}

/** A view of some stretches of a text, each on lines of its own; undefined when there is none. `length` is the text's. */
export function viewOfParts(name: ViewName, parts: readonly Part[], length: number): NamedView | undefined {
  if (parts.length === 0) return undefined
  const begins = beginsOf(parts.map(({ view }) => view.text.length))
  const placed = (at: number, side: 'from' | 'until') => {
    const number = numberAt(begins, side === 'until' ? Math.max(0, at - 1) : at)
    const part = parts[number]
    return part ? part.start + part.view[side](Math.min(at - (begins[number] ?? 0), part.view.text.length)) : 0
  }
  return {
    name,
    text: parts.map(({ view }) => view.text).join(BETWEEN),
    span: (start, end) => {
      const [one, other] = [placed(start, 'from'), placed(end, 'until')]
      return { start: Math.min(one, other), end: Math.max(one, other) }
    },
    goesOn: name !== 'reversed' && parts.at(-1)?.end === length,
  }
}

const BETWEEN = '\n\n'

function beginsOf(lengths: readonly number[]): readonly number[] {
  let sum = 0
  return lengths.map((length) => {
    const begin = sum
    sum += length + BETWEEN.length
    return begin
  })
}

/** The number of the part that a place lies in. */
function numberAt(begins: readonly number[], at: number): number {
  let number = 0
  while (number + 1 < begins.length && (begins[number + 1] ?? 0) <= at) number++
  return number
}

/** A view of decoded pieces alone, each on lines of its own; undefined when there is none. */
export function viewOfPieces(name: ViewName, pieces: readonly Decoded[]): NamedView | undefined {
  if (pieces.length === 0) return undefined
  const begins = beginsOf(pieces.map(({ says }) => says.length))
  return {
    name,
    text: pieces.map(({ says }) => says).join(BETWEEN),
    span: (start, end) => ({
      start: pieces[numberAt(begins, start)]?.start ?? 0,
      end: pieces[numberAt(begins, Math.max(start, end - 1))]?.end ?? 0,
    }),
    goesOn: false,
  }
}

/** A view of a view, with the way back to where that came from. */
export function within(outer: NamedView, inner: NamedView): NamedView {
  return {
    ...inner,
    span: (start, end) => {
      const middle = inner.span(start, end)
      return outer.span(middle.start, middle.end)
    },
    goesOn: inner.goesOn && outer.goesOn,
  }
}
