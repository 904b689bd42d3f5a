import { describe, expect, test } from 'bun:test'
import { timeZones } from '../../lib/time-zone.ts'
import { type CalendarPeriod, calendar } from './index.ts'

const at = (instant: string) => Date.parse(instant)
const span = (period: CalendarPeriod, zone: string, instant: string) => {
  const { start, end } = calendar(timeZones()).spanAt(period, zone, at(instant))
  return [new Date(start).toISOString(), new Date(end).toISOString()]
}
const utc = (...instants: readonly string[]) => instants.map((instant) => new Date(instant).toISOString())

describe('calendar', () => {
  test('every period begins and ends where the clocks of UTC say', () => {
    const instant = '2026-08-19T13:45:10Z'
    expect(span('hour', 'UTC', instant)).toEqual(utc('2026-08-19T13:00Z', '2026-08-19T14:00Z'))
    expect(span('day', 'UTC', instant)).toEqual(utc('2026-08-19', '2026-08-20'))
    expect(span('week', 'UTC', instant)).toEqual(utc('2026-08-17', '2026-08-24'))
    expect(span('month', 'UTC', instant)).toEqual(utc('2026-08-01', '2026-09-01'))
    expect(span('quarter', 'UTC', instant)).toEqual(utc('2026-07-01', '2026-10-01'))
    expect(span('year', 'UTC', instant)).toEqual(utc('2026-01-01', '2027-01-01'))
    expect(span('week', 'UTC', '2026-08-23T23:59:59Z')).toEqual(utc('2026-08-17', '2026-08-24'))
  })

  test('the day on which clocks go forward has 23 hours, the one on which they go back 25', () => {
    expect(span('day', 'Europe/Berlin', '2026-03-29T12:00:00Z')).toEqual(utc('2026-03-28T23:00Z', '2026-03-29T22:00Z'))
    expect(span('day', 'Europe/Berlin', '2026-10-25T12:00:00Z')).toEqual(utc('2026-10-24T22:00Z', '2026-10-25T23:00Z'))
    expect(span('month', 'Europe/Berlin', '2026-03-31T21:59:59Z')).toEqual(
      utc('2026-02-28T23:00Z', '2026-03-31T22:00Z'),
    )
    expect(span('month', 'America/New_York', '2026-11-01T04:00:00Z')).toEqual(
      utc('2026-11-01T04:00Z', '2026-12-01T05:00Z'),
    )
  })

  test('where clocks go forward at midnight the day begins at the first instant there is', () => {
    // Cairo, 2026-04-24: 00:00 does not exist, 01:00 (+03:00) follows 23:59 (+02:00).
    expect(span('day', 'Africa/Cairo', '2026-04-24T09:00:00Z')[0]).toBe('2026-04-23T22:00:00.000Z')
    expect(span('day', 'Africa/Cairo', '2026-04-23T21:59:59Z')[1]).toBe('2026-04-23T22:00:00.000Z')
  })

  test('where an hour round midnight comes twice the first midnight counts', () => {
    // Havana, 2026-11-01: 01:00 (-04:00) is followed by 00:00 (-05:00).
    expect(span('day', 'America/Havana', '2026-11-01T05:30:00Z')).toEqual(utc('2026-11-01T04:00Z', '2026-11-02T05:00Z'))
  })

  test('hours of zones that are off by parts of an hour begin with their own clocks', () => {
    expect(span('hour', 'Asia/Kolkata', '2026-06-01T10:10:00Z')).toEqual(utc('2026-06-01T09:30Z', '2026-06-01T10:30Z'))
    expect(span('day', 'Asia/Kathmandu', '2026-06-01T10:10:00Z')[0]).toBe('2026-05-31T18:15:00.000Z')
  })

  test('days follow each other without a gap or an overlap through a whole year', () => {
    for (const zone of [
      'Europe/Berlin',
      'America/New_York',
      'Africa/Cairo',
      'Australia/Lord_Howe',
      'Pacific/Chatham',
    ]) {
      const days = calendar(timeZones())
      let now = days.spanAt('day', zone, at('2026-01-01T12:00:00Z')).end
      for (let count = 0; count < 366; count++) {
        const { start, end } = days.spanAt('day', zone, now)
        expect(start).toBe(now)
        now = end
      }
    }
  })
})
