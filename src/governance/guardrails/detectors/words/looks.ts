/** Characters that pass for others, by what they pass for: digits and signs as letters, letters of other scripts. */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  a: '4@аαɑ',
  b: '8вьβ',
  c: '(сϲ',
  d: 'ԁ',
  e: '3€еєε',
  g: '6ɡ',
  h: 'һн',
  i: '1!|lіїιɩ¡',
  j: 'ј',
  k: 'кκ',
  m: 'м',
  n: 'пη',
  o: '0оοσ',
  p: 'рρ',
  r: 'г',
  s: '5$ѕ',
  t: '7+тτ',
  u: 'υս',
  v: 'νѵ',
  w: 'ԝω',
  x: 'х×χ',
  y: 'уγ',
  z: '2ᴢ',
}

const LOOKS: ReadonlyMap<string, string> = new Map(
  Object.entries(LOOK_ALIKES).flatMap(([plain, alikes]) => [...alikes].map((alike) => [alike, plain] as const)),
)

/** The plain letter that a character passes for: `Ф` stays, `0` is `o`, `É` is `e`, `l` and `1` are `i`. */
export function plainLook(character: string): string {
  if (/\s/.test(character)) return ' '
  const folded = character.normalize('NFKD').charAt(0).toLowerCase()
  return LOOKS.get(folded) ?? folded
}
