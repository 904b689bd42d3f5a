import { NANO_PER_USD, type NanoUsd } from '../../lib/money.ts'

/** How often something may happen: `count` times every `perMs` milliseconds. */
export interface Rate {
  readonly count: number
  readonly perMs: number
}

const DURATION_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}
const BYTES: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 1_024,
  MiB: 1_048_576,
  GiB: 1_073_741_824,
}
const DURATION_UNITS = ['w', 'd', 'h', 'm', 's', 'ms'] as const
const BYTE_UNITS = ['GiB', 'MiB', 'KiB', 'GB', 'MB', 'KB'] as const
const RATE_UNITS = ['w', 'd', 'h', 'min', 's', 'ms'] as const

/** How a duration is written: `250ms`, `30s`, `1h`, `1h30m`. */
export const DURATION_PATTERN = /^(?:\d+(?:\.\d+)?(?:ms|min|[smhdw]))+$/
/** How an amount of money is written: `5000 USD`, `0.50 USD`. */
export const MONEY_PATTERN = /^\d{1,7}(?:\.\d{1,9})? ?USD$/
/** How a size is written: `512 B`, `64 KiB`, `1.5 MB`. */
export const SIZE_PATTERN = /^\d+(?:\.\d+)? ?(?:B|[kK]B|MB|GB|KiB|MiB|GiB)$/
/** How a rate is written: `60/min`, `5/s`, `1000/24h`. */
export const RATE_PATTERN = /^\d{1,12} ?\/ ?\d{0,4}(?:ms|min|[smhdw])$/

/** `1h30m` as milliseconds; undefined when it is not a duration. */
export function parseDuration(text: string): number | undefined {
  if (!DURATION_PATTERN.test(text)) return undefined
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|min|[smhdw])/g)) {
    total += Number(amount) * (DURATION_MS[unit ?? ''] ?? Number.NaN)
  }
  return Number.isSafeInteger(Math.round(total)) ? Math.round(total) : undefined
}

/** `5000 USD` as whole nano-dollars (exact, no floating point); undefined when it is not an amount of money. */
export function parseMoney(text: string): NanoUsd | undefined {
  if (!MONEY_PATTERN.test(text)) return undefined
  const [whole = '0', fraction = ''] = text.replace(/ ?USD$/, '').split('.')
  const nano = Number(whole) * NANO_PER_USD + Number(fraction.padEnd(9, '0'))
  return Number.isSafeInteger(nano) ? nano : undefined
}

/** `64 KiB` as bytes; undefined when it is not a size. */
export function parseSize(text: string): number | undefined {
  if (!SIZE_PATTERN.test(text)) return undefined
  const [, amount, unit = ''] = /^([\d.]+) ?(\w+)$/.exec(text) ?? []
  const bytes = Math.round(Number(amount) * (BYTES[unit] ?? Number.NaN))
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

/** `60/min` as a {@link Rate}; undefined when it is not a rate. A bare unit means one of it. */
export function parseRate(text: string): Rate | undefined {
  if (!RATE_PATTERN.test(text)) return undefined
  const [, count, every = '', unit = ''] = /^(\d+) ?\/ ?(\d*)(\w+)$/.exec(text) ?? []
  const perMs = (every === '' ? 1 : Number(every)) * (DURATION_MS[unit] ?? 0)
  return perMs > 0 ? { count: Number(count), perMs } : undefined
}

/** Milliseconds as a duration that {@link parseDuration} reads back to the same number: `90000` → `1m30s`. */
export function printDuration(ms: number): string {
  let left = ms
  let text = ''
  for (const unit of DURATION_UNITS) {
    const size = DURATION_MS[unit] ?? 1
    const count = Math.floor(left / size)
    if (count > 0) text += `${count}${unit}`
    left -= count * size
  }
  return text || '0s'
}

/** Nano-dollars as an amount that {@link parseMoney} reads back to the same number: `0.50 USD`. */
export function printMoney(nano: NanoUsd): string {
  const fraction = (nano % NANO_PER_USD).toString().padStart(9, '0').replace(/0+$/, '')
  const cents = fraction === '' ? '' : `.${fraction.padEnd(2, '0')}`
  return `${Math.floor(nano / NANO_PER_USD)}${cents} USD`
}

/** Bytes as a size that {@link parseSize} reads back to the same number: `64 KiB`. */
export function printSize(bytes: number): string {
  for (const unit of BYTE_UNITS) {
    const size = BYTES[unit] ?? 1
    if (bytes >= size && bytes % size === 0) return `${bytes / size} ${unit}`
  }
  return `${bytes} B`
}

/** A {@link Rate} as {@link parseRate} reads it back to the same value: `60/min`. */
export function printRate(rate: Rate): string {
  for (const unit of RATE_UNITS) {
    const size = DURATION_MS[unit] ?? 1
    if (rate.perMs % size === 0) return `${rate.count}/${rate.perMs === size ? '' : rate.perMs / size}${unit}`
  }
  return `${rate.count}/${rate.perMs}ms`
}
