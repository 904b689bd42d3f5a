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

/** A view of decoded pieces alone, each on a line of its own; undefined when there is none. */
export function viewOfPieces(name: ViewName, pieces: readonly Decoded[]): NamedView | undefined {
  if (pieces.length === 0) return undefined
  const begins: number[] = []
  let text = ''
  for (const { says } of pieces) {
    if (begins.length > 0) text += '\n'
    begins.push(text.length)
    text += says
  }
  const pieceAt = (at: number) => {
    let number = 0
    while (number + 1 < begins.length && (begins[number + 1] ?? 0) <= at) number++
    return pieces[number]
  }
  return {
    name,
    text,
    span: (start, end) => ({ start: pieceAt(start)?.start ?? 0, end: pieceAt(Math.max(start, end - 1))?.end ?? 0 }),
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
