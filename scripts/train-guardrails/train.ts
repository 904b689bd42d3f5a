// Trains the small models of the guardrails from rows beside the project: see docs/reference/guardrail-models.md.
// `nice bun scripts/train-guardrails/train.ts [name]…`
import { writeFileSync } from 'node:fs'
import { type FeatureReader, featureReader } from '../../src/governance/guardrails/models/features.ts'
import { writePersonModel } from '../../src/governance/guardrails/models/persons/person-model.ts'
import { MODEL_FILES, type ModelName, PERSON_FILE } from '../../src/governance/guardrails/models/small-models.ts'
import { type Weights, writeWeights } from '../../src/governance/guardrails/models/weights.ts'
import { CORPORA } from './corpora.ts'
import type { Corpus } from './corpus.ts'
import { bestStretch, type Example, exampleOf, fit, type Learning, rounded } from './fit.ts'
import { shareAbove } from './measure.ts'
import { learnPersons, personRows } from './persons.ts'
import { hasRows, ROWS_FOLDER, type Row } from './rows.ts'

const HOW: Omit<Learning, 'windows'> = { epochs: 8, rate: 0.3, decay: 1e-4 }
const FOLDS = 5
/** Share of honest texts of unseen sources, each source counting the same, that score 0.5, and 0.9. */
const RATES = { half: 0.01, nine: 0.001 }
const LN_9 = Math.log(9)
/** Smaller sources say nothing of a rate of one in a hundred. */
const FEWEST = 100

function main(): void {
  if (!hasRows()) {
    console.log(`nothing to learn from: there is no ${ROWS_FOLDER}`)
    return
  }
  const wanted = process.argv.slice(2)
  if (wanted.length === 0 || wanted.includes('person')) {
    writeFileSync(PERSON_FILE, writePersonModel(learnPersons(personRows())))
    console.log(`person: ${PERSON_FILE}`)
  }
  const read = featureReader()
  for (const name of Object.keys(CORPORA) as ModelName[]) {
    if (wanted.length > 0 && !wanted.includes(name)) continue
    const began = performance.now()
    const weights = train(name, CORPORA[name](), read)
    writeFileSync(MODEL_FILES[name], writeWeights(weights))
    console.log(`${name}: ${((performance.now() - began) / 1_000).toFixed(0)} s, ${MODEL_FILES[name]}`)
  }
}

function train(name: ModelName, corpus: Corpus, read: FeatureReader): Weights {
  const { rows, windows } = corpus
  const examples = weighted(rows, read)
  const { half, nine } = thresholds(corpus, examples)
  console.log(
    `${name}: ${rows.length} rows; left out, 1 % lie above ${half.toFixed(2)}, 0.1 % above ${nine.toFixed(2)}`,
  )
  const learned = fit(examples, { ...HOW, windows })
  return {
    name,
    ...rounded(learned.weights),
    bias: learned.bias,
    windows,
    center: half,
    spread: (nine - half) / LN_9,
  }
}

/** Large sources count for more than small ones, but not by their size; honest ones and attacks about the same. */
function weighted(rows: readonly Row[], read: FeatureReader): readonly Example[] {
  const sizes = new Map<string, number>()
  const keyOf = ({ source, label }: Row) => `${source} ${label}`
  for (const row of rows) sizes.set(keyOf(row), (sizes.get(keyOf(row)) ?? 0) + 1)
  return rows.map((row) => {
    const weight = Math.min(4, (row.label === 1 ? 6 : 3) / Math.sqrt((sizes.get(keyOf(row)) ?? 1) / 10))
    return exampleOf(read, row.text, { label: row.label, weight })
  })
}

/** Raw scores above which a share of the honest texts of sources lies that the model had not seen. */
function thresholds({ rows, groupOf, windows }: Corpus, examples: readonly Example[]): { half: number; nine: number } {
  // Texts of our own are written alike: left out, they would say nothing of texts that others write.
  const groups = [...new Set(rows.map(groupOf).filter(isOthers))].toSorted()
  const foldOf = new Map(groups.map((group, place) => [group, place % FOLDS]))
  const scores = new Map<string, number[]>()
  for (let fold = 0; fold < FOLDS; fold++) {
    const isOut = (row: Row) => isOthers(groupOf(row)) && foldOf.get(groupOf(row)) === fold
    const learned = fit(
      examples.filter((_, place) => !isOut(rows[place] as Row)),
      { ...HOW, windows },
    )
    rows.forEach((row, place) => {
      if (row.label === 1 || !isOut(row)) return
      const list = scores.get(row.source) ?? []
      if (list.length === 0) scores.set(row.source, list)
      list.push(bestStretch(examples[place] as Example, learned, windows).score)
    })
  }
  const sources = [...scores.values()].filter(({ length }) => length >= FEWEST)
  return { half: meanThreshold(sources, RATES.half), nine: meanThreshold(sources, RATES.nine) }
}

function isOthers(group: string): boolean {
  return !group.startsWith('own_')
}

/** The score that a share `rate` lies above, on average over the sources. */
function meanThreshold(sources: readonly (readonly number[])[], rate: number): number {
  let low = -30
  let high = 30
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2
    const mean = sources.reduce((sum, scores) => sum + shareAbove(scores, middle), 0) / sources.length
    if (mean > rate) low = middle
    else high = middle
  }
  return high
}

main()
