import { shareAbove } from '../../scripts/train-guardrails/measure.ts'
import { type Row, rowsOf } from '../../scripts/train-guardrails/rows.ts'
import { type ModelName, type SmallModels, smallModels } from '../../src/governance/guardrails/models/small-models.ts'

/** A row and what a model says of it. */
export interface Scored {
  readonly row: Row
  readonly score: number
}

/** Scores the rows of a file. */
export function scoredRows(
  name: ModelName,
  file: Parameters<typeof rowsOf>[0],
  wanted: (row: Row) => boolean,
): readonly Scored[] {
  const models = smallModels()
  return rowsOf(file)
    .filter(wanted)
    .map((row) => ({ row, score: scoreOf(models, name, row.text) }))
}

/** What a model says of a text; 0 for a text without words. */
export function scoreOf(models: SmallModels, name: ModelName, text: string): number {
  return models.see(name, text)?.score ?? 0
}

/** Honest rows by their source; small sources say nothing of a rate of one in a hundred. */
export function honestBySource(scored: readonly Scored[], fewest = 100): ReadonlyMap<string, readonly number[]> {
  const bySource = new Map<string, number[]>()
  for (const { row, score } of scored) {
    if (row.label === 1) continue
    const list = bySource.get(row.source) ?? []
    if (list.length === 0) bySource.set(row.source, list)
    list.push(score)
  }
  return new Map([...bySource].filter(([, { length }]) => length >= fewest))
}

/** The lowest score that at most a share `rate` of honest texts exceeds, each source counting the same. */
export function evenThreshold(bySource: ReadonlyMap<string, readonly number[]>, rate: number): number {
  const all = [...bySource.values()].flat().toSorted((a, b) => a - b)
  const mean = (threshold: number) =>
    [...bySource.values()].reduce((sum, scores) => sum + shareAbove(scores, threshold), 0) / bySource.size
  let low = 0
  let high = all.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (mean(all[middle] ?? 1) > rate) low = middle + 1
    else high = middle
  }
  return all[low] ?? 1
}
