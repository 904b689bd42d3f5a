import { describe, expect, test } from 'bun:test'
import { seededRandom } from '../../../lib/random.ts'
import { SECRET_DECLARATIONS } from '../detectors/secrets.ts'
import { sampleOf } from '../testing.ts'
import { compilePattern } from './pattern.ts'

describe('the language of patterns', () => {
  test.each([
    ['a*', 'unbounded'],
    ['a+', 'unbounded'],
    ['a{2,}', 'unbounded'],
    ['(?:a{1,2}){2}', 'nested, of varying length'],
    ['^a', 'an anchor'],
    ['(?<=a)b', 'a look behind'],
    ['(a)b', 'something behind the value'],
    ['(?:(a))', 'a value inside a group'],
    ['a|b', 'alternatives at the top'],
    ['a)', 'a bracket too many'],
  ])('refuses %s: %s', (source) => {
    expect(() => compilePattern(source)).toThrow(TypeError)
  })

  test('knows the longest match', () => {
    expect(compilePattern('ab{2,5}(?:xyz|q)?(?=!)').longest).toBe(9)
  })

  test('knows what more text could complete, extend or no longer change', () => {
    const { unfinished } = compilePattern('key-[0-9]{3,5}')
    const isUnfinished = (text: string) => {
      unfinished.lastIndex = 0
      return unfinished.test(text)
    }
    expect(['', 'k', 'key-', 'key-12', 'key-123', 'key-12345'].map(isUnfinished)).toEqual(Array(6).fill(true))
    expect(['x', 'key-x', 'key-123 ', 'key-123456'].map(isUnfinished)).toEqual(Array(4).fill(false))
  })

  test('knows where a value has begun, at its earliest', () => {
    const { begunValue } = compilePattern('token[ a-z]{0,20}?[ =]{1,3}([a-f0-9]{8})')
    const begun = (text: string) => {
      if (begunValue) begunValue.lastIndex = 0
      return begunValue?.exec(text)?.[1]
    }
    expect(begun('token is=12ab')).toBe('12ab')
    expect(begun('token is')).toBeUndefined()
    expect(begun('token be')).toBe('be')
  })
})

test('every beginning of every secret that is declared is seen as one', () => {
  const random = seededRandom(7)
  for (const { kind, pattern, flags = '' } of SECRET_DECLARATIONS) {
    const { unfinished, begunValue, whole, longest } = compilePattern(pattern, flags)
    for (let number = 0; number < 6; number++) {
      const sample = sampleOf(pattern, flags, random)
      expect(sample.length).toBeLessThanOrEqual(longest)
      whole.lastIndex = 0
      const value = whole.exec(sample)?.[1]
      for (let length = 0; length < sample.length; length++) {
        unfinished.lastIndex = 0
        if (!unfinished.test(sample.slice(0, length)))
          throw new Error(`${kind}: ${sample.slice(0, length)} of ${sample}`)
        const valueAt = value === undefined ? Number.POSITIVE_INFINITY : sample.length - value.length
        if (!begunValue || length <= valueAt) continue
        begunValue.lastIndex = 0
        const begun = begunValue.exec(sample.slice(0, length))?.[1]
        if (begun === undefined || length - begun.length > valueAt)
          throw new Error(`${kind}: the value of ${sample} is held too late at ${length}`)
      }
    }
  }
})
