import { hashOf, type Tokens, WORD } from '../tokens.ts'

/** Buckets of hashed features of the tagger. */
export const NAME_BUCKETS = 1 << 17
/** Features of one token, at most. */
export const MOST_NAME_FEATURES = 32

/** Finds which lists of names the hash of a folded word stands in: 1 for given names, 2 for family names, added. */
export type NameLists = (hash: number) => number

/** What is known of a text's tokens before any is decided. */
export interface NameText {
  readonly text: string
  readonly tokens: Tokens
  readonly lists: NameLists
}

/** Small words that stand inside names. */
const INSIDE: ReadonlySet<number> = new Set(
  [
    'von',
    'van',
    'de',
    'der',
    'den',
    'del',
    'della',
    'di',
    'da',
    'dos',
    'la',
    'le',
    'bin',
    'al',
    'el',
    'zu',
    'ten',
    'y',
  ].map(hashOf),
)

/** Whether a token is a small word that stands inside names: "van", "de". */
export function standsInside({ tokens }: NameText, place: number): boolean {
  return tokens.shape[place] === WORD && INSIDE.has(tokens.hash[place] as number)
}

/** Forms of address stand before names and are no part of them. */
const TITLES: ReadonlySet<number> = new Set(
  'mr mrs ms miss dr prof professor herr herrn frau madame monsieur mme mlle señor señora signor signora mevrouw meneer sir'
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .split(' ')
    .map(hashOf),
)

/** Whether a token may be part of a name: a word that begins with a capital letter and is no form of address. */
export function isCandidate({ text, tokens }: NameText, place: number): boolean {
  const begins = tokens.shape[place] === WORD && isUpper(text.charCodeAt(tokens.start[place] as number))
  return begins && !TITLES.has(tokens.hash[place] as number)
}

/** Where a token's own word ends: before the `'s` of possession. */
export function endOfName({ text, tokens }: NameText, place: number): number {
  const end = tokens.end[place] as number
  const isS = text.charAt(end - 1) === 's' || text.charAt(end - 1) === 'S'
  const mark = text.charAt(end - 2)
  return isS && (mark === "'" || mark === '\u2019') ? end - 2 : end
}

function isUpper(unit: number): boolean {
  if (unit < 128) return unit >= 65 && unit <= 90
  const character = String.fromCharCode(unit)
  return character.toLowerCase() !== character
}

/** How a word is written: 0 no capital, 1 `Anna`, 2 `ANNA`, 3 `McAnna`, 4 `A`. */
function writing(name: NameText, place: number): number {
  if (!isCandidate(name, place)) return 0
  const start = name.tokens.start[place] as number
  const end = endOfName(name, place)
  if (end - start === 1) return 4
  let upper = 0
  for (let at = start + 1; at < end; at++) if (isUpper(name.text.charCodeAt(at))) upper++
  return upper === 0 ? 1 : upper === end - start - 1 ? 2 : 3
}

function listsOf(name: NameText, place: number): number {
  const { text, tokens, lists } = name
  const start = tokens.start[place] as number
  const end = endOfName(name, place)
  if (end === tokens.end[place]) return lists(tokens.hash[place] as number)
  return lists(hashOf(text.slice(start, end).toLowerCase()))
}

/** What was decided of the tokens before, as the features read it. */
export interface Decided {
  /** The token before is part of a name. */
  readonly last: boolean
  /** The one before that is, and a small word stands between. */
  readonly over: boolean
}

/** Writes the features of a candidate into `into`; gives how many. */
export function nameFeatures(name: NameText, place: number, { last, over }: Decided, into: Int32Array): number {
  const { text, tokens } = name
  const { hash, prefix, before, end, start, count } = tokens
  const at = (other: number): number => (other < 0 || other >= count ? 1 : (hash[other] as number))
  const wordEnd = endOfName(name, place)
  const own = wordEnd === end[place] ? at(place) : hashOf(text.slice(start[place], wordEnd).toLowerCase())
  const how = writing(name, place)
  const nextHow = place + 1 < count ? writing(name, place + 1) : 0
  const lastHow = place > 0 ? writing(name, place - 1) : 0
  const listed = listsOf(name, place)
  const nextListed = nextHow > 0 ? listsOf(name, place + 1) : 0
  const lastListed = lastHow > 0 ? listsOf(name, place - 1) : 0
  const stands = (before[place] as number) & 15
  const apart = place > 0 ? text.charCodeAt((start[place] as number) - 1) : 32
  const follows = wordEnd < text.length ? text.charCodeAt(wordEnd) : 10
  const tag = (last ? 2 : 0) + (over ? 1 : 0)
  const suffix = hashOf(text.slice(Math.max(start[place] as number, wordEnd - 3), wordEnd).toLowerCase())
  let next = 0
  const put = (kind: number, value: number) => {
    let mixed = Math.imul(value ^ Math.imul(kind, 0x9e_37_79_b1), 0x85_eb_ca_6b)
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2_b2_ae_35)
    into[next++] = (mixed ^ (mixed >>> 16)) & (NAME_BUCKETS - 1)
  }
  put(1, own)
  put(2, prefix[place] as number)
  put(3, suffix)
  put(4, how * 16 + stands)
  put(5, listed * 64 + how * 8 + (stands === 0 ? 0 : 1))
  put(6, at(place - 1))
  put(7, at(place + 1))
  put(8, at(place - 1) ^ Math.imul(at(place - 2), 31))
  put(9, lastHow * 8 + nextHow)
  put(10, tag * 4 + listed)
  put(11, (listed * 4 + nextListed) * 8 + nextHow)
  put(12, ((listed * 4 + lastListed) * 4 + tag) * 8 + how)
  put(13, follows)
  put(14, apart)
  put(15, listed * 256 + (follows & 255))
  put(16, at(place - 1) ^ (listed << 3))
  put(17, at(place + 1) ^ (listed << 3))
  put(18, suffix ^ listed)
  put(19, tag * 8 + nextHow)
  put(20, 0)
  put(21, at(place + 2))
  put(22, at(place - 2))
  const beyond = standsInside(name, place + 1) && place + 2 < count && isCandidate(name, place + 2)
  if (beyond) put(23, listed * 8 + listsOf(name, place + 2))
  if (over) put(24, listed)
  return next
}
