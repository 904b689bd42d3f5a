import type { TimeZones } from '../../lib/time-zone.ts'

/** Periods that the calendar cuts. Weeks begin on Monday (ISO 8601). */
export type CalendarPeriod = 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year'

/** From `start` up to, but without, `end`; epoch milliseconds. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** The periods of a place's calendar. */
export interface Calendar {
  /** The period that an instant lies in, by the clocks of a time zone. From memory until the period ends. */
  readonly spanAt: (period: CalendarPeriod, zone: string, atMs: number) => Span
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Makes a {@link Calendar}; it remembers the current span of each period and zone that it was asked for. */
export function calendar(zones: TimeZones): Calendar {
  // By zone and then by period, and not by a text made of both: this runs for every operation with a budget.
  const current = new Map<string, Map<CalendarPeriod, Span>>()
  return {
    spanAt: (period, zone, atMs) => {
      const ofZone = current.get(zone) ?? new Map<CalendarPeriod, Span>()
      const known = ofZone.get(period)
      if (known && atMs >= known.start && atMs < known.end) return known
      const span = period === 'hour' ? hourAt(zones.offsetAt(zone, atMs), atMs) : daysAt({ zones, zone, period, atMs })
      current.set(zone, ofZone.set(period, span))
      return span
    },
  }
}

function hourAt(offset: number, atMs: number): Span {
  const start = Math.floor((atMs + offset) / HOUR_MS) * HOUR_MS - offset
  return { start, end: start + HOUR_MS }
}

interface Asked {
  readonly zones: TimeZones
  readonly zone: string
  readonly period: Exclude<CalendarPeriod, 'hour'>
  readonly atMs: number
}

function daysAt({ zones, zone, period, atMs }: Asked): Span {
  const local = new Date(atMs + zones.offsetAt(zone, atMs))
  const year = local.getUTCFullYear()
  const month = local.getUTCMonth()
  const day = local.getUTCDate()
  const quarter = month - (month % 3)
  const monday = day - ((local.getUTCDay() + 6) % 7)
  const midnight = (...date: readonly [number, number, number]) => midnightOf(zones, zone, Date.UTC(...date))
  switch (period) {
    case 'day':
      return { start: midnight(year, month, day), end: midnight(year, month, day + 1) }
    case 'week':
      return { start: midnight(year, month, monday), end: midnight(year, month, monday + 7) }
    case 'month':
      return { start: midnight(year, month, 1), end: midnight(year, month + 1, 1) }
    case 'quarter':
      return { start: midnight(year, quarter, 1), end: midnight(year, quarter + 3, 1) }
    case 'year':
      return { start: midnight(year, 0, 1), end: midnight(year + 1, 0, 1) }
  }
}

/**
 * The first instant of a local day; `wall` is its midnight as if it were UTC. Where clocks are put back over midnight
 * the first of the two midnights counts; where they are put forward over it, the instant at which they are.
 */
function midnightOf(zones: TimeZones, zone: string, wall: number): number {
  const candidates = [wall - zones.offsetAt(zone, wall - DAY_MS), wall - zones.offsetAt(zone, wall + DAY_MS)]
  const real = candidates.filter((instant) => instant + zones.offsetAt(zone, instant) === wall)
  return real.length > 0 ? Math.min(...real) : Math.max(...candidates)
}
