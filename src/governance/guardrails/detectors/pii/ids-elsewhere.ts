import { isDate, isOneDigit, luhn, verhoeff, weighted } from './checks.ts'
import type { IdDeclaration } from './id-format.ts'

const last = (value: string) => Number(value.slice(-1))

/** The two check digits of Brazil: weights rise from the right. */
function brazilian(value: string, first: readonly number[], second: readonly number[]): boolean {
  const digit = (weights: readonly number[]) => {
    const rest = weighted(value.slice(0, weights.length), weights) % 11
    return rest < 2 ? 0 : 11 - rest
  }
  return digit(first) === Number(value.slice(-2, -1)) && digit(second) === last(value) && !isOneDigit(value)
}

function isChinese(value: string): boolean {
  const sum = weighted(value.slice(0, 17), [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
  return '10X98765432'.charAt(sum % 11) === value.charAt(17) && isDate(value.slice(8, 14), 'ymd')
}

function isHongKong(value: string): boolean {
  const letters = value.replace(/\d[\dA]*$/, '').padStart(2, ' ')
  const rest = value.slice(value.length - 7)
  const of = (character: string) => (character === ' ' ? 36 : character.charCodeAt(0) - 55)
  const check = rest.slice(-1) === 'A' ? 10 : last(rest)
  const sum =
    9 * of(letters.charAt(0)) + 8 * of(letters.charAt(1)) + weighted(rest.slice(0, 6), [7, 6, 5, 4, 3, 2]) + check
  return sum % 11 === 0
}

function isTaiwanese(value: string): boolean {
  const number = 'ABCDEFGHJKLMNPQRSTUVXYWZIO'.indexOf(value.charAt(0)) + 10
  const digits = `${number}${value.slice(1)}`
  return weighted(digits, [1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1]) % 10 === 0
}

function isSingaporean(value: string): boolean {
  const first = value.charAt(0)
  const sum =
    weighted(value.slice(1, 8), [2, 7, 6, 5, 4, 3, 2]) + (first === 'T' || first === 'G' ? 4 : first === 'M' ? 3 : 0)
  const letters = first === 'M' ? 'KLJNPQRTUWX' : first === 'S' || first === 'T' ? 'JZIHGFEDCBA' : 'XWUTRQPNMLK'
  return letters.charAt(sum % 11) === value.charAt(8)
}

function isCurp(value: string): boolean {
  const alphabet = '0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ'
  let sum = 0
  for (let place = 0; place < 17; place++) sum += alphabet.indexOf(value.charAt(place)) * (18 - place)
  return (10 - (sum % 10)) % 10 === last(value)
}

function isChilean(value: string): boolean {
  let sum = 0
  for (let place = 0; place < value.length - 1; place++)
    sum += Number(value.charAt(value.length - 2 - place)) * (2 + (place % 6))
  return '0K987654321'.charAt(sum % 11) === value.slice(-1)
}

function isArgentine(value: string): boolean {
  const check = 11 - (weighted(value.slice(0, 10), [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)
  return (check === 11 ? 0 : check === 10 ? 9 : check) === last(value)
}

function isTurkish(value: string): boolean {
  const digits = Array.from(value, Number)
  const at = (place: number) => digits[place] ?? 0
  const odd = at(0) + at(2) + at(4) + at(6) + at(8)
  const even = at(1) + at(3) + at(5) + at(7)
  const tenth = (((odd * 7 - even) % 10) + 10) % 10
  return tenth === at(9) && digits.slice(0, 10).reduce((sum, digit) => sum + digit, 0) % 10 === at(10)
}

const isSocialSecurity = (value: string) =>
  !/^(?:000|666)|^\d{3}00|0000$/.test(value) && !['123456789', '987654321', '078051120', '219099999'].includes(value)

const GENERIC = 'national id|identity number|identity card|identification number|id number|id card|citizen'

/** Numbers of states outside of Europe. Each check is the one that the state publishes, as python-stdnum describes it. */
export const OTHER_IDS: readonly IdDeclaration[] = [
  {
    kind: 'US_SSN',
    lengths: [9],
    shape: '\\d{9}',
    strength: 'written',
    written: '\\d{3}([- .\u2010-\u2015])\\d{2}\\1\\d{4}',
    check: isSocialSecurity,
    words: 'ssn|ssns|social security|social-security|soc sec|itin|taxpayer',
  },
  {
    kind: 'US_EIN',
    group: 'TAX_ID',
    lengths: [9],
    shape: '\\d{9}',
    strength: 'weak',
    written: '\\d{2}-\\d{7}',
    words: 'ein|fein|employer identification|tax id|taxid|tax identification|federal tax|tin',
  },
  {
    kind: 'US_MEDICARE',
    group: 'HEALTH_ID',
    lengths: [11],
    shape: '[1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\\d[AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\\d[AC-HJKMNP-RT-Y]{2}\\d{2}',
    strength: 'strong',
    words: 'medicare|mbi|beneficiary',
  },
  {
    kind: 'US_NPI',
    group: 'HEALTH_ID',
    lengths: [10],
    shape: '[12]\\d{9}',
    strength: 'weak',
    check: (value) => luhn(`80840${value}`),
    words: 'npi|provider identifier',
  },
  {
    kind: 'CA_SIN',
    lengths: [9],
    shape: '[1-79]\\d{8}',
    strength: 'written',
    written: '\\d{3}([- ])\\d{3}\\1\\d{3}',
    check: luhn,
    words: 'sin|social insurance|assurance sociale|nas',
  },
  {
    kind: 'MX_CURP',
    lengths: [18],
    shape: '[A-Z][AEIOUX][A-Z]{2}\\d{6}[HMX][A-Z]{2}[B-DF-HJ-NP-TV-Z]{3}[0-9A-Z]\\d',
    strength: 'strong',
    check: isCurp,
    words: 'curp|clave única',
  },
  {
    kind: 'MX_RFC',
    group: 'TAX_ID',
    lengths: [12, 13],
    shape: '[A-Z&]{3,4}\\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])[0-9A-Z]{2}[0-9A]',
    strength: 'strong',
    words: 'rfc|registro federal',
  },
  {
    kind: 'BR_CPF',
    lengths: [11],
    shape: '\\d{11}',
    strength: 'written',
    written: '\\d{3}\\.\\d{3}\\.\\d{3}-\\d{2}',
    check: (value) => brazilian(value, [10, 9, 8, 7, 6, 5, 4, 3, 2], [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]),
    words: 'cpf|cadastro de pessoa',
  },
  {
    kind: 'BR_CNPJ',
    group: 'TAX_ID',
    lengths: [14],
    shape: '\\d{14}',
    strength: 'written',
    written: '\\d{2}\\.\\d{3}\\.\\d{3}/\\d{4}-\\d{2}',
    check: (value) => brazilian(value, [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2], [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]),
    words: 'cnpj|cadastro nacional',
  },
  {
    kind: 'AR_CUIT',
    group: 'TAX_ID',
    lengths: [11],
    shape: '(?:20|23|24|27|30|33|34)\\d{9}',
    strength: 'written',
    written: '\\d{2}-\\d{8}-\\d',
    check: isArgentine,
    words: 'cuit|cuil',
  },
  {
    kind: 'CL_RUT',
    lengths: [8, 9],
    shape: '\\d{7,8}[0-9K]',
    strength: 'written',
    written: '\\d{1,2}\\.?\\d{3}\\.?\\d{3}-[0-9K]',
    check: isChilean,
    words: 'rut|run|rol único',
  },
  {
    kind: 'CO_NIT',
    group: 'TAX_ID',
    lengths: [10],
    shape: '\\d{10}',
    strength: 'weak',
    check: (value) =>
      '01987654321'.charAt(weighted(value.slice(0, 9), [41, 37, 29, 23, 19, 17, 13, 7, 3]) % 11) === value.slice(-1),
    words: 'nit|cédula|cedula',
  },
  {
    kind: 'PE_RUC',
    group: 'TAX_ID',
    lengths: [11],
    shape: '(?:10|15|17|20)\\d{9}',
    strength: 'weak',
    check: (value) => (11 - (weighted(value.slice(0, 10), [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === last(value),
    words: 'ruc',
  },
  {
    kind: 'IN_AADHAAR',
    lengths: [12],
    shape: '[2-9]\\d{11}',
    strength: 'written',
    written: '\\d{4}([ -])\\d{4}\\1\\d{4}',
    check: verhoeff,
    words: 'aadhaar|aadhar|adhaar|uidai|uid|आधार',
  },
  {
    kind: 'IN_PAN',
    group: 'TAX_ID',
    lengths: [10],
    shape: '[A-Z]{3}[ABCFGHJLPT][A-Z]\\d{4}[A-Z]',
    strength: 'strong',
    words: 'pan|permanent account',
  },
  {
    kind: 'CN_RESIDENT_ID',
    lengths: [18],
    shape: '[1-9]\\d{5}(?:18|19|20)\\d{9}[\\dX]',
    strength: 'strong',
    check: isChinese,
    words: '身份证|公民身份|resident identity|id card',
  },
  {
    kind: 'HK_ID',
    lengths: [8, 9],
    shape: '[A-Z]{1,2}\\d{6}[\\dA]',
    strength: 'written',
    written: '[A-Z]{1,2}\\d{6} ?\\([\\dA]\\)?',
    check: isHongKong,
    words: 'hkid|hong kong|身份證|身份证',
  },
  {
    kind: 'TW_ID',
    lengths: [10],
    shape: '[A-Z][1289]\\d{8}',
    strength: 'weak',
    check: isTaiwanese,
    words: `身分證|taiwan|${GENERIC}`,
  },
  {
    kind: 'KR_RRN',
    lengths: [13],
    shape: '\\d{6}[1-8]\\d{6}',
    strength: 'written',
    written: '\\d{6}-\\d{7}',
    check: (value) =>
      isDate(value.slice(0, 6), 'ymd') &&
      (11 - (weighted(value.slice(0, 12), [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11)) % 10 === last(value),
    words: '주민등록|rrn|resident registration|주민번호',
  },
  {
    kind: 'JP_MY_NUMBER',
    lengths: [12],
    shape: '\\d{12}',
    strength: 'weak',
    written: '\\d{4}[ -]\\d{4}[ -]\\d{4}',
    check: (value) => {
      const rest = weighted(value.slice(0, 11), [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11
      return (rest < 2 ? 0 : 11 - rest) === last(value)
    },
    words: 'マイナンバー|個人番号|my number|mynumber',
  },
  {
    kind: 'SG_NRIC',
    lengths: [9],
    shape: '[STFGM]\\d{7}[A-Z]',
    strength: 'strong',
    check: isSingaporean,
    words: 'nric|fin|singapore',
  },
  {
    kind: 'MY_NRIC',
    lengths: [12],
    shape: '\\d{12}',
    strength: 'weak',
    written: '\\d{6}-\\d{2}-\\d{4}',
    check: (value) => isDate(value.slice(0, 6), 'ymd'),
    words: 'mykad|nric|malaysia|kad pengenalan|ic no',
  },
  {
    kind: 'TH_ID',
    lengths: [13],
    shape: '[1-8]\\d{12}',
    strength: 'written',
    written: '\\d-\\d{4}-\\d{5}-\\d{2}-\\d',
    check: (value) =>
      (11 - (weighted(value.slice(0, 12), [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === last(value),
    words: `บัตรประชาชน|เลขประจำตัว|thai|${GENERIC}`,
  },
  {
    kind: 'ID_NIK',
    lengths: [16],
    shape: '[1-9]\\d{5}(?:[0-7]\\d)(?:0[1-9]|1[0-2])\\d{6}',
    strength: 'weak',
    words: 'nik|ktp|nomor induk',
  },
  {
    kind: 'PH_TIN',
    group: 'TAX_ID',
    lengths: [9, 12],
    shape: '\\d{9}(?:\\d{3})?',
    strength: 'weak',
    written: '\\d{3}-\\d{3}-\\d{3}(?:-\\d{3})?',
    words: 'tin|bir|philippine',
  },
  {
    kind: 'PK_CNIC',
    lengths: [13],
    shape: '[1-7]\\d{12}',
    strength: 'written',
    written: '\\d{5}-\\d{7}-\\d',
    words: 'cnic|nadra|nicop',
  },
  {
    kind: 'AU_TFN',
    group: 'TAX_ID',
    lengths: [9],
    shape: '\\d{9}',
    strength: 'weak',
    check: (value) => weighted(value, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0,
    words: 'tfn|tax file',
  },
  {
    kind: 'AU_MEDICARE',
    group: 'HEALTH_ID',
    lengths: [10, 11],
    shape: '[2-6]\\d{9,10}',
    strength: 'written',
    written: '\\d{4} \\d{5} \\d(?:[ /]\\d)?',
    check: (value) => weighted(value.slice(0, 8), [1, 3, 7, 9]) % 10 === Number(value.charAt(8)),
    words: 'medicare',
  },
  {
    kind: 'NZ_IRD',
    group: 'TAX_ID',
    lengths: [8, 9],
    shape: '\\d{8,9}',
    strength: 'weak',
    words: 'ird|inland revenue',
  },
  {
    kind: 'IL_ID',
    lengths: [9],
    shape: '\\d{9}',
    strength: 'weak',
    check: luhn,
    words: 'teudat zehut|תעודת זהות|ת\\.ז|israeli',
  },
  {
    kind: 'TR_TCKN',
    lengths: [11],
    shape: '[1-9]\\d{10}',
    strength: 'strong',
    check: isTurkish,
    words: 'tckn|tc kimlik|kimlik|t\\.c\\.',
  },
  {
    kind: 'ZA_ID',
    lengths: [13],
    shape: '\\d{10}[01]\\d{2}',
    strength: 'strong',
    check: (value) => isDate(value.slice(0, 6), 'ymd') && luhn(value),
    words: `south african|rsa|${GENERIC}`,
  },
  {
    kind: 'AE_EMIRATES_ID',
    lengths: [15],
    shape: '784\\d{12}',
    strength: 'strong',
    written: '784-\\d{4}-\\d{7}-\\d',
    words: 'emirates id|الهوية',
  },
  { kind: 'SA_ID', lengths: [10], shape: '[12]\\d{9}', strength: 'weak', check: luhn, words: 'iqama|saudi|هوية' },
  {
    kind: 'EG_ID',
    lengths: [14],
    shape: '[23]\\d{13}',
    strength: 'weak',
    check: (value) => isDate(value.slice(1, 7), 'ymd'),
    words: `الرقم القومي|egypt|${GENERIC}`,
  },
  { kind: 'NG_NIN', lengths: [11], shape: '\\d{11}', strength: 'weak', words: 'nin|bvn|nigeria' },
  { kind: 'KE_KRA_PIN', group: 'TAX_ID', lengths: [11], shape: '[AP]\\d{9}[A-Z]', strength: 'weak', words: 'kra|pin' },
]
