import type { SseEvent } from '../../lib/sse.ts'
import type { AnswerEvent } from './canonical.ts'
import type { JsonObject } from './dialect.ts'

/** Reads events of a stream that are like the one before but for their text: almost all of an answer. */
export interface SameShape {
  /** What an event means that is like the one learned; `undefined`: it must be parsed. */
  readonly read: (event: SseEvent) => AnswerEvent | undefined
  /** Takes an event that was parsed, and what it was found to mean, for the pattern; forgets the one before. */
  readonly learn: (event: SseEvent, events: readonly AnswerEvent[]) => void
}

/** What a {@link SameShape} must know of a dialect. */
export interface ShapeRules {
  /** The text of an event's only delta. */
  readonly textOf: (data: JsonObject) => unknown
  /** A member that differs from event to event and that the dialect's decoder does not read. */
  readonly ignored?: string
}

/** An event as it stands around its text, and around what is ignored. */
interface Pattern {
  readonly event: string | undefined
  readonly before: string
  readonly after: string
  /** What follows the ignored value; absent: `after` ends the event. */
  readonly rest: string | undefined
  readonly meaning: TextDelta
}

type TextDelta = AnswerEvent & { readonly kind: 'block-delta'; readonly delta: { readonly kind: 'text' } }

/** Streams whose events never repeat are parsed without looking for a pattern any more. */
const MAX_MISSES = 8
const QUOTE = 34
const BACKSLASH = 92
const SPACE = 32

/**
 * Makes a {@link SameShape}. Two JSON texts that differ in nothing but the inside of one string, free of quotes, backslashes and
 * control characters, differ in nothing but that string's value; that it is the text's value is tried out when a pattern is
 * learned. A decoder whose state a text delta does not change beyond the first therefore gives the same for both.
 */
export function sameShape(rules: ShapeRules): SameShape {
  let pattern: Pattern | undefined
  let misses = 0
  return {
    read: (event) => {
      const text = pattern && textBetween(event, pattern)
      if (!pattern || text === undefined) return undefined
      misses = 0
      const { choice, block } = pattern.meaning
      return { kind: 'block-delta', choice, block, delta: { kind: 'text', text } }
    },
    learn: (event, events) => {
      pattern = undefined
      const [meaning] = events
      if (events.length !== 1 || !meaning || !isText(meaning) || misses >= MAX_MISSES) return
      misses++
      pattern = patternOf(event, meaning, rules)
    },
  }
}

function isText(event: AnswerEvent): event is TextDelta {
  return event.kind === 'block-delta' && event.delta.kind === 'text' && Object.keys(event.delta).length === 2
}

function textBetween({ event, data }: SseEvent, pattern: Pattern): string | undefined {
  const { before, after, rest } = pattern
  if (event !== pattern.event || !data.startsWith(before)) return undefined
  const textEnd = plainEnd(data, before.length)
  if (textEnd === before.length || !data.startsWith(after, textEnd)) return undefined
  let end = textEnd + after.length
  if (rest !== undefined) {
    const from = plainEnd(data, end)
    if (!data.startsWith(rest, from)) return undefined
    end = from + rest.length
  }
  return end === data.length ? data.slice(before.length, textEnd) : undefined
}

function patternOf({ event, data }: SseEvent, meaning: TextDelta, rules: ShapeRules): Pattern | undefined {
  const { text } = meaning.delta
  const at = data.indexOf(`"${text}"`) + 1
  if (text === '' || at === 0 || plainEnd(text, 0) !== text.length) return undefined
  const before = data.slice(0, at)
  const after = data.slice(at + text.length)
  if (!isTextAt(before, after, { text: `${text}?`, rules })) return undefined
  const mark = `"${rules.ignored}":"`
  const ignoredAt = rules.ignored === undefined ? -1 : after.indexOf(mark)
  if (ignoredAt < 0) return { event, before, after, rest: undefined, meaning }
  const from = ignoredAt + mark.length
  return { event, before, after: after.slice(0, from), rest: after.slice(plainEnd(after, from)), meaning }
}

/** Whether what stands between is the text's value: tried with another, which is no JSON where it is not inside a string. */
function isTextAt(
  before: string,
  after: string,
  tried: { readonly text: string; readonly rules: ShapeRules },
): boolean {
  try {
    return tried.rules.textOf(JSON.parse(before + tried.text + after)) === tried.text
  } catch {
    return false
  }
}

/** Where the plain characters of a JSON string end: at its closing quote, unless there is something to unescape. */
function plainEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE || code === BACKSLASH || code < SPACE) return at
  }
  return text.length
}
