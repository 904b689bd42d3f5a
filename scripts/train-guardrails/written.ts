import type { Random } from '../../src/lib/random.ts'
import { type Grammar, readGrammar } from './grammar.ts'
import type { Row } from './rows.ts'

/** Texts of our own: drawn from hand-written alternatives. */
export function writtenRows(
  grammars: readonly string[],
  random: Random,
  counts: { readonly attacks: number; readonly benign: number },
): readonly Row[] {
  const grammar = readGrammar(...grammars)
  const rows: Row[] = []
  const seen = new Set<string>()
  const add = (list: string, label: 0 | 1, count: number) => {
    for (let tries = 0, had = 0; had < count && tries < count * 3; tries++) {
      const text = written(grammar, list, random)
      if (seen.has(text)) continue
      seen.add(text)
      had++
      rows.push({ text, label, source: `own_${list}`, kind: list, lang: '', channel: 'user', train_ok: true })
    }
  }
  for (const list of grammar.names('attack.')) add(list, 1, counts.attacks)
  for (const list of grammar.names('benign.')) add(list, 0, counts.benign)
  return rows
}

function written(grammar: Grammar, list: string, random: Random): string {
  const text = grammar.draw(list, random)
  const chance = random.fraction()
  const cased = chance < 0.45 ? text.charAt(0).toUpperCase() + text.slice(1) : chance < 0.52 ? text.toUpperCase() : text
  return random.fraction() < 0.35 && /[\p{L}\p{N}]$/u.test(cased) ? `${cased}.` : cased
}
