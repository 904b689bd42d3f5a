import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { jsonRedactor, merged, plainRedactor } from './redact.ts'

const span = (start: number, end: number, kind = 'K', score = 1) => ({ start, end, kind, score })

describe('spans', () => {
  test('that overlap become one, of the surest kind; those that only touch stay two', () => {
    expect(merged([span(4, 9, 'B', 0.9), span(0, 5, 'A', 0.5), span(9, 12, 'C')])).toEqual([
      span(0, 9, 'B', 0.9),
      span(9, 12, 'C'),
    ])
  })
})

test('plain text has its spans replaced', () => {
  expect(plainRedactor().redact('my key is abc.', [span(10, 13, 'KEY')])).toBe('my key is [KEY removed].')
})

describe('JSON stays JSON', () => {
  const masked = (json: string, found: string) => {
    const start = json.indexOf(found)
    return jsonRedactor().redact(json, [span(start, start + found.length)])
  }

  test.each([
    ['a string', '{"a":"xx key yy","b":1}', 'key', '{"a":"xx [K removed] yy","b":1}'],
    ['a name', '{"key":1}', 'key', '{"[K removed]":1}'],
    ['a whole number', '{"pin":12345678}', '12345678', '{"pin":"[K removed]"}'],
    ['part of a number', '{"pin":12345678}', '3456', '{"pin":12111178}'],
    [
      'two strings at once',
      '{"a":"one","b":"two"}',
      'one","b":"two',
      '{"a":"[K removed]","[K removed]":"[K removed]"}',
    ],
    ['a string with escapes', '{"a":"x\\"key\\\\"}', 'key', '{"a":"x\\"[K removed]\\\\"}'],
  ])('%s', (_name, json, found, result) => {
    expect(masked(json, found)).toBe(result)
    JSON.parse(result)
  })

  test('wherever a span lies, and however the text is cut into pieces', () => {
    const value = fc.oneof(fc.string({ maxLength: 8 }), fc.integer({ min: 0 }), fc.boolean(), fc.constant(null))
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ maxLength: 5 }), value, { minKeys: 1, maxKeys: 4 }),
        fc.gen(),
        (object, gen) => {
          const json = JSON.stringify(object)
          const start = safe(json, gen(fc.nat, { max: json.length }))
          const end = safe(json, gen(fc.nat, { max: json.length }))
          const cut = gen(fc.nat, { max: json.length })
          if (start >= end || (cut > start && cut < end)) return
          const redactor = jsonRedactor()
          const first = redactor.redact(json.slice(0, cut), end <= cut ? [span(start, end)] : [])
          const rest = redactor.redact(json.slice(cut), end <= cut ? [] : [span(start - cut, end - cut)])
          expect(() => JSON.parse(first + rest)).not.toThrow()
        },
      ),
      { numRuns: 2_000 },
    )
  })
})

describe('what is not JSON is masked as plain text', () => {
  const found = 'Blue Heron'
  const texts = [
    'rm Blue Heron now',
    'rm "Blue Heron"',
    'Blue Heron',
    '{"a":Blue Heron',
    '{"a":1} Blue Heron',
    "echo 'x\" Blue Heron'",
    'a "b" Blue Heron',
    'C:\\Blue Heron',
    'a\\" Blue Heron',
  ]
  for (const text of texts) {
    test(`${text}, whole and in pieces`, () => {
      const start = text.indexOf(found)
      for (let cut = 0; cut <= start; cut++) {
        const redactor = jsonRedactor()
        const masked =
          redactor.redact(text.slice(0, cut), []) +
          redactor.redact(text.slice(cut), [span(start - cut, start - cut + found.length)])
        expect(masked).toBe(text.replace(found, '[K removed]'))
      }
    })
  }

  test('a span over quotation marks too', () => {
    const text = 'rm "Blue" "Heron" x'
    expect(jsonRedactor().redact(text, [span(3, 17)])).toBe('rm [K removed] x')
  })
})

/** A place that is not inside an escape: findings never begin or end there. */
function safe(json: string, at: number): number {
  for (const { index, 0: sequence } of json.matchAll(/\\(?:u[0-9a-f]{4}|.)/g)) {
    if (at > index && at < index + sequence.length) return index
  }
  return at
}
