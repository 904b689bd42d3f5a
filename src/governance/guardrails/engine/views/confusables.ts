/**
 * Letters of other alphabets and letter-like signs by the Latin letter that they pass for (a choice from the confusables
 * of Unicode Technical Standard 39; full-width, mathematical and circled letters are folded before).
 */
const LOOKS_LIKE: Readonly<Record<string, string>> = {
  a: 'аαɑᴀǎӓⲁａ',
  b: 'ЬьƄᖯᏏʙ',
  c: 'сϲᴄⲥƈ',
  d: 'ԁⅾɗᗞ',
  e: 'еєҽℯёεᴇ',
  f: 'ғϝꜰẝ',
  g: 'ɡցɢ',
  h: 'һհʜ',
  i: 'іιɩıɪӏ',
  j: 'јϳᴊյ',
  k: 'кκᴋⲕ',
  l: 'ⅼʟן',
  m: 'мᴍⅿ',
  n: 'пηոռɴ',
  o: 'оοσօᴏⲟ๐',
  p: 'рρᴘⲣ',
  q: 'ԛգǫ',
  r: 'гᴦⲅʀ',
  s: 'ѕꜱƽ',
  t: 'тτᴛ',
  u: 'υսᴜʋ',
  v: 'νѵᴠ',
  w: 'ԝωᴡա',
  x: 'хχ×',
  y: 'уүγʏყ',
  z: 'ᴢʐ',
  A: 'АΑᎪ',
  B: 'ВΒᏴ',
  C: 'СϹᏟ',
  D: 'ᎠⅮ',
  E: 'ЕΕᎬ',
  F: 'Ϝᖴ',
  G: 'ԌᏀ',
  H: 'НΗᎻ',
  I: 'ІΙӀ',
  J: 'ЈᎫ',
  K: 'КΚᏦ',
  L: 'Ꮮ',
  M: 'МΜᎷ',
  N: 'Ν',
  O: 'ОΟՕ',
  P: 'РΡᏢ',
  Q: 'Ԛ',
  R: 'ᎡᏒ',
  S: 'ЅՏᏚ',
  T: 'ТΤᎢ',
  U: 'Սᑌ',
  V: 'ѴᏙ',
  W: 'ԜᎳ',
  X: 'ХΧ',
  Y: 'ҮΥУ',
  Z: 'ΖᏃ',
  0: '߀०੦',
  '-': '‐‑‒–−',
  '.': '․。·',
  '/': '∕⁄',
  ':': '∶ː：',
  '@': '﹫',
}

const PLAIN: ReadonlyMap<string, string> = new Map(
  Object.entries(LOOKS_LIKE).flatMap(([plain, alikes]) => [...alikes].map((alike) => [alike, plain] as const)),
)

/** A word with any sign that is not ASCII. */
export const FOREIGN_WORD =
  /[\w\p{L}\p{N}‐‑‒–−․。·∕⁄∶：﹫]*[^\u0000-\u007f][\w\p{L}\p{N}\p{M}‐‑‒–−․。·∕⁄∶：﹫]*|\p{M}+/gu
const ALIKES = [...PLAIN.keys()].join('')
/** A word that mixes alphabets, or that letters are stacked upon. */
const DISGUISED = new RegExp(`[A-Za-z0-9][${ALIKES}]|[${ALIKES}][A-Za-z]|[A-Za-z]\\p{Script=Inherited}`, 'u')
const LATIN = /[A-Za-z0-9]/
const LETTERS = /\p{L}/gu
/** Marks that stay when a letter has been composed with those that belong to it: nobody writes two. */
const STACKED_MARKS = /\p{Script=Inherited}+/gu

/** Whether any word of a text is not what it seems: only then are its words looked at one by one. */
export function isDisguised(text: string): boolean {
  return DISGUISED.test(text)
}

/**
 * A word as it looks: letters of other alphabets become the Latin ones that they pass for, when the word mixes alphabets
 * or has nothing but such letters. Words of those alphabets stay as they are.
 */
export function asItLooks(word: string): string {
  const bare = word.replace(STACKED_MARKS, '')
  const letters = bare.match(LETTERS) ?? []
  const disguised = letters.filter((letter) => PLAIN.has(letter)).length
  const own = letters.length - disguised
  if (!LATIN.test(bare) && (own > 0 || letters.length < 2)) return letters.length > 0 ? bare : plain(bare)
  return plain(bare)
}

function plain(word: string): string {
  let written = ''
  for (const character of word) written += PLAIN.get(character) ?? character
  return written
}
