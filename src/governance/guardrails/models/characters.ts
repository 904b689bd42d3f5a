/** What a character is to the tokeniser. Not looked at yet: ask {@link CharacterTable.learn}. */
export const UNKNOWN = 0
/** A letter or digit: a token grows by it. */
export const LETTER = 1
/** An ASCII digit. */
export const DIGIT = 2
/** An ideograph or kana: a token by itself. */
export const IDEOGRAPH = 3
/** Punctuation, a symbol, half of a surrogate pair. */
export const MARK = 4
/** Ends a line. */
export const NEWLINE = 5
/** Belongs to a word without changing it: an apostrophe, a combining mark, a soft hyphen. */
export const SILENT = 6
/** White space within a line. */
export const SPACE = 7

/** The class and the folded form of UTF-16 code units: lower case, Latin letters without their accents. */
export interface CharacterTable {
  readonly kind: Uint8Array
  readonly fold: Uint16Array
  /** Fills in a code unit that is {@link UNKNOWN}, and gives its kind. */
  readonly learn: (unit: number) => number
}

const UNITS = 65_536
const ASCII = 128
const LETTERS = /\p{L}|\p{N}/u
const MARKS = /\p{M}/u
const IDEOGRAPHS = /[\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]/
const NEWLINES = /[\n\r\u2028\u2029]/
const SILENT_MARKS = /['\u2019\u02bc\u00ad]/

/** A table that knows ASCII, and learns the rest as texts bring it. */
export function characterTable(): CharacterTable {
  const kind = new Uint8Array(UNITS)
  const fold = new Uint16Array(UNITS)
  const learn = (unit: number): number => {
    const own = kindOf(String.fromCharCode(unit), unit)
    kind[unit] = own
    fold[unit] = own === LETTER ? foldOf(unit) : unit
    return own
  }
  for (let unit = 0; unit < ASCII; unit++) learn(unit)
  return { kind, fold, learn }
}

function kindOf(character: string, unit: number): number {
  if (NEWLINES.test(character)) return NEWLINE
  if (unit >= 48 && unit <= 57) return DIGIT
  if (SILENT_MARKS.test(character) || MARKS.test(character)) return SILENT
  if (IDEOGRAPHS.test(character)) return IDEOGRAPH
  // Half of a character beyond the first plane is a mark: letters there are rare, and views have folded the fancy ones.
  if (LETTERS.test(character)) return LETTER
  return unit <= 32 || unit === 127 || /\s/.test(character) ? SPACE : MARK
}

function foldOf(unit: number): number {
  const lower = String.fromCharCode(unit).toLowerCase()
  const isLatin = unit < 0x02_50 || (unit >= 0x1e_00 && unit < 0x1f_00)
  return isLatin ? lower.normalize('NFD').charCodeAt(0) : lower.length === 1 ? lower.charCodeAt(0) : unit
}
