import { matchAt } from '../../engine/match-at.ts'
import type { Finding } from '../../engine/rule.ts'
import { isDay } from './checks.ts'
import { contextOf, followsContext } from './context.ts'
import type { Numbers } from './words.ts'

const CONTEXT = contextOf(
  'born|dob|d\\.o\\.b|date of birth|birth date|birthdate|birthday|bday|geboren|geb\\.|geburtsdatum|geburtstag|né le|née le|né\\(e\\)|naissance|nacido|nacida|nacimiento|nato|nata|nascita|nascido|nascida|nascimento|geboortedatum|geboren op|urodzon|data urodzenia|född|syntynyt|født|narozen|született|дата рождения|родился|生年月日|出生|생년월일',
)
const MONTHS =
  'jan(?:uary|uar|vier|eiro|uari)?|ene(?:ro)?|gen(?:naio)?|feb(?:ruary|ruar|braio|rero|ruari)?|fév(?:rier)?|fev(?:ereiro)?|mar(?:ch|s|zo|ço|et)?|mär(?:z)?|apr(?:il|ile)?|avr(?:il)?|abr(?:il)?|may|mai|mayo|mag(?:gio)?|maio|mei|jun(?:e|i|io|ho)?|juin|giu(?:gno)?|jul(?:y|i|io|ho)?|juil(?:let)?|lug(?:lio)?|aug(?:ust|ustus)?|août|ago(?:sto)?|sep(?:t|tember|tembre|tiembre)?|set(?:tembre|embro)?|oct(?:ober|obre|ubre)?|okt(?:ober)?|ott(?:obre)?|out(?:ubro)?|nov(?:ember|embre|iembre|embro)?|dec(?:ember|embro)?|dez(?:ember|embro)?|déc(?:embre)?|dic(?:embre|iembre)?'
const NUMERIC = /(\d{1,4})([./-]| ?[./-] ?)(\d{1,2})\2(\d{2,4})(?!\d)/y
const DAY_FIRST = new RegExp(
  `\\d{1,2}(?:st|nd|rd|th|er|\\.)? (?:de |of )?(?:${MONTHS})\\.?,? (?:de |del )?(?:19|20)\\d{2}(?!\\d)`,
  'iy',
)
const MONTH_FIRST = new RegExp(`(?:${MONTHS})\\.? \\d{1,2}(?:st|nd|rd|th)?,? (?:19|20)\\d{2}(?!\\d)`, 'iy')
const COMPACT =
  /(?:(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d{2})(?!\d)/y
const EAST_ASIAN = /(?:19|20)\d{2} ?[年년] ?\d{1,2} ?[月월] ?\d{1,2} ?[日일]/y
const REACH = 36

/** Days of birth: a date behind a word that says so. */
export function birthsIn({ text, words }: Numbers): readonly Finding[] {
  const found: Finding[] = []
  for (const { start } of words) {
    if ((found.at(-1)?.end ?? 0) > start) continue
    // A date is read first: words are looked for only where there is one.
    const date = dateAt(text, start)
    if (!date || !followsContext({ text, ...date }, CONTEXT, REACH)) continue
    found.push({ ...date, kind: 'DATE_OF_BIRTH', score: 0.9 })
  }
  return found
}

function dateAt(text: string, at: number): { readonly start: number; readonly end: number } | undefined {
  const numeric = matchAt(NUMERIC, text, at)
  if (numeric && isDate(numeric)) return { start: at, end: at + numeric[0].length }
  for (const pattern of [DAY_FIRST, COMPACT, EAST_ASIAN]) {
    const match = matchAt(pattern, text, at)
    if (match) return { start: at, end: at + match[0].length }
  }
  // The month stands before the word that has a digit.
  const before = /(\p{L}{3,9})\.? $/u.exec(text.slice(Math.max(0, at - 12), at))
  if (!before) return undefined
  const start = at - before[0].length
  const match = matchAt(MONTH_FIRST, text, start)
  return match ? { start, end: start + match[0].length } : undefined
}

function isDate([, first = '', , second = '', third = '']: RegExpExecArray): boolean {
  if (first.length === 4) return isDay(Number(first), Number(second), Number(third))
  if (first.length > 2 || third.length === 3) return false
  const year = Number(third)
  return isDay(year, Number(second), Number(first)) || isDay(year, Number(first), Number(second))
}
