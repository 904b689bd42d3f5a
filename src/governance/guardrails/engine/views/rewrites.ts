import { ownView, rewrite, type View } from '../view.ts'
import { asItLooks, FOREIGN_WORD } from './confusables.ts'

/** Letters of other alphabets as what they look like; undefined when the text is what it seems. */
export function foldedView(text: string): View | undefined {
  return rewrite(text, FOREIGN_WORD, asItLooks)
}

const LEET: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '8': 'b',
  '@': 'a',
  $: 's',
  '!': 'i',
  '|': 'l',
}
const LEET_WORD = /(?<![\w@$!|+-])[A-Za-z0134578@$!|]{2,24}(?![\w@$|+])/g
const LEET_SIGN = /[0134578@$!|]/g

/** Fewer such words are names and versions: `v1`, `x86`. */
const FEWEST_LEET_WORDS = 3

/** `1gn0r3` as `ignore`; undefined when too few words are written so. */
export function leetView(text: string): View | undefined {
  let changed = 0
  const view = rewrite(text, LEET_WORD, (word) => {
    const plain = unleet(word)
    if (plain !== word) changed++
    return plain
  })
  return changed < FEWEST_LEET_WORDS ? undefined : view
}

function unleet(word: string): string {
  const [, core = word, end = ''] = /^(.*?)(!*)$/.exec(word) ?? []
  const letters = core.match(/[A-Za-z]/g)?.length ?? 0
  const signs = core.match(LEET_SIGN)?.length ?? 0
  if (signs === 0 || (letters === 0 && core.length > 3) || letters * 2 < signs) return word
  return core.replace(LEET_SIGN, (sign) => LEET[sign] ?? sign) + end
}

const PERCENT = /(?:%[0-9A-Fa-f]{2})+|(?<=[\w%])\+(?=[\w%])/g

/** Percent-encoding undone; `+` between words becomes a space where anything else is encoded. */
export function urlView(text: string): View | undefined {
  return rewrite(text, PERCENT, (run) => {
    if (run === '+') return ' '
    const bytes = Buffer.from(run.replaceAll('%', ''), 'hex')
    const decoded = bytes.toString('utf8')
    return decoded.includes('\ufffd') ? bytes.toString('latin1') : decoded
  })
}

const ENTITY = /&(?:#(\d{1,7})|#[xX]([0-9A-Fa-f]{1,6})|([A-Za-z]{2,8}));?/g
const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  shy: '',
  Tab: '\t',
  NewLine: '\n',
  excl: '!',
  num: '#',
  dollar: '$',
  percnt: '%',
  lpar: '(',
  rpar: ')',
  ast: '*',
  plus: '+',
  comma: ',',
  period: '.',
  sol: '/',
  colon: ':',
  semi: ';',
  equals: '=',
  quest: '?',
  commat: '@',
  lsqb: '[',
  bsol: '\\',
  rsqb: ']',
  lowbar: '_',
  lcub: '{',
  vert: '|',
  rcub: '}',
  hyphen: '-',
  zwj: '',
  zwnj: '',
}

/** HTML's character references undone. */
export function htmlView(text: string): View | undefined {
  return rewrite(text, ENTITY, (entity) => {
    const [, decimal, hexadecimal, name] = new RegExp(ENTITY.source).exec(entity) ?? []
    if (name !== undefined) return NAMED[name] ?? entity
    const code = decimal === undefined ? Number.parseInt(hexadecimal ?? '', 16) : Number(decimal)
    return code > 0 && code <= 0x10_ff_ff ? String.fromCodePoint(code) : entity
  })
}

const ESCAPES = /\\(?:u\{[0-9A-Fa-f]{1,6}\}|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|U[0-9A-Fa-f]{8})/g

/** JSON's, JavaScript's and Python's numbered escapes undone, in texts that are no JSON themselves. */
export function escapesView(text: string): View | undefined {
  return rewrite(text, ESCAPES, (written) => {
    const code = Number.parseInt(written.replace(/[\\uxU{}]/g, ''), 16)
    if (code > 0x10_ff_ff) return written
    return code > 0xffff ? String.fromCodePoint(code) : String.fromCharCode(code)
  })
}

/** Every Latin letter 13 places further. */
export function rotatedView(text: string): View {
  const turned = text.replace(/[A-Za-z]/g, (letter) => {
    const code = letter.charCodeAt(0)
    const base = code < 97 ? 65 : 97
    return String.fromCharCode(base + ((code - base + 13) % 26))
  })
  return { ...ownView(turned) }
}

/** From back to front. What is found in it ends where it begins. */
export function reversedView(text: string): View {
  const { length } = text
  // A place is turned round together with its other end: see `span` of the views that are made of this.
  return { text: [...text].reverse().join(''), from: (at) => length - at, until: (at) => length - at }
}
