import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { buildAutomaton } from './automaton.ts'
import { foldCase, symbolTable } from './symbols.ts'

const symbols = symbolTable(foldCase)

function found(words: readonly string[], text: string): readonly string[] {
  const hits: string[] = []
  const keywords = words.map((word, rule) => ({ text: word, rule, prefix: 1 }))
  buildAutomaton(keywords, symbols).walk(text, (rule, start) => hits.push(`${rule}@${start}`))
  return hits.toSorted()
}

test('finds every keyword wherever it stands, as a search for each one would', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 5 })
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'A', 'x'), maxLength: 60 })
  fc.assert(
    fc.property(fc.uniqueArray(word, { minLength: 1, maxLength: 8 }), text, (words, searched) => {
      const lower = searched.toLowerCase()
      const naive = words.flatMap((one, rule) =>
        [...lower].flatMap((_, at) => (lower.startsWith(one, at) ? [`${rule}@${at}`] : [])),
      )
      expect(found(words, searched)).toEqual(naive.toSorted())
    }),
  )
})

test('a run of white space counts as one space, and the keyword begins where it begins', () => {
  expect(found(['blue heron'], 'a  blue \n\t heron')).toEqual(['0@3'])
  expect(found(['x y z'], 'x  y   z x y z')).toEqual(['0@0', '0@9'])
})

test('case and marks on letters do not matter, and capitals of other scripts neither', () => {
  expect(found(['élan', 'фея'], 'ELAN Élan ФЕЯ')).toEqual(['0@0', '0@5', '1@10'])
})

test('says at which places a keyword could begin that the end of the text breaks off', () => {
  const automaton = buildAutomaton([{ text: 'ghp_', rule: 0, prefix: 2 }], symbols)
  const places: number[] = []
  const text = 'see ghp'
  automaton.unfinished(
    text,
    automaton.walk(text, () => {}),
    (at) => places.push(at),
  )
  expect(places).toEqual([4])
})

test('twenty thousand keywords go into one automaton', () => {
  const words = Array.from({ length: 20_000 }, (_, number) => `word${number.toString(36)}x`)
  expect(found(words, `so word${(17_011).toString(36)}x it is`)).toEqual(['17011@3'])
})
