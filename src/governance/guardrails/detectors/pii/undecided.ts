/** What may stand within one entity, and goes on behind it. */
const WORD = /[^\s<>"'`{}[\]|\\]/
const LONGEST_TAIL = 96
const MOST_PARTS = 10
/** Parts of numbers in several parts: they have a digit, or are a few capitals, or signs. */
const PART = /\d|^[A-Z]{1,4}$|^[()+./-]{1,3}$/

/**
 * Where in an open text something may have begun that is not decided: its last word, with the parts of numbers before it.
 */
export function undecidedNumber(text: string): number {
  let from = wordStart(text, text.length)
  for (let parts = 0; parts < MOST_PARTS && text.length - from < LONGEST_TAIL; parts++) {
    const end = gapStart(text, from)
    if (end === from && from > 0 && parts > 0) break
    const start = wordStart(text, end)
    if (start === end || !PART.test(text.slice(start, end))) break
    from = start
  }
  return from
}

function wordStart(text: string, end: number): number {
  let at = end
  while (at > 0 && end - at < LONGEST_TAIL && WORD.test(text.charAt(at - 1))) at--
  return at
}

/** One or two blanks between the parts of a number. */
function gapStart(text: string, end: number): number {
  let at = end
  while (at > 0 && end - at < 2 && /\s/.test(text.charAt(at - 1))) at--
  return at
}
