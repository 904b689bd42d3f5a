import { describe, expect, test } from 'bun:test'
import { inspectAnswerText } from '../inspect.ts'
import { guardsOf, guardsWith } from '../testing.ts'

function masked(text: string, checks: string): string {
  const inspection = inspectAnswerText(guardsWith(checks), 'assistant', text)
  if (inspection instanceof Promise) throw new Error('expected to be synchronous')
  return inspection.replaced.get(0) ?? text
}

const heron = (text: string, more = '') =>
  masked(text, `[{detector: words, words: [Blue Heron, Kestrel], action: mask${more}}]`)

describe('a word', () => {
  test.each([
    ['in another case', 'the KESTREL flies', 'the [WORD removed] flies'],
    ['at the edges of the text', 'kestrel', '[WORD removed]'],
    [
      'beside signs',
      '"Kestrel", (kestrel) kestrel_budget.xlsx',
      '"[WORD removed]", ([WORD removed]) [WORD removed]_budget.xlsx',
    ],
    ['over several spaces and lines', 'Blue  \n Heron and blue\u00a0heron', '[WORD removed] and [WORD removed]'],
    ['in full-width letters', 'Ｋestrel', '[WORD removed]'],
    ['with invisible characters inside', 'Kes\u200btr\u00adel!', '[WORD removed]!'],
    ['behind an escape', 'first\\nKestrel', 'first\\n[WORD removed]'],
  ])('is found %s', (_name, text, result) => {
    expect(heron(text)).toBe(result)
  })

  test.each([
    ['within another', 'Kestrels, unkestrel, blue herons'],
    ['when its parts stand apart', 'blue, heron; blue the heron'],
    ['joined to letters of other scripts', 'éKestrel Kestrelé'],
  ])('is not found %s', (_name, text) => {
    expect(heron(text)).toBe(text)
  })

  test('exactly as written, when so told', () => {
    expect(heron('Kestrel kestrel Ｋestrel', ', exact: true')).toBe('[WORD removed] kestrel Ｋestrel')
  })

  test('dressed up with look-alikes, when so told', () => {
    const text = 'K3str3l kestre1 plain k e'
    expect(heron(text)).toBe(text)
    expect(heron(text, ', fuzzy: true')).toBe('[WORD removed] [WORD removed] plain k e')
  })

  test.each([
    ['German', 'Größe', 'die GRÖSSE, die GRÖße', 'die GRÖSSE, die [WORD removed]'],
    ['Russian', 'Сокол', 'проект СОКОЛ, соколы', 'проект [WORD removed], соколы'],
    ['Chinese, which has no spaces', '项目隼', '我们的项目隼已经开始', '我们的[WORD removed]已经开始'],
    ['marks written apart', 'café', 'CAFE\u0301 cafes', '[WORD removed] cafes'],
    ['signs', 'C++', 'C++ and c++, not C', '[WORD removed] and [WORD removed], not C'],
  ])('of %s', (_name, word, text, result) => {
    expect(masked(text, `[{detector: words, words: ["${word}"], action: mask}]`)).toBe(result)
  })
})

test('words come from lists too', () => {
  const guards = guardsOf(`
kind: WordList
metadata: {name: birds}
spec: {words: [Osprey, Red   Kite]}
---
kind: Guardrail
metadata: {name: names}
spec: {appliesTo: [org], checks: [{detector: words, lists: [birds], words: [Wren], action: mask}]}
`)
  const inspection = inspectAnswerText(guards, 'assistant', 'osprey, red kite, wren')
  if (inspection instanceof Promise) throw new Error('expected to be synchronous')
  expect(inspection.replaced.get(0)).toBe('[WORD removed], [WORD removed], [WORD removed]')
})
