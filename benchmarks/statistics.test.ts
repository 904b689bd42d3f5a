import { expect, test } from 'bun:test'
import { median, percentile, summaryOf } from './statistics.ts'

test('the median of an even number of values lies between the two in the middle', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5)
  expect(median([9, 1, 5])).toBe(5)
  expect(median([])).toBe(0)
})

test('percentiles do not depend on the order of the values', () => {
  const values = Array.from({ length: 1_000 }, (_, index) => (index * 7_919) % 1_000)
  expect(percentile(values, 0.99)).toBe(990)
  expect(summaryOf(values)).toEqual({ count: 1_000, p50: 500, p99: 990, max: 999 })
})
