import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { byteSearch } from './byte-search.ts'

test('a text is found wherever and as often as it stands, as the runtime finds it', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '"', ':'), maxLength: 60 })
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '"', ':'), minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(letters, text, fc.nat(10), (haystack, needle, from) => {
      const bytes = new TextEncoder().encode(haystack)
      expect(byteSearch(needle)(bytes, from)).toBe(
        haystack.indexOf(needle, from) < from ? -1 : haystack.indexOf(needle, from),
      )
    }),
    { numRuns: 2_000 },
  )
})

test('a text that is empty or too long is refused', () => {
  expect(() => byteSearch('')).toThrow(RangeError)
  expect(() => byteSearch('x'.repeat(256))).toThrow(RangeError)
})
