import type { Finding } from '../../engine/rule.ts'
import type { SmallModels } from '../../models/small-models.ts'

/** Names of persons, by the tagger that ships with the product. */
export function personsIn(models: SmallModels): (text: string) => readonly Finding[] {
  // Reading the tagger is slow: not in the first request.
  models.persons('Warm W\u00e4rm')
  return (text) => models.persons(text).map((span) => ({ ...span, kind: 'PERSON' }))
}

/** Names are looked back for so far. */
const LONGEST_TAIL = 96
const MOST_WORDS = 6
const BLANK = /\s/
const CAPITAL = /^[("'\u201c\u201e\u00ab]*\p{Lu}/u

/**
 * Where in an open text a name may have begun that is not decided: the first capitalised one of its last words, since the
 * words behind a name tell whether it is one.
 */
export function undecidedName(text: string): number {
  let from = text.length
  let at = text.length
  for (let words = 0; words < MOST_WORDS && text.length - at < LONGEST_TAIL; words++) {
    let end = at
    while (end > 0 && text.length - end < LONGEST_TAIL && BLANK.test(text.charAt(end - 1))) end--
    let start = end
    while (start > 0 && end - start < LONGEST_TAIL && !BLANK.test(text.charAt(start - 1))) start--
    if (start === end) break
    if (CAPITAL.test(text.slice(start, end))) from = start
    at = start
  }
  return from
}
