/** Columns of the keyword automaton: characters folded so far that a keyword may wake too often, never too seldom. */
export const SYMBOLS = 128

/** A fold of UTF-16 code units into {@link SYMBOLS} symbols. */
export type SymbolTable = Uint8Array

const FIRST_FREE = 0x41
const FREE = 26
/** Blocks in which letters have two cases. */
const CASED: readonly (readonly [from: number, to: number])[] = [
  [0x80, 0x58f],
  [0x10a0, 0x10ff],
  [0x1c80, 0x1cbf],
  [0x1d00, 0x1fff],
  [0x2100, 0x218f],
  [0x2c00, 0x2d2f],
  [0xa640, 0xa7ff],
  [0xab30, 0xabbf],
]

/** Makes the table for one way of folding single characters (the result's first character counts). */
export function symbolTable(fold: (character: string) => string): SymbolTable {
  const table = new Uint8Array(65_536)
  // The symbols of capital letters are free, since those fold to small ones: all that is not ASCII shares them.
  for (let code = 0; code < 65_536; code++) table[code] = code < 128 ? code : FIRST_FREE + (code % FREE)
  for (let code = 0; code < 128; code++) table[code] = symbolOf(fold(String.fromCharCode(code)))
  for (const [from, to] of CASED) {
    for (let code = from; code <= to; code++) table[code] = symbolOf(fold(String.fromCharCode(code)))
  }
  return table
}

function symbolOf(folded: string): number {
  const code = folded.charCodeAt(0)
  if (code < 128) return code >= FIRST_FREE && code < FIRST_FREE + FREE ? code + 32 : code
  return FIRST_FREE + (code % FREE)
}

/** Case folded, marks taken off, white space made one: `É` wakes what `e` wakes. */
export function foldCase(character: string): string {
  if (/\s/.test(character)) return ' '
  return character.normalize('NFKD').toLowerCase()
}
