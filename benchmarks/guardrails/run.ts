// `npm run bench:guardrails`: what the guardrails find and what they disturb, by source, and what they cost.
import { hasRows, ROWS_FOLDER } from '../../scripts/train-guardrails/rows.ts'
import type { Figure } from '../bench.ts'
import { describeMachine } from '../machine.ts'
import { headOf, type SectionResult, sumOf, tableOf, writeReport } from '../report.ts'
import { disguiseFigures } from './disguises.ts'
import { harmFigures, indirectFigures, injectionFigures, jailbreakFigures, toxicityFigures } from './injection.ts'
import { personFigures, secretFigures } from './leaks.ts'
import { speedFigures } from './speed.ts'

interface Part {
  readonly name: string
  readonly title: string
  readonly needsRows: boolean
  readonly figures: () => readonly Figure[]
}

const PARTS: readonly Part[] = [
  {
    name: 'injection',
    title: 'Prompt injection, sources never trained on',
    needsRows: true,
    figures: injectionFigures,
  },
  { name: 'disguises', title: 'Prompt injection in disguise', needsRows: true, figures: disguiseFigures },
  { name: 'indirect', title: 'Instructions in tool results and documents', needsRows: true, figures: indirectFigures },
  { name: 'jailbreak', title: 'Jailbreaks, sources never trained on', needsRows: true, figures: jailbreakFigures },
  { name: 'toxicity', title: 'Toxicity, a source never trained on', needsRows: true, figures: toxicityFigures },
  { name: 'harm', title: 'Harmful requests, a source never trained on', needsRows: true, figures: harmFigures },
  { name: 'secrets', title: 'Secrets', needsRows: true, figures: secretFigures },
  { name: 'persons', title: 'Names of persons, sources of the training', needsRows: true, figures: personFigures },
  { name: 'speed', title: 'Small models: time for one text', needsRows: false, figures: speedFigures },
]

const MS_PER_SECOND = 1_000

function main(): void {
  const wanted = process.argv.slice(2)
  const chosen = PARTS.filter(({ name }) => wanted.length === 0 || wanted.includes(name))
  if (chosen.length === 0) throw new Error(`no such part; there are ${PARTS.map(({ name }) => name).join(', ')}`)
  const machine = describeMachine()
  const notes = hasRows() ? [] : [`quality is skipped: there are no labelled texts in ${ROWS_FOLDER}`]
  for (const line of headOf({ machine, notes })) console.log(line)
  const sections: SectionResult[] = []
  for (const { name, title, needsRows, figures } of chosen) {
    if (needsRows && !hasRows()) continue
    const from = performance.now()
    const measured = figures()
    const section = { name, title, seconds: (performance.now() - from) / MS_PER_SECOND, figures: measured }
    for (const line of tableOf(section)) console.log(line)
    sections.push(section)
  }
  console.log(`\n${sumOf(sections)}\n${writeReport({ machine, sizes: {}, notes, sections })}`)
}

main()
