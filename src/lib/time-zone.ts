import { lruCache } from './lru.ts'

/** Clock times of places on earth, by IANA time zone. Everything in epoch milliseconds. */
export interface TimeZones {
  /**
   * How far the zone's clocks are ahead of UTC at an instant, milliseconds. Throws `RangeError` for an unknown zone.
   * Answered from memory while the instants asked for stay within one quarter of an hour.
   */
  readonly offsetAt: (zone: string, atMs: number) => number
}

interface Zone {
  readonly format: Intl.DateTimeFormat
  slot: number
  offset: number
}

// Offsets change at whole quarters of an hour (UTC) in every zone of today's tz database.
const SLOT_MS = 15 * 60_000
const ZONES_KEPT = 256

/** Whether a text names a time zone (`Europe/Berlin`, `UTC`). */
export function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone }) !== undefined
  } catch {
    return false
  }
}

/** Makes {@link TimeZones}; it keeps the formatters it needed, for making one is what costs. */
export function timeZones(): TimeZones {
  const zones = lruCache<string, Zone>(ZONES_KEPT)

  const open = (zone: string): Zone => {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    const opened: Zone = { format, slot: Number.NaN, offset: 0 }
    zones.set(zone, opened)
    return opened
  }
  const offsetAt = (zone: string, atMs: number): number => {
    const known = zones.get(zone) ?? open(zone)
    const slot = Math.floor(atMs / SLOT_MS)
    if (known.slot !== slot) {
      known.offset = measure(known.format, slot * SLOT_MS)
      known.slot = slot
    }
    return known.offset
  }
  return Object.freeze({ offsetAt })
}

function measure(format: Intl.DateTimeFormat, atMs: number): number {
  const read: Record<string, number> = {}
  for (const { type, value } of format.formatToParts(atMs)) read[type] = Number(value)
  const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = read
  return Date.UTC(year, month - 1, day, hour, minute, second) - atMs
}
