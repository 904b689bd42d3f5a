/** Money is counted in whole nano-dollars (1 USD = 10⁹ nano-USD): safe integers up to nine million dollars an amount. */
export type NanoUsd = number
/** Prices are whole pico-dollars a token (1 USD a million tokens = 10⁶ pico-USD a token). */
export type PicoUsdPerToken = number

/** Nano-dollars in one dollar. */
export const NANO_PER_USD = 1_000_000_000

/** The cost of `tokens` at a price, rounded up to a whole nano-dollar, so that nothing priced is ever free. */
export function costOf(tokens: number, price: PicoUsdPerToken): NanoUsd {
  return Math.ceil((tokens * price) / 1_000)
}

/** Nano-dollars as a decimal string of dollars without exponent or trailing zeros: `"0.000123"`. */
export function formatUsd(nano: NanoUsd): string {
  if (nano === 0) return '0'
  const sign = nano < 0 ? '-' : ''
  const absolute = Math.abs(nano)
  const whole = Math.floor(absolute / NANO_PER_USD)
  let rest = absolute % NANO_PER_USD
  if (rest === 0) return `${sign}${whole}`
  let digits = 9
  while (rest % 10 === 0) {
    rest /= 10
    digits--
  }
  return `${sign}${whole}.${rest.toString().padStart(digits, '0')}`
}
