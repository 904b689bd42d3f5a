/** Words around a value, in several languages, that say what it is. */
export interface Context {
  readonly test: (text: string) => boolean
}

const BEFORE = 64
const AFTER = 28
/** Abbreviations that are ordinary words in some language: they count in capitals, or with a colon behind them. */
const AMBIGUOUS: ReadonlySet<string> = new Set(
  'bel|bir|cc|cf|dl|ein|eth|fin|inn|kt|naf|nas|nie|nin|nit|pan|pin|pk|ref|rfc|ring|ruc|ruf|run|rut|sin|sol|tin|uid|bsb|aba|dial'.split(
    '|',
  ),
)

/**
 * Makes a context of words. Short ones stand alone (`tin` is no part of `continue`); long ones may be parts of a name:
 * `customerPassportNumber`.
 */
export function contextOf(words: string): Context {
  const all = words.split('|').map((word) => word.trim())
  const ambiguous = all.filter((word) => AMBIGUOUS.has(word))
  const alone = all.filter((word) => word.length <= 4 && !AMBIGUOUS.has(word))
  const parts = all.filter((word) => word.length > 4 && !AMBIGUOUS.has(word))
  const sources = [
    ...(alone.length > 0 ? [`(?<!\\p{L})(?:${alone.join('|')})(?!\\p{L})`] : []),
    ...(parts.length > 0 ? [`(?:${parts.join('|')})`] : []),
    ...(ambiguous.length > 0
      ? [`(?<!\\p{L})(?:${ambiguous.join('|')})(?: (?:no|nr|num|number|code|id))?\\.? ?[:=#]`]
      : []),
  ]
  const anyCase = new RegExp(sources.join('|'), 'iu')
  if (ambiguous.length === 0) return { test: (text) => anyCase.test(text) }
  const capitals = new RegExp(`(?<!\\p{L})(?:${ambiguous.join('|').toUpperCase()})(?!\\p{L})`, 'u')
  return { test: (text) => anyCase.test(text) || capitals.test(text) }
}

/** Where a value stands. */
export interface Place {
  readonly text: string
  readonly start: number
  readonly end: number
}

/** Whether words of the context stand before a value, or close behind it; names are read without `_` and humps. */
export function hasContext({ text, start, end }: Place, context: Context): boolean {
  const before = wordsIn(text.slice(Math.max(0, start - BEFORE), start))
  if (context.test(before)) return true
  const after = text.slice(end, end + AFTER)
  const sentence = after.search(/[.;!?\n]\s|\n/)
  return context.test(wordsIn(sentence < 0 ? after : after.slice(0, sentence)))
}

/** Whether words of the context stand close before a value. */
export function followsContext({ text, start }: Place, context: Context, reach = 28): boolean {
  return context.test(wordsIn(text.slice(Math.max(0, start - reach), start)))
}

function wordsIn(text: string): string {
  return text.replace(/[_"'`*]+/g, ' ').replace(/([a-z])(?=[A-Z])/g, '$1 ')
}

/** What numbers are called that belong to nobody: goods, papers, versions. */
export const IMPERSONAL = contextOf(
  'order|orders|invoice|tracking|shipment|parcel|serial|sku|ticket|ref|reference|version|build|isbn|issn|ean|upc|gtin|commit|part no|part number|model no|transaction|case no|case number|batch|lot|item|article|artikel|bestell|rechnung|auftrag|sendung|vorgang|aktenzeichen|seriennummer|charge|commande|facture|suivi|colis|pedido|factura|envío|ordine|fattura|spedizione|lotto|encomenda|bestelling|factuur|zamówieni|faktur|order id|request id|trace|span|uuid|checksum|hash|timestamp|epoch|imei|barcode|product id|doi|arxiv|rfc',
)
