import type { Finding } from '../../engine/rule.ts'
import { isDialledAtHome, isInternational } from './calling-codes.ts'
import { contextOf, followsContext, hasContext, IMPERSONAL } from './context.ts'
import { type Group, standsAlone } from './groups.ts'

const CONTEXT = contextOf(
  'tel|phone|phones|telephone|mobile|cell|cellphone|call me|call us|call him|call her|call|dial|fax|office|desk|landline|answering|messages to|message to|registered|voicemail|sms|text me|text him|text her|whatsapp|signal|telegram|viber|reach|contact|contacts|hotline|ring|number is|my number|his number|her number|telefon|telefonnummer|handy|mobil|mobilnummer|ruf|rufnummer|durchwahl|erreichbar|anrufen|ruf mich|numéro|téléphone|portable|appel|appeler|joindre|teléfono|telefono|móvil|movil|celular|llame|llamar|llámame|cellulare|chiama|chiamare|numero di|telefone|telemóvel|ligar|telefoon|bel|mobiel|telefonu|komórka|puhelin|телефон|тел|電話|电话|手机|携帯|전화',
)
const NORTH_AMERICAN = /^(?:\+?1[ .-]?)?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[ .-])[2-9]\d{2}[ .-]\d{4}$/
const BRACKETED = /^\(\d{3}\) ?\d{3}[ .-]\d{4}$/
const ROUND = /^\d+00 ?- ?\d+00$/
const DATE = /^(?:\d{1,2}([./-])\d{1,2}\1(?:\d{2}|\d{4})|\d{4}([./-])\d{1,2}\2\d{1,2})$/
const EXTENSION = /^(?: ?(?:x|ext\.?|extension|Durchwahl|poste) ?\d{1,6})(?![\p{L}\p{N}])/iu

/** A telephone number in a group of words, told by its country and its length where it has one. */
export function phoneIn(text: string, group: Group): Finding | undefined {
  const { compact, digitsOnly } = group
  if (!digitsOnly || compact.length < 6 || compact.length > 15) return undefined
  const start = numberStart(text, group)
  const raw = text.slice(start, group.end)
  const score = scoreOf(text, raw, { ...group, start })
  if (score < 0.2) return undefined
  const extension = EXTENSION.exec(text.slice(group.end, group.end + 24))
  return { start, end: group.end + (extension?.[0].length ?? 0), kind: 'PHONE', score }
}

/** With the `+` and the bracket that belong to it. */
function numberStart(text: string, { start }: Group): number {
  let from = start
  if (text.charAt(from - 1) === '(') from--
  if (text.charAt(from - 1) === '+') from--
  if (text.charAt(from - 1) === '(' && text.charAt(from) === '+') from--
  return from
}

function scoreOf(text: string, raw: string, group: Group): number {
  const { compact, start, end } = group
  const international = /^\(?\+/.test(raw) || (compact.startsWith('00') && compact.length >= 11)
  if (!standsAlone(text, { start, end }) && !international) return 0
  if (DATE.test(raw)) return 0
  const impersonal = followsContext({ text, start, end }, IMPERSONAL)
  const named = hasContext({ text, start, end }, CONTEXT)
  if (international) return isInternational(compact.replace(/^00/, '')) ? 0.95 : named ? 0.75 : 0.3
  if (impersonal && !named) return 0
  if (NORTH_AMERICAN.test(raw)) return named ? 0.95 : 0.7
  if (BRACKETED.test(raw)) return named ? 0.9 : 0.6
  if (named) return isPlausible(raw, group) ? 0.8 : 0.3
  const spaced = group.signs.length > 0
  if (!spaced || !compact.startsWith('0') || compact.length < 9 || /^0[0. ]/.test(raw)) return 0.1
  return isDialledAtHome(compact) ? 0.6 : 0.2
}

function isPlausible(raw: string, { compact, signs }: Group): boolean {
  if (compact.length < 7 && signs.length === 0) return false
  // Decimals, differences and ranges.
  if (signs.includes(' - ') || ROUND.test(raw) || (signs.includes('.') && new Set(signs).size > 1)) return false
  if (compact.length >= 7) return !/^(\d)\1+$/.test(compact)
  return /^[\d() -]+$/.test(raw)
}
