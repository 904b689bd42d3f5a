import { isDate, luhn, mod11, mod1110, weighted } from './checks.ts'
import type { IdDeclaration } from './id-format.ts'

const last = (value: string) => Number(value.slice(-1))

function isPolishTax(value: string): boolean {
  return mod11(value, [6, 5, 7, 2, 3, 4, 5, 6, 7])
}

function isPesel(value: string): boolean {
  const month = Number(value.slice(2, 4)) % 20
  const date = value.slice(0, 2) + String(month).padStart(2, '0') + value.slice(4, 6)
  return isDate(date, 'ymd') && weighted(value, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0
}

function isCzech(value: string): boolean {
  const month = Number(value.slice(2, 4)) % 50
  const date = value.slice(0, 2) + String(month > 20 ? month - 20 : month).padStart(2, '0') + value.slice(4, 6)
  return (
    isDate(date, 'ymd') && (Number(value) % 11 === 0 || (Number(value.slice(0, 9)) % 11 === 10 && last(value) === 0))
  )
}

function isBulgarian(value: string): boolean {
  const month = Number(value.slice(2, 4)) % 20
  return (
    isDate(value.slice(0, 2) + String(month).padStart(2, '0') + value.slice(4, 6), 'ymd') &&
    mod11(value, [2, 4, 8, 5, 10, 9, 7, 3, 6], 0)
  )
}

function isYugoslav(value: string): boolean {
  const rest = 11 - (weighted(value.slice(0, 12), [7, 6, 5, 4, 3, 2]) % 11)
  return isDate(value.slice(0, 4) + value.slice(5, 7), 'dmy') && (rest > 9 ? 0 : rest) === last(value)
}

function isBaltic(value: string): boolean {
  let rest = weighted(value.slice(0, 10), [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11
  if (rest === 10) rest = weighted(value.slice(0, 10), [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11
  return rest % 10 === last(value) && isDate(value.slice(1, 7), 'ymd')
}

const GENERIC = 'national id|identity number|personal number|identification number|id number|citizen number'

/** Numbers of the states in the east and south-east of Europe. Each check is the one that the state publishes. */
export const EASTERN_EUROPEAN_IDS: readonly IdDeclaration[] = [
  { kind: 'PL_PESEL', lengths: [11], shape: '\\d{11}', strength: 'weak', check: isPesel, words: `pesel|${GENERIC}` },
  {
    kind: 'PL_NIP',
    group: 'TAX_ID',
    lengths: [10],
    shape: '\\d{10}',
    strength: 'weak',
    written: '\\d{3}-\\d{3}-\\d{2}-\\d{2}',
    check: isPolishTax,
    words: 'nip|podatk|vat|tax',
  },
  {
    kind: 'CZ_BIRTH_NUMBER',
    lengths: [10],
    shape: '\\d{10}',
    strength: 'written',
    written: '\\d{6}/\\d{4}',
    check: isCzech,
    words: 'rodné|rodne|rč|birth number',
  },
  {
    kind: 'HU_TAX_ID',
    group: 'TAX_ID',
    lengths: [10],
    shape: '8\\d{9}',
    strength: 'weak',
    check: (value) => weighted(value.slice(0, 9), [1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11 === last(value),
    words: 'adóazonosító|adoazonosito|adószám|tax',
  },
  {
    kind: 'HU_HEALTH_ID',
    group: 'HEALTH_ID',
    lengths: [9],
    shape: '\\d{9}',
    strength: 'weak',
    written: '\\d{3} \\d{3} \\d{3}',
    check: (value) => weighted(value.slice(0, 8), [3, 7]) % 10 === last(value),
    words: 'taj|társadalombiztosítási|taj-szám',
  },
  {
    kind: 'RO_CNP',
    lengths: [13],
    shape: '[1-9]\\d{12}',
    strength: 'strong',
    check: (value) => isDate(value.slice(1, 7), 'ymd') && mod11(value, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9], 1),
    words: 'cnp|cod numeric personal',
  },
  { kind: 'BG_EGN', lengths: [10], shape: '\\d{10}', strength: 'weak', check: isBulgarian, words: 'egn|егн' },
  {
    kind: 'HR_OIB',
    lengths: [11],
    shape: '\\d{11}',
    strength: 'weak',
    check: mod1110,
    words: 'oib|osobni identifikacijski',
  },
  {
    kind: 'RS_JMBG',
    lengths: [13],
    shape: '\\d{13}',
    strength: 'strong',
    check: isYugoslav,
    words: 'jmbg|emšo|emso|jedinstveni|matični|embg',
  },
  {
    kind: 'GR_AMKA',
    lengths: [11],
    shape: '\\d{11}',
    strength: 'weak',
    check: (value) => isDate(value.slice(0, 6), 'dmy') && luhn(value),
    words: 'amka|αμκα',
  },
  {
    kind: 'GR_TAX_ID',
    group: 'TAX_ID',
    lengths: [9],
    shape: '\\d{9}',
    strength: 'weak',
    check: (value) => (weighted(value.slice(0, 8), [256, 128, 64, 32, 16, 8, 4, 2]) % 11) % 10 === last(value),
    words: 'afm|αφμ|α\\.φ\\.μ',
  },
  {
    kind: 'EE_ISIKUKOOD',
    lengths: [11],
    shape: '[1-6]\\d{10}',
    strength: 'strong',
    check: isBaltic,
    words: 'isikukood|asmens kodas|personal code',
  },
  {
    kind: 'LV_PERSONAL_CODE',
    lengths: [11],
    shape: '(?:32\\d{9}|\\d{11})',
    strength: 'weak',
    written: '\\d{6}-\\d{5}',
    check: (value) => value.startsWith('32') || isDate(value.slice(0, 6), 'dmy'),
    words: 'personas kods|pk|latvian',
  },
  {
    kind: 'UA_TAX_ID',
    group: 'TAX_ID',
    lengths: [10],
    shape: '\\d{10}',
    strength: 'weak',
    check: (value) =>
      (((weighted(value.slice(0, 9), [-1, 5, 7, 9, 4, 6, 10, 5, 7]) % 11) + 11) % 11) % 10 === last(value),
    words: 'рнокпп|іпн|ипн|rnokpp|ідентифікаційний',
  },
  {
    kind: 'RU_INN',
    group: 'TAX_ID',
    lengths: [12],
    shape: '\\d{12}',
    strength: 'weak',
    check: (value) =>
      (weighted(value.slice(0, 10), [7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10 === Number(value.charAt(10)) &&
      (weighted(value.slice(0, 11), [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10 === Number(value.charAt(11)),
    words: 'инн|inn',
  },
  {
    kind: 'RU_SNILS',
    lengths: [11],
    shape: '\\d{11}',
    strength: 'written',
    written: '\\d{3}-\\d{3}-\\d{3} \\d{2}',
    check: (value) => (weighted(value.slice(0, 9), [9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101) % 100 === Number(value.slice(9)),
    words: 'снилс|snils',
  },
]
