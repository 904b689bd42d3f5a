/** Numbers, money and time as people read them, in the language of the page. */

const lang = () => document.documentElement.lang || 'en'

/** `12,345` */
export function count(value: number): string {
  return new Intl.NumberFormat(lang()).format(value)
}

/** `12.3k`, for narrow places. */
export function shortCount(value: number): string {
  return new Intl.NumberFormat(lang(), { notation: 'compact', maximumFractionDigits: 1 }).format(value)
}

/** Money from nano-dollars: cents where it is more than a dollar, as many places as it takes below. */
export function usd(nano: number): string {
  const dollars = nano / 1e9
  const small = Math.abs(dollars) < 1 && dollars !== 0
  return new Intl.NumberFormat(lang(), {
    style: 'currency',
    currency: 'USD',
    minimumFractionDigits: 2,
    maximumFractionDigits: small ? 6 : 2,
    maximumSignificantDigits: small ? 3 : undefined,
  }).format(dollars)
}

/** `840 ms`, `3.2 s`, `2 min` */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return '–'
  const number = (value: number, digits: number) =>
    new Intl.NumberFormat(lang(), { maximumFractionDigits: digits }).format(value)
  if (ms < 1) return `${number(ms, 2)} ms`
  if (ms < 1_000) return `${number(ms, 0)} ms`
  if (ms < 60_000) return `${number(ms / 1_000, 1)} s`
  return `${number(ms / 60_000, 1)} min`
}

/** The exact instant, in the reader's own zone. */
export function exact(at: string | number): string {
  return new Intl.DateTimeFormat(lang(), { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(at))
}

/** A day. */
export function day(at: string | number): string {
  return new Intl.DateTimeFormat(lang(), { dateStyle: 'medium' }).format(new Date(at))
}

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
]

/** `3 minutes ago`; `now` within the minute's first seconds. */
export function ago(at: string | number, now: number): string {
  const seconds = Math.round((new Date(at).getTime() - now) / 1_000)
  const format = new Intl.RelativeTimeFormat(lang(), { numeric: 'auto', style: 'short' })
  for (const [unit, size] of UNITS)
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit)
  return Math.abs(seconds) < 5 ? format.format(0, 'second') : format.format(seconds, 'second')
}
