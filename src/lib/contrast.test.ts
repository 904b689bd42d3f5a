import { expect, test } from 'bun:test'
import { contrastOf } from './contrast.ts'

test('contrast is that of WCAG: 21 for black on white, 1 for a colour on itself, whichever comes first', () => {
  expect(contrastOf('#000000', '#ffffff')).toBeCloseTo(21, 5)
  expect(contrastOf('#ffffff', '#000000')).toBeCloseTo(21, 5)
  expect(contrastOf('#3366CC', '#3366cc')).toBe(1)
  // The greys either side of the border of AA for text on white.
  expect(contrastOf('#767676', '#ffffff')).toBeGreaterThanOrEqual(4.5)
  expect(contrastOf('#777777', '#ffffff')).toBeLessThan(4.5)
})

test('what is no colour has no contrast', () => {
  expect(contrastOf('red', '#ffffff')).toBeUndefined()
  expect(contrastOf('#fff', '#ffffff')).toBeUndefined()
})
