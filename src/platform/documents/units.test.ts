import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import {
  parseDuration,
  parseMoney,
  parseRate,
  parseSize,
  printDuration,
  printMoney,
  printRate,
  printSize,
} from './index.ts'

describe('units', () => {
  test.each([
    ['30s', 30_000],
    ['250ms', 250],
    ['10m', 600_000],
    ['5min', 300_000],
    ['1h30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['7d', 604_800_000],
    ['0s', 0],
  ])('%s is a duration of %d milliseconds', (text, ms) => expect(parseDuration(text)).toBe(ms))

  test.each(['', '30', 's', '30 s', '-5s', '1y', '30S', '1h 30m', '1e3s', '99999999999999999h'])(
    '%p is not a duration',
    (text) => expect(parseDuration(text)).toBeUndefined(),
  )

  test.each([
    ['5000 USD', 5_000_000_000_000],
    ['0.50 USD', 500_000_000],
    ['0.000000001 USD', 1],
    ['2000USD', 2_000_000_000_000],
    ['0.3 USD', 300_000_000],
  ])('%s is %d nano-dollars, exactly', (text, nano) => expect(parseMoney(text)).toBe(nano))

  test.each(['5000', '$5', '5 EUR', '-1 USD', '1.0000000001 USD', '99999999 USD', '1,000 USD', '5 usd'])(
    '%p is not an amount of money',
    (text) => expect(parseMoney(text)).toBeUndefined(),
  )

  test.each([
    ['64 KiB', 65_536],
    ['512 B', 512],
    ['1.5 MB', 1_500_000],
    ['2GiB', 2_147_483_648],
    ['10 kB', 10_000],
  ])('%s is a size of %d bytes', (text, bytes) => expect(parseSize(text)).toBe(bytes))

  test.each(['64', 'KiB', '64 Kib', '-1 B', '1 TB'])('%p is not a size', (text) =>
    expect(parseSize(text)).toBeUndefined(),
  )

  test.each([
    ['60/min', 60, 60_000],
    ['200000/m', 200_000, 60_000],
    ['5/s', 5, 1_000],
    ['1000/24h', 1_000, 86_400_000],
    ['10 / d', 10, 86_400_000],
  ])('%s is %d every %d milliseconds', (text, count, perMs) => expect(parseRate(text)).toEqual({ count, perMs }))

  test.each(['60', '60/', '/min', '-1/s', '1.5/s', '60/0s', '60 per min', '1/y'])('%p is not a rate', (text) =>
    expect(parseRate(text)).toBeUndefined(),
  )

  test('what is printed reads back to the same value', () => {
    const amounts = fc.integer({ min: 0, max: 9_000_000_000_000 })
    fc.assert(fc.property(amounts, (ms) => parseDuration(printDuration(ms)) === ms))
    fc.assert(fc.property(amounts, (nano) => parseMoney(printMoney(nano)) === nano))
    fc.assert(fc.property(amounts, (bytes) => parseSize(printSize(bytes)) === bytes))
    for (const text of ['60/min', '5/s', '1000/d', '7/15min', '3/250ms']) {
      const rate = parseRate(text)
      expect(rate).toBeDefined()
      if (rate) expect(parseRate(printRate(rate))).toEqual(rate)
    }
    expect([printDuration(90_000), printMoney(500_000_000), printSize(65_536)]).toEqual(['1m30s', '0.50 USD', '64 KiB'])
    expect(printRate({ count: 60, perMs: 60_000 })).toBe('60/min')
  })
})
