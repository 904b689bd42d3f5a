import type { View } from '../view.ts'
import { isDisguised } from './confusables.ts'
import { type NamedView, type Part, type ViewName, viewAlong, viewOfParts, viewOfPieces, within } from './named-view.ts'
import { escapesView, foldedView, htmlView, leetView, reversedView, rotatedView, urlView } from './rewrites.ts'
import { base64Pieces, hexPieces, tagPieces } from './runs.ts'
import { spacedView } from './spaced.ts'
import { type Stretches, widened } from './stretches.ts'
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

/** What stands around a stretch that is looked at again: enough for a name before a value, and for the value behind it. */
const AROUND = 240

function readingsOf({ name, text }: NamedView, asked: ReadonlySet<ViewName>): readonly NamedView[] {
  const traits = traitsOf(text)
  const readings: NamedView[] = []
  const add = (reading: ViewName, stretches: Stretches, read: (part: string) => View | undefined) => {
    if (stretches.length === 0) return
    const made = viewOfParts(reading, partsOf(text, stretches, read), text.length)
    if (made) readings.push(made)
  }
  add('url', traits.percent, urlView)
  add('html', traits.entities, htmlView)
  add('json', traits.escapes, escapesView)
  if (traits.foreign.length > 0 && isDisguised(text)) add('folded', traits.foreign, foldedView)
  add('spaced', traits.spaced, spacedView)
  add('leet', traits.leet, leetView)
  readings.push(...piecesOf(text, traits))
  const whole = [0, text.length]
  if (name !== 'rot13') add('rot13', asked.has('rot13') ? whole : traits.rotated, rotatedView)
  if (name !== 'reversed') add('reversed', asked.has('reversed') ? whole : traits.reversed, reversedView)
  return readings
}

function partsOf(text: string, stretches: Stretches, read: (part: string) => View | undefined): readonly Part[] {
  const parts: Part[] = []
  const wide = widened(stretches, { by: AROUND, length: text.length })
  for (let at = 0; at < wide.length; at += 2) {
    const start = wide[at] ?? 0
    const end = wide[at + 1] ?? 0
    const view = read(text.slice(start, end))
    if (view) parts.push({ start, end, view })
  }
  return parts
}

function piecesOf(text: string, { runs, pairs }: Traits): readonly NamedView[] {
  if (runs.length === 0 && !pairs) return []
  const hex = hexPieces(text, runs, pairs)
  const base64 = base64Pieces(text, runs).filter(({ start }) => !hex.some((piece) => piece.start === start))
  return [viewOfPieces('base64', base64), viewOfPieces('hex', hex)].flatMap((view) => view ?? [])
}
