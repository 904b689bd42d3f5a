import { personSpans } from '../../scripts/train-guardrails/persons.ts'
import { type Row, rowsOf } from '../../scripts/train-guardrails/rows.ts'
import { inspectSegments } from '../../src/governance/guardrails/index.ts'
import { smallModels } from '../../src/governance/guardrails/models/small-models.ts'
import { guardsWith } from '../../src/governance/guardrails/testing.ts'
import { atLeast, atMost, type Figure, type Measure, told } from '../bench.ts'
import { SHIPPED } from './classifier.ts'

const SHARE: Measure = { unit: '', digits: 3 }

/** The detector of secrets on examples of public rules, which it was not made from alone, and on code. */
export function secretFigures(): readonly Figure[] {
  const guards = guardsWith('[{detector: secrets, action: block, timeout: 30s}]')
  const isFound = ({ text }: Row) => {
    const inspection = inspectSegments(guards, 'input', [{ channel: 'user', text }])
    return !(inspection instanceof Promise) && inspection.blocked !== undefined
  }
  const rows = rowsOf('secrets')
  const share = (own: readonly Row[]) => own.filter(isFound).length / Math.max(1, own.length)
  const isCode = ({ source }: Row) => source.startsWith('code_')
  return [
    atLeast('secrets of public rules: recall', share(rows.filter(({ label }) => label === 1)), {
      ...SHARE,
      goal: 0.85,
    }),
    told(
      'what public rules call none: found all the same',
      share(rows.filter((row) => row.label === 0 && !isCode(row))),
      SHARE,
    ),
    atMost('code: false alarms', share(rows.filter(isCode)), { ...SHARE, goal: 0.003 }),
  ]
}

/** Names of persons, by source. All these sources took part in training: figures of sources left out stand in the model card. */
export function personFigures(): readonly Figure[] {
  const models = smallModels()
  const rows = rowsOf('pii').filter(({ source }) => source !== 'gsm8k')
  return [...new Set(rows.map(({ source }) => source))].flatMap((source) => {
    let [found, marked, right, told_] = [0, 0, 0, 0]
    for (const row of rows.filter((one) => one.source === source)) {
      const gold = personSpans(row)
      const names = models.persons(row.text).filter(({ score }) => score >= SHIPPED)
      const meets = (a: { start: number; end: number }) => (b: { start: number; end: number }) =>
        a.start < b.end && a.end > b.start
      marked += gold.length
      told_ += names.length
      found += gold.filter((span) => names.some(meets(span))).length
      right += names.filter((span) => gold.some(meets(span))).length
    }
    const recall = marked === 0 ? [] : [told(`  ${source}: recall`, found / marked, SHARE)]
    return [
      ...recall,
      told(`  ${source}: wrong names a text`, (told_ - right) / rows.filter((r) => r.source === source).length, SHARE),
    ]
  })
}
