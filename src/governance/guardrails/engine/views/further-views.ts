import type { View } from '../view.ts'
import { type NamedView, type ViewName, viewAlong, viewOfPieces, within } from './named-view.ts'
import { escapesView, foldedView, htmlView, leetView, rotatedView, urlView } from './rewrites.ts'
import { base64Pieces, hexPieces, tagPieces } from './runs.ts'
import { spacedView } from './spaced.ts'
import { type Traits, traitsOf } from './traits.ts'

/** Encodings within encodings: so deep, and no deeper. */
const DEEPEST = 3
const MOST_VIEWS = 12
/** Decoding never makes more text than this many times the text itself, and as much again as a page. */
const MOST_GROWTH = 3
const PAGE = 8_192

/** What is known of a text beside its letters. */
export interface Suspicions {
  /** The text as it came, where invisible characters still stand. */
  readonly original: string
  /** Views that a keyword asks for, though the letters around it do not show them. */
  readonly asked: ReadonlySet<ViewName>
  /** The text goes on: what may be half of an escape at its end is left out, and so not decided. */
  readonly open: boolean
}

const HALF = /(?:%[0-9A-Fa-f]?|&#?[0-9A-Za-z]{0,8}|\\(?:[uUx]\{?[0-9A-Fa-f]{0,8})?|[\s.*|,~:_/-]{1,4})$/

/**
 * The further readings of a text: what it says when it is decoded, and without its disguise, within bounds of number, size
 * and depth. None for ordinary text. Stretches are those of `view`'s original.
 */
export function furtherViews(view: View, { original, asked, open }: Suspicions): readonly NamedView[] {
  const whole = open ? { ...view, text: view.text.replace(HALF, '') } : view
  const base = viewAlong('text', whole)
  const found: NamedView[] = []
  const texts = new Set([whole.text])
  let room = MOST_GROWTH * view.text.length + PAGE
  const add = (made: NamedView): boolean => {
    if (found.length >= MOST_VIEWS || made.text.length > room || made.text === '' || texts.has(made.text)) return false
    texts.add(made.text)
    room -= made.text.length
    found.push(made)
    return true
  }
  const explore = (outer: NamedView, depth: number, wanted: ReadonlySet<ViewName>) => {
    for (const inner of readingsOf(outer, wanted)) {
      const made = within(outer, inner)
      if (add(made) && depth < DEEPEST) explore(made, depth + 1, NONE)
    }
  }
  explore(base, 1, asked)
  const hidden = original === view.text ? undefined : viewOfPieces('tags', tagPieces(original))
  if (hidden && add(hidden)) explore(hidden, 1, NONE)
  return found
}

const NONE: ReadonlySet<ViewName> = new Set()

function readingsOf({ name, text }: NamedView, asked: ReadonlySet<ViewName>): readonly NamedView[] {
  const traits = traitsOf(text)
  const readings: NamedView[] = []
  const along = (reading: ViewName, view: View | undefined) => {
    if (view) readings.push(viewAlong(reading, view))
  }
  if (traits.percent) along('url', urlView(text))
  if (traits.entities) along('html', htmlView(text))
  if (traits.escapes) along('json', escapesView(text))
  if (traits.foreign) along('folded', foldedView(text))
  if (traits.spaced) along('spaced', spacedView(text))
  if (traits.leet) along('leet', leetView(text))
  const pieces = piecesOf(text, traits)
  readings.push(...pieces)
  if ((traits.rotated || asked.has('rot13')) && name !== 'rot13') along('rot13', rotatedView(text))
  if ((traits.reversed || asked.has('reversed')) && name !== 'reversed') readings.push(reversedView(text))
  return readings
}

function piecesOf(text: string, { runs, pairs }: Traits): readonly NamedView[] {
  if (runs.length === 0 && !pairs) return []
  const hex = hexPieces(text, runs, pairs)
  const base64 = base64Pieces(text, runs).filter(({ start }) => !hex.some((piece) => piece.start === start))
  return [viewOfPieces('base64', base64), viewOfPieces('hex', hex)].flatMap((view) => view ?? [])
}

function reversedView(text: string): NamedView {
  const { length } = text
  return {
    name: 'reversed',
    text: [...text].reverse().join(''),
    span: (start, end) => ({ start: length - end, end: length - start }),
    goesOn: false,
  }
}
