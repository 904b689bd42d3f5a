import { isDate, luhn, mod1110, remainder, weighted } from './checks.ts'
import type { IdDeclaration } from './id-format.ts'

const DNI_LETTERS = 'TRWAGMYFPDXBNJZSQVHLCKE'
const CF_ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23]
const PPS_LETTERS = 'WABCDEFGHIJKLMNOPQRSTUV'
const HETU_SIGNS = '0123456789ABCDEFHJKLMNPRSTUVWXY'

const last = (value: string) => Number(value.slice(-1))

function isGermanTaxId(value: string): boolean {
  const counts = new Map<string, number>()
  for (const digit of value.slice(0, 10)) counts.set(digit, (counts.get(digit) ?? 0) + 1)
  // One digit twice or three times, the others once at most.
  const repeated = [...counts.values()].filter((count) => count > 1)
  return repeated.length === 1 && (repeated[0] ?? 0) <= 3 && mod1110(value)
}

function isGermanPensionNumber(value: string): boolean {
  const letter = String(value.charCodeAt(8) - 64).padStart(2, '0')
  const digits = value.slice(0, 8) + letter + value.slice(9, 11)
  const sum = Array.from(digits).reduce((total, digit, place) => {
    const product = Number(digit) * ([2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1][place] ?? 0)
    return total + Math.floor(product / 10) + (product % 10)
  }, 0)
  return sum % 10 === last(value) && Number(value.slice(2, 4)) <= 81
}

function isDutch(value: string): boolean {
  return weighted(value, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0 && value !== '000000000'
}

function isBelgian(value: string): boolean {
  const check = Number(value.slice(9))
  const own = value.slice(0, 9)
  // A month of 0 says that the day of birth is not known.
  if (value.slice(2, 4) !== '00' && !isDate(value.slice(0, 6), 'ymd')) return false
  return 97 - (Number(own) % 97) === check || 97 - (Number(`2${own}`) % 97) === check
}

function isFrench(value: string): boolean {
  const digits = value.replace('2A', '19').replace('2B', '18')
  return 97 - remainder(digits.slice(0, 13), 97) === Number(digits.slice(13))
}

function isFiscalCode(value: string): boolean {
  let sum = 0
  for (let place = 0; place < 15; place++) {
    const code = value.charCodeAt(place)
    const number = code < 65 ? code - 48 : code - 65
    sum += place % 2 === 0 ? (CF_ODD[number] ?? 0) : number
  }
  return String.fromCharCode(65 + (sum % 26)) === value.charAt(15)
}

function isIrish(value: string): boolean {
  const second = value.charAt(8)
  const extra = second === '' || second === 'W' ? 0 : (second.charCodeAt(0) - 64) * 9
  return PPS_LETTERS.charAt((weighted(value.slice(0, 7), [8, 7, 6, 5, 4, 3, 2]) + extra) % 23) === value.charAt(7)
}

function isNorwegian(value: string): boolean {
  const first = (11 - (weighted(value.slice(0, 9), [3, 7, 6, 1, 8, 9, 4, 5, 2]) % 11)) % 11
  const second = (11 - (weighted(value.slice(0, 10), [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11
  return first === Number(value.charAt(9)) && second === Number(value.charAt(10))
}

/** Numbers given to foreigners have a day of birth with 40 added. */
function isNorwegianDate(value: string): boolean {
  const day = Number(value.slice(0, 2))
  return isDate(String(day > 40 ? day - 40 : day).padStart(2, '0') + value.slice(2, 6), 'dmy')
}

function isHetu(value: string): boolean {
  const digits = value.slice(0, 6) + value.slice(-4, -1)
  return isDate(value.slice(0, 6), 'dmy') && HETU_SIGNS.charAt(Number(digits) % 31) === value.slice(-1)
}

function isNhs(value: string): boolean {
  const check = (11 - (weighted(value.slice(0, 9), [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11
  return check === last(value)
}

const isPortuguese = (value: string) => {
  const check = 11 - (weighted(value.slice(0, 8), [9, 8, 7, 6, 5, 4, 3, 2]) % 11)
  return (check > 9 ? 0 : check) === last(value)
}

const GENERIC = 'national id|identity number|personal number|identification number|id number|citizen number'

/** Numbers of the states in the north, west and south of Europe. Each check is the one that the state publishes, as python-stdnum describes it. */
export const EUROPEAN_IDS: readonly IdDeclaration[] = [
  {
    kind: 'DE_TAX_ID',
    group: 'TAX_ID',
    lengths: [11],
    shape: '[1-9]\\d{10}',
    strength: 'written',
    written: '\\d{2} \\d{3} \\d{3} \\d{3}',
    check: isGermanTaxId,
    words: 'steuer|idnr|tin|tax|identifikationsnummer|finanzamt',
  },
  {
    kind: 'DE_SOCIAL_SECURITY',
    lengths: [12],
    shape: '\\d{8}[A-Z]\\d{3}',
    strength: 'strong',
    check: isGermanPensionNumber,
    words: 'rentenversicherung|sozialversicherung|versicherungsnummer|rvnr|svnr|social security',
  },
  {
    kind: 'DE_HEALTH_ID',
    group: 'HEALTH_ID',
    lengths: [10],
    shape: '[A-Z]\\d{9}',
    strength: 'weak',
    check: (value) => luhnFromLeft(String(value.charCodeAt(0) - 64).padStart(2, '0') + value.slice(1)),
    words: 'krankenversicher|versichertennummer|kvnr|krankenkasse|gesundheitskarte|health insurance',
  },
  {
    kind: 'DE_ID_CARD',
    lengths: [9, 10],
    shape: '[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{8}\\d?',
    strength: 'weak',
    words: 'personalausweis|ausweisnummer|ausweis|perso|id card|identity card',
  },
  {
    kind: 'AT_SOCIAL_SECURITY',
    lengths: [10],
    shape: '[1-9]\\d{9}',
    strength: 'written',
    written: '\\d{4} \\d{6}',
    check: (value) =>
      weighted(value, [3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11 === Number(value.charAt(3)) && isDate(value.slice(4), 'dmy'),
    words: 'sozialversicherung|svnr|sv-nr|versicherungsnummer|e-card|social security',
  },
  {
    kind: 'CH_AHV',
    lengths: [13],
    shape: '756\\d{10}',
    strength: 'strong',
    written: '756\\.\\d{4}\\.\\d{4}\\.\\d{2}',
    check: (value) => weighted(value, [1, 3]) % 10 === 0,
    words: 'ahv|avs|oasi|sozialversicherung|versichertennummer',
  },
  {
    kind: 'FR_NIR',
    lengths: [15],
    shape: '[1-478]\\d{2}(?:0[1-9]|1[0-2]|[2-9]\\d)(?:\\d{2}|2[AB])\\d{8}',
    strength: 'strong',
    written: '\\d \\d{2} \\d{2} \\d[\\dAB] \\d{3} \\d{3} \\d{2}',
    check: isFrench,
    words: 'nir|insee|sécurité sociale|securite sociale|sécu|numéro de sécu|carte vitale',
  },
  {
    kind: 'FR_TAX_ID',
    group: 'TAX_ID',
    lengths: [13],
    shape: '[0-3]\\d{12}',
    strength: 'weak',
    written: '\\d{2} \\d{2} \\d{3} \\d{3} \\d{3}',
    check: (value) => Number(value.slice(0, 10)) % 511 === Number(value.slice(10)),
    words: 'fiscal|spi|impôt|impot|tax',
  },
  {
    kind: 'ES_DNI',
    lengths: [9],
    shape: '\\d{8}[A-Z]',
    strength: 'strong',
    written: '\\d{2}\\.?\\d{3}\\.?\\d{3}[- ]?[A-Z]',
    check: (value) => DNI_LETTERS.charAt(Number(value.slice(0, 8)) % 23) === value.charAt(8),
    words: 'dni|nif|documento|identidad',
  },
  {
    kind: 'ES_NIE',
    lengths: [9],
    shape: '[XYZ]\\d{7}[A-Z]',
    strength: 'strong',
    check: (value) =>
      DNI_LETTERS.charAt(Number('XYZ'.indexOf(value.charAt(0)) + value.slice(1, 8)) % 23) === value.charAt(8),
    words: 'nie|nif|extranjero|identidad',
  },
  {
    kind: 'ES_SOCIAL_SECURITY',
    lengths: [12],
    shape: '\\d{12}',
    strength: 'weak',
    written: '\\d{2}[ /-]\\d{8}[ /-]\\d{2}',
    check: (value) =>
      Number(value.slice(2, 10)) >= 0 &&
      (Number(value.slice(2, 10)) < 10_000_000
        ? Number(value.slice(0, 2)) * 10_000_000 + Number(value.slice(2, 10))
        : Number(value.slice(0, 10))) %
        97 ===
        Number(value.slice(10)),
    words: 'seguridad social|nuss|naf|afiliación',
  },
  {
    kind: 'IT_FISCAL_CODE',
    group: 'TAX_ID',
    lengths: [16],
    shape: '[A-Z]{6}[0-9LMNPQRSTUV]{2}[ABCDEHLMPRST][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]',
    strength: 'strong',
    check: isFiscalCode,
    words: 'codice fiscale|cf|fiscale',
  },
  {
    kind: 'IT_VAT',
    group: 'TAX_ID',
    lengths: [11],
    shape: '\\d{11}',
    strength: 'weak',
    check: luhn,
    words: 'partita iva|p\\.? ?iva|iva',
  },
  {
    kind: 'PT_NIF',
    group: 'TAX_ID',
    lengths: [9],
    shape: '[1-356789]\\d{8}',
    strength: 'weak',
    check: isPortuguese,
    words: 'nif|contribuinte|fiscal|finanças',
  },
  {
    kind: 'NL_BSN',
    lengths: [9],
    shape: '\\d{9}',
    strength: 'weak',
    check: isDutch,
    words: 'bsn|burgerservicenummer|sofinummer|sofi|citizen service number',
  },
  {
    kind: 'BE_NATIONAL_NUMBER',
    lengths: [11],
    shape: '\\d{11}',
    strength: 'written',
    written: '\\d{2}\\.\\d{2}\\.\\d{2}[- ]\\d{3}[.-]\\d{2}',
    check: isBelgian,
    words: `rijksregister|registre national|rrn|niss|insz|national number|${GENERIC}`,
  },
  {
    kind: 'LU_NATIONAL_ID',
    lengths: [13],
    shape: '(?:19|20)\\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])\\d{5}',
    strength: 'weak',
    words: 'matricule|luxembourg|sozialversicherung|sécurité sociale',
  },
  {
    kind: 'IE_PPS',
    lengths: [8, 9],
    shape: '\\d{7}[A-W][A-IW]?',
    strength: 'strong',
    check: isIrish,
    words: 'pps|ppsn|personal public service',
  },
  {
    kind: 'GB_NINO',
    lengths: [9],
    shape: '(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\\d{6}[A-D]',
    strength: 'strong',
    written: '[A-Z]{2} ?\\d{2} ?\\d{2} ?\\d{2} ?[A-D]',
    words: 'nino|national insurance|insurance number|ni number',
  },
  {
    kind: 'GB_NHS',
    group: 'HEALTH_ID',
    lengths: [10],
    shape: '\\d{10}',
    strength: 'written',
    written: '\\d{3} \\d{3} \\d{4}',
    check: isNhs,
    words: 'nhs|health service|patient',
  },
  {
    kind: 'GB_UTR',
    group: 'TAX_ID',
    lengths: [10],
    shape: '\\d{10}',
    strength: 'weak',
    check: (value) =>
      '21987654321'.charAt(weighted(value.slice(1), [6, 7, 8, 9, 10, 5, 4, 3, 2]) % 11) === value.charAt(0),
    words: 'utr|taxpayer|tax reference|hmrc',
  },
  {
    kind: 'DK_CPR',
    lengths: [10],
    shape: '\\d{10}',
    strength: 'weak',
    written: '\\d{6}-\\d{4}',
    check: (value) => isDate(value.slice(0, 6), 'dmy'),
    words: 'cpr|personnummer|cpr-nummer|danish',
  },
  {
    kind: 'SE_PERSONAL_NUMBER',
    lengths: [10, 12],
    shape: '(?:19|20)?\\d{10}',
    strength: 'written',
    written: '(?:19|20)?\\d{6}[-+]\\d{4}',
    check: (value) => isDate(value.slice(-10, -4), 'ymd') && luhn(value.slice(-10)),
    words: 'personnummer|pnr|person-nr|samordningsnummer|swedish|personal number',
  },
  {
    kind: 'NO_FODSELSNUMMER',
    lengths: [11],
    shape: '\\d{11}',
    strength: 'strong',
    written: '\\d{6} \\d{5}',
    check: (value) => isNorwegianDate(value) && isNorwegian(value),
    words: 'fødselsnummer|fodselsnummer|personnummer|fnr|d-nummer|norwegian',
  },
  {
    kind: 'FI_HETU',
    lengths: [10, 11],
    shape: '\\d{6}A?\\d{3}[0-9A-FHJ-NPR-Y]',
    strength: 'weak',
    written: '\\d{6}[-+A-FU-Y]\\d{3}[0-9A-FHJ-NPR-Y]',
    check: isHetu,
    words: 'hetu|henkilötunnus|henkilotunnus|personbeteckning|finnish',
  },
  {
    kind: 'IS_KENNITALA',
    lengths: [10],
    shape: '\\d{9}[09]',
    strength: 'weak',
    written: '\\d{6}-\\d{4}',
    check: (value) => mod11Complement(value, [3, 2, 7, 6, 5, 4, 3, 2]),
    words: 'kennitala|kt',
  },
]

function mod11Complement(value: string, weights: readonly number[]): boolean {
  const check = (11 - (weighted(value.slice(0, weights.length), weights) % 11)) % 11
  return check === Number(value.charAt(weights.length)) && isDate(value.slice(0, 6), 'dmy')
}

function luhnFromLeft(value: string): boolean {
  let sum = 0
  for (let place = 0; place < value.length - 1; place++) {
    const product = Number(value.charAt(place)) * (place % 2 === 0 ? 1 : 2)
    sum += product > 9 ? product - 9 : product
  }
  return sum % 10 === last(value)
}
