const digitsOf = (value: string) => Array.from(value, (character) => character.charCodeAt(0) - 48)

/** The sum of the digits, each times its weight (weights are repeated). */
export function weighted(value: string, weights: readonly number[]): number {
  return digitsOf(value).reduce((sum, digit, place) => sum + digit * (weights[place % weights.length] ?? 0), 0)
}

/** Luhn's sum (ISO/IEC 7812-1, annex B). */
export function luhn(value: string): boolean {
  let sum = 0
  for (let place = 0; place < value.length; place++) {
    const digit = value.charCodeAt(value.length - 1 - place) - 48
    sum += place % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2
  }
  return sum % 10 === 0
}

/** The remainder of a long decimal number. */
export function remainder(value: string, divisor: number): number {
  let rest = 0
  for (const digit of digitsOf(value)) rest = (rest * 10 + digit) % divisor
  return rest
}

/** ISO 7064, mod 97-10, over letters and digits (`A` is 10). */
export function mod97(value: string): number {
  let rest = 0
  for (const character of value) {
    const number = Number.parseInt(character, 36)
    rest = (rest * (number > 9 ? 100 : 10) + number) % 97
  }
  return rest
}

/** ISO 7064, mod 11,10. */
export function mod1110(value: string): boolean {
  let product = 10
  for (const digit of digitsOf(value.slice(0, -1))) {
    const sum = (digit + product) % 10 || 10
    product = (2 * sum) % 11
  }
  return (11 - product) % 10 === Number(value.slice(-1))
}

const VERHOEFF_TIMES = [
  '0123456789',
  '1234067895',
  '2340178956',
  '3401289567',
  '4012395678',
  '5987604321',
  '6598710432',
  '7659821043',
  '8765932104',
  '9876543210',
]
const VERHOEFF_TURN = [
  '0123456789',
  '1576283094',
  '5803796142',
  '8916043527',
  '9453126870',
  '4286573901',
  '2793806415',
  '7046913258',
]

/** Verhoeff's scheme. */
export function verhoeff(value: string): boolean {
  let check = 0
  digitsOf(value)
    .reverse()
    .forEach((digit, place) => {
      const turned = Number(VERHOEFF_TURN[place % 8]?.charAt(digit))
      check = Number(VERHOEFF_TIMES[check]?.charAt(turned))
    })
  return check === 0
}

/** Mod 11 over the digits before the last; a remainder of 10 is `ten`, or never given. */
export function mod11(value: string, weights: readonly number[], ten = -1): boolean {
  const rest = weighted(value.slice(0, weights.length), weights) % 11
  return (rest === 10 ? ten : rest) === Number(value.charAt(weights.length))
}

/** Whether there is such a day; a year of two digits has any century. */
export function isDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false
  return day <= (month === 2 ? (year % 4 === 0 ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31)
}

/** Whether six digits name a day in the order of `form`: `ymd` or `dmy`. */
export function isDate(six: string, form: 'ymd' | 'dmy'): boolean {
  const [a = 0, b = 0, c = 0] = [six.slice(0, 2), six.slice(2, 4), six.slice(4, 6)].map(Number)
  return form === 'ymd' ? isDay(a, b, c) : isDay(c, b, a)
}

/** Whether all characters are the same one: what fills fields. */
export function isOneDigit(value: string): boolean {
  return value === value.charAt(0).repeat(value.length)
}
