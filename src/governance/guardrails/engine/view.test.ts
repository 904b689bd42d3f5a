import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { brokenEscape, viewOf } from './view.ts'

describe('a view', () => {
  test('of ASCII is the text itself', () => {
    const view = viewOf('plain', 'plain')
    expect([view.text, view.from(3), view.until(3)]).toEqual(['plain', 3, 3])
  })

  test('folds full-width letters and ligatures, drops what is invisible, and knows the way back', () => {
    const text = 'ａ\u200bb ﬁ\u00adn \u{e0041}z'
    const view = viewOf(text, 'plain')
    expect(view.text).toBe('ab fin z')
    expect(view.from(1)).toBe(2)
    expect(view.until(1)).toBe(1)
    expect(text.slice(view.from(3), view.until(6))).toBe('ﬁ\u00adn')
    expect(text.slice(view.from(7), view.until(8))).toBe('z')
  })

  test('joins letters with their marks', () => {
    expect(viewOf('cafe\u0301', 'plain').text).toBe('caf\u00e9')
  })

  test('of JSON has its escapes undone, and spans never cut one', () => {
    const text = '{"a":"x\\ny\\u0041\\"z"}'
    const view = viewOf(text, 'json')
    expect(view.text).toBe('{"a":"x\ny"A"z"}'.replace('y"A', 'yA'))
    const at = view.text.indexOf('A')
    expect(text.slice(view.from(at), view.until(at + 1))).toBe('\\u0041')
  })

  test('leads back in order, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
        const view = viewOf(text, 'json')
        for (let at = 0; at < view.text.length; at++) {
          expect(view.from(at)).toBeLessThanOrEqual(view.from(at + 1))
          expect(view.until(at)).toBeLessThanOrEqual(view.until(at + 1))
          expect(view.until(at + 1)).toBeLessThanOrEqual(text.length)
        }
        expect(view.from(view.text.length)).toBeLessThanOrEqual(text.length)
      }),
    )
  })

  test('an escape that the end breaks off is known', () => {
    expect(['ab', 'a\\', 'a\\\\', 'a\\u00', 'a\\u0041', 'a\\\\u00'].map(brokenEscape)).toEqual([0, 1, 0, 4, 0, 0])
  })
})
