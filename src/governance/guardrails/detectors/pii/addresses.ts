import { matchAt } from '../../engine/match-at.ts'
import type { Finding } from '../../engine/rule.ts'
import type { Numbers } from './words.ts'

const NAME = "\\p{Lu}[\\p{L}'’.-]{0,30}"
const UNIT = '(?:,? (?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|Fl|Room|Rm|#)\\.? ?#?[0-9A-Za-z-]{1,8})?'
const PLACE = `(?:,? ${NAME}(?: ${NAME}){0,3}){0,2}`
const ZIP =
  '(?:,? (?:[A-Z]{2}|[A-Z][a-z]+) \\d{5}(?:-\\d{4})?|,? [A-Z]{1,2}\\d[0-9A-Z]? ?\\d[A-Z]{2}|,? [A-Z]\\d[A-Z] ?\\d[A-Z]\\d|,? \\d{5}(?:-\\d{4})?)?'
const ENGLISH = new RegExp(
  `\\d{1,6}[A-Za-z]?(?:-\\d{1,5})?,? (?:(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West)\\.? )?(?:(?:${NAME}|\\d{1,3}(?:st|nd|rd|th)) ){1,4}(?:Street|St|Avenue|Ave|Av|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Place|Pl|Square|Sq|Terrace|Ter|Way|Parkway|Pkwy|Highway|Hwy|Circle|Cir|Close|Crescent|Cres|Gardens|Grove|Mews|Row|Trail|Trl|Loop|Alley|Quay|Plaza)\\b\\.?${UNIT}${PLACE}${ZIP}`,
  'uy',
)
const FRENCH = new RegExp(
  `\\d{1,4}(?: ?(?:bis|ter|quater|[A-D]))?,? (?:(?:[Rr]ue|[Aa]venue|[Aa]v\\.|[Bb]oulevard|[Bb]d|[Cc]hemin|[Ii]mpasse|[Aa]llée|[Qq]uai) |(?:[Pp]lace|[Cc]ours|[Rr]oute|[Ss]quare|[Pp]assage) (?=d[eu] |des |d['’]|l[ae] |${NAME}))(?:(?:de|du|des|la|le|les|à|l['’]|d['’])[ ]?){0,3}(?:${NAME}[ -]?){1,4}(?:,? ?\\d{5} ${NAME}(?:[ -]${NAME}){0,2})?`,
  'uy',
)
/** The street stands before the number; its last part says that it is one. */
const STREET_FIRST =
  /(?:(?:\p{Lu}[\p{L}'’.-]{1,30}[ -]){0,3}(?:[\p{L}-]{2,30}stra(?:ß|ss)e|\p{Lu}[\p{L}-]{1,30}(?:str\.|weg|platz|allee|gasse|ring|damm|ufer|straat|laan|plein|gracht|kade|singel|gatan|vägen|vej|gade|vei|gata|katu|tie|utca)|Unter den Linden|(?<of>(?:Am|An der|Auf dem|Im|Zum|Zur|Unter den) \p{Lu}[\p{L}-]{2,30}))|(?:Calle|C\/|Avenida|Avda\.|Av\.|Plaza|Paseo|Pza\.|Camino|Carrera|Rua|Travessa|Praça|Via|Viale|Piazza|Corso|Largo|Vicolo|ul\.|ulica|al\.|aleja)(?: (?:de|del|della|dei|delle|la|las|los|el|da|do|dos|das|di|d'|y|e)){0,3}(?: \p{Lu}[\p{L}'’.-]{0,30}){1,4},?) (?:n[.º°]? ?|nr\.? |no\.? |núm\.? ?)?$/u
const HOUSE = /\d{1,4}(?: ?[a-zA-Z](?![\p{L}\p{N}]))?(?:[-/]\d{1,4})?(?![\p{L}\d]|[.,]\d)/uy
const TOWN =
  /,?\s{1,2}(?:[A-Z]{1,2}-)?(?:\d{5}|\d{4} ?[A-Z]{2}|\d{4}|\d{2}-\d{3}|\d{3} \d{2}|\d{4}-\d{3}) \p{Lu}[\p{L}.-]{1,30}(?:[ /-]\p{Lu}[\p{L}.-]{1,30}){0,2}/uy
const BOX = /(?:P\.? ?O\.? ?Box|Postfach|Boîte postale|BP|Apartado(?: de correos)?|Casella postale) (?:n[.º°] ?)?$/i
const TITLE_BEFORE = 70

/** Postal addresses: a street with a number, in the order of several countries, with the town where it follows. */
export function postalIn({ text, words }: Numbers): readonly Finding[] {
  const found: Finding[] = []
  for (const { start, end } of words) {
    if (end - start > 6 || (found.at(-1)?.end ?? 0) > start) continue
    // What stands on both sides of a number in code or in a table is seldom a letter behind one space.
    const follows = text.charAt(end) === ' ' || text.charAt(end) === ','
    const address =
      (follows && LETTER.test(text.charAt(end + 1) + text.charAt(end + 2)) ? numberFirst(text, start) : undefined) ??
      (text.charAt(start - 1) === ' ' && LETTER.test(text.charAt(start - 2) + text.charAt(start - 3))
        ? streetFirst(text, start)
        : undefined)
    if (address) found.push({ ...address, kind: 'POSTAL_ADDRESS' })
  }
  return found
}

const LETTER = /[\p{L}.]/u

function numberFirst(text: string, at: number): Omit<Finding, 'kind'> | undefined {
  if (/[\w.,/-]/.test(text.charAt(at - 1))) return undefined
  for (const pattern of [ENGLISH, FRENCH]) {
    const match = matchAt(pattern, text, at)
    if (match) return { start: at, end: at + trimmed(match[0]), score: 0.8 }
  }
  return undefined
}

function streetFirst(text: string, at: number): Omit<Finding, 'kind'> | undefined {
  const from = Math.max(0, at - TITLE_BEFORE)
  const before = text.slice(from, at)
  const street = STREET_FIRST.exec(before) ?? BOX.exec(before)
  if (!street) return undefined
  const house = matchAt(HOUSE, text, at)
  if (!house) return undefined
  const end = at + house[0].length
  const town = matchAt(TOWN, text, end)
  // `Im Jahr 1909` is none; `Im Winkel 5, 10115 Berlin` is one.
  if (!town && street.groups?.of !== undefined) return undefined
  return { start: from + street.index, end: end + trimmed(town?.[0] ?? ''), score: town ? 0.9 : 0.7 }
}

/** The length without the full stop of the sentence. */
function trimmed(text: string): number {
  return text.replace(/[\s.,]+$/, '').length
}
